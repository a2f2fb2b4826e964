// SPDX-License-Identifier: GPL-3.0-or-later
// Files that grow, shrink, change and vanish while they are read: counted warnings, and an archive that is whole.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <thread>

#include "archive_files.h"
#include "core/base/interrupt.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "loop_file_system.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

constexpr std::size_t kSize = std::size_t{12} << 20;

/// Calls `change` once, when the first bytes of the archive have gone out: the large file is then being read.
class ChangingSink final : public base::Sink {
public:
    ChangingSink(base::Sink& out, std::function<void()> change) : out_(out), change_(std::move(change)) {}
    void write(base::Bytes bytes) override {
        if (change_) {
            change_();
            change_ = nullptr;
        }
        out_.write(bytes);
    }

private:
    base::Sink& out_;
    std::function<void()> change_;
};

struct Changed {
    BackupSummary summary;
    std::string content;  ///< of the file as restored
};

Changed back_up_while(const std::function<void(const std::string& file)>& change) {
    const base::TempDir source;
    const base::TempDir target;
    const base::TempDir archives;
    const std::string file = source.path() + "/file";
    base::write_file(file, std::string(kSize, 'x'));
    base::write_file(source.path() + "/last", "after it");
    const std::string archive = archives.path() + "/a";
    Changed result;
    {
        const base::UniqueFd fd(open(archive.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        base::FdSink out(fd.get(), archive);
        ChangingSink sink(out, [&] { change(file); });
        base::NullProgress progress;
        // Stored blocks and one thread: the ring holds 9 MiB, so the change comes before the last ones are read.
        result.summary = write_backup({.root = source.path(), .pack = {.compression = {Codec::kNone, 0}, .threads = 1}}, sink, progress);
    }
    const auto restored = restore(archive, target.path());
    CHECK(restored.problem_count == 0);
    CHECK(base::read_file(target.path() + "/last") == "after it");
    result.content = base::read_file(target.path() + "/file");
    run({"tar", "-tf", archive});
    return result;
}

void check_warning(const Changed& changed, FileWarning::Kind kind) {
    REQUIRE(changed.summary.warning_count == 1);
    CHECK(changed.summary.warnings[0].kind == kind);
    CHECK(changed.summary.warnings[0].path == "/file");
}

}  // namespace

TEST_CASE("changing: a file that grows is archived as long as it was") {
    const auto changed = back_up_while([](const std::string& file) { run({"sh", "-c", "echo more >>" + file}); });
    check_warning(changed, FileWarning::Kind::kGrew);
    CHECK(changed.content == std::string(kSize, 'x'));
}

TEST_CASE("changing: a file that shrinks is filled up with zeros") {
    const auto changed = back_up_while([](const std::string& file) { REQUIRE(truncate(file.c_str(), 3000000) == 0); });
    check_warning(changed, FileWarning::Kind::kShrank);
    CHECK(changed.content.size() == kSize);
    CHECK(changed.content.substr(0, 3000000) == std::string(3000000, 'x'));
    CHECK(changed.content.back() == '\0');
}

TEST_CASE("changing: a file that is written to is told") {
    const auto changed = back_up_while([](const std::string& file) { run({"dd", "if=/dev/zero", "of=" + file, "bs=1", "count=1", "conv=notrunc", "status=none"}); });
    check_warning(changed, FileWarning::Kind::kChanged);
    CHECK(changed.content.size() == kSize);
}

TEST_CASE("changing: a file that is removed while it is open is archived") {
    const auto changed = back_up_while([](const std::string& file) { REQUIRE(unlink(file.c_str()) == 0); });
    CHECK(changed.summary.warning_count == 0);
    CHECK(changed.content == std::string(kSize, 'x'));
}

TEST_CASE("changing: a tree in uproar never breaks the archive") {
    const LoopFileSystem source;
    const std::string at = source.path();
    for (int i = 0; i < 300; ++i) {
        base::make_directories(base::cat(at, "/d", i % 30), 0755);
        base::write_file(base::cat(at, "/d", i % 30, "/f", i), std::string(static_cast<std::size_t>(i) * 300, 'u'));
    }
    std::atomic<bool> stop{false};
    std::thread uproar([&] {
        for (unsigned i = 0; !stop; i = (i * 31 + 7) % 300) {
            const std::string directory = base::cat(at, "/d", i % 30);
            const std::string file = base::cat(directory, "/f", i);
            switch (i % 6) {
                case 0: unlink(file.c_str()); break;
                case 1: [[fallthrough]];
                case 2: base::write_file(base::cat(at, "/d", i % 30, "/n", i), std::string(i * 100, 'n')); break;
                case 3: if (truncate(file.c_str(), static_cast<off_t>(i * 17)) != 0) { break; } break;
                case 4: rename(directory.c_str(), (directory + ".moved").c_str()); rename((directory + ".moved").c_str(), directory.c_str()); break;
                default: unlink(file.c_str()); symlink("/etc/passwd", file.c_str()) == 0 || mkfifo(file.c_str(), 0600) == 0; break;
            }
        }
    });
    const base::TempDir archives;
    for (int round = 0; round < 15; ++round) {
        const auto summary = back_up({.root = at}, archives.path() + "/a");
        base::FileSource archive(archives.path() + "/a");
        base::NullProgress progress;
        const auto facts = verify_backup(archive, summary.archive_sha256, 0, progress);
        CHECK(facts.files == summary.files);
        CHECK(run({"tar", "-tzf", archives.path() + "/a"}).error_output == "");
    }
    stop = true;
    uproar.join();
}

TEST_CASE("changing: an interruption leaves at once, with nothing running") {
    const base::TempDir source;
    for (int i = 0; i < 200; ++i) {
        base::write_file(base::cat(source.path(), "/", i), std::string(500000, 'x'));
    }
    base::catch_interrupts();
    const base::TempDir archives;
    int files = 0;
    BackupOptions options{.root = source.path()};
    options.on_file = [&](std::string_view) {
        if (++files == 50) {
            raise(SIGTERM);
        }
    };
    CHECK_THROWS_AS(back_up(options, archives.path() + "/a"), Interrupted);
    CHECK(files < 60);
    base::clear_interrupt();
    CHECK(base::split_lines(run({"ls", base::cat("/proc/", getpid(), "/task")}).output).size() == 1);
}
