// SPDX-License-Identifier: GPL-3.0-or-later
// Files that grow, shrink, change and vanish while they are read: counted warnings, and an archive that is whole.
#include <sys/stat.h>
#include <sys/sysmacros.h>
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
        result.summary = write_backup({.selection = {.root = source.path()}, .pack = {.compression = {Codec::kNone, 0}, .threads = 1}}, sink, progress);
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

namespace {

/// A tree in which `change` is done to the file "victim" while another file, far before it, is being stored: it was listed, but not yet opened.
struct Replaced {
    explicit Replaced(const std::function<void(const std::string& victim)>& change) {
        base::write_file(source.path() + "/first", "first");
        for (int i = 0; i < 3000; ++i) {  // more than anything reads ahead
            base::write_file(base::cat(source.path(), "/between", i), "x");
        }
        const std::string victim = source.path() + "/victim";
        base::write_file(victim, "content");
        bool done = false;
        BackupOptions options{.selection = {.root = source.path()}};
        options.on_file = [&](std::string_view path) {
            if (!done && path == "first") {
                done = true;
                change(victim);
            }
        };
        summary = back_up(options, archives.path() + "/a");
        REQUIRE(done);
        const auto restored = restore(archives.path() + "/a", target.path());
        CHECK(restored.problem_count == 0);
        CHECK(base::read_file(target.path() + "/between2999") == "x");
        run({"tar", "-tzf", archives.path() + "/a"});
    }
    /// Of the victim as restored; 0 when it is not there.
    mode_t restored_mode() const {
        struct stat facts {};
        return lstat((target.path() + "/victim").c_str(), &facts) == 0 ? facts.st_mode : 0;
    }
    std::string warnings() const { return listed(summary.warnings); }

    base::TempDir source{"/dev/shm"};  // names come in the order in which they were made: by their inode numbers
    base::TempDir target{"/dev/shm"};
    base::TempDir archives;
    BackupSummary summary;
};

}  // namespace

TEST_CASE("changing: a file that vanishes before it is opened is told, and no more") {
    const Replaced replaced([](const std::string& victim) { REQUIRE(unlink(victim.c_str()) == 0); });
    REQUIRE(replaced.summary.warning_count == 1);
    CHECK(replaced.summary.warnings[0].kind == FileWarning::Kind::kVanished);
    CHECK(replaced.summary.altered_count == 0);
    CHECK(replaced.restored_mode() == 0);
}

TEST_CASE("changing: a file that becomes a symlink is stored as one, never followed") {
    const Replaced replaced([](const std::string& victim) { REQUIRE((unlink(victim.c_str()) == 0 && symlink("/etc/shadow", victim.c_str()) == 0)); });
    CHECK(replaced.warnings() == "");
    CHECK(S_ISLNK(replaced.restored_mode()));
}

TEST_CASE("changing: a file that becomes a directory is told, and not in the archive as anything else") {
    const Replaced replaced([](const std::string& victim) { REQUIRE((unlink(victim.c_str()) == 0 && mkdir(victim.c_str(), 0755) == 0)); });
    REQUIRE(replaced.summary.warning_count == 1);
    CHECK(replaced.summary.altered_count == 1);
    CHECK(replaced.summary.warnings[0].path == "/victim");
    CHECK(replaced.restored_mode() == 0);
}

TEST_CASE("changing: a file that becomes a fifo, a socket or a device is that, and nobody waits for it") {
    const Replaced fifo([](const std::string& victim) { REQUIRE((unlink(victim.c_str()) == 0 && mkfifo(victim.c_str(), 0640) == 0)); });
    CHECK(fifo.warnings() == "");
    CHECK(S_ISFIFO(fifo.restored_mode()));
    const Replaced device([](const std::string& victim) { REQUIRE((unlink(victim.c_str()) == 0 && mknod(victim.c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0)); });
    CHECK(device.warnings() == "");
    CHECK(S_ISCHR(device.restored_mode()));
    const Replaced socket_file([](const std::string& victim) { REQUIRE((unlink(victim.c_str()) == 0 && mknod(victim.c_str(), S_IFSOCK | 0600, 0) == 0)); });
    CHECK(socket_file.warnings() == "");
    CHECK(socket_file.summary.skipped_sockets == 1);
}

TEST_CASE("changing: another file under the same name, other modes and owners: the archive has what was there when it was opened") {
    const Replaced renamed([](const std::string& victim) {
        base::write_file(victim + ".new", "another content");
        REQUIRE(rename((victim + ".new").c_str(), victim.c_str()) == 0);
    });
    CHECK(renamed.warnings() == "");
    CHECK(base::read_file(renamed.target.path() + "/victim") == "another content");
    const Replaced mode([](const std::string& victim) { REQUIRE((chown(victim.c_str(), 77, 88) == 0 && chmod(victim.c_str(), 04711) == 0)); });
    CHECK(mode.warnings() == "");
    CHECK((mode.restored_mode() & 07777) == 04711);
}

TEST_CASE("changing: a mode that changes while the content is read does not spoil the entry") {
    const auto changed = back_up_while([](const std::string& file) { REQUIRE(chmod(file.c_str(), 0) == 0); });
    CHECK(changed.content == std::string(kSize, 'x'));
    CHECK(changed.summary.warning_count <= 1);
}

TEST_CASE("changing: a directory that becomes a symlink is not entered") {
    const base::TempDir source{"/dev/shm"};
    const base::TempDir outside{"/dev/shm"};
    const base::TempDir archives;
    base::write_file(outside.path() + "/secret", "secret");
    base::write_file(source.path() + "/first", "first");
    base::make_directories(source.path() + "/directory", 0755);
    base::write_file(source.path() + "/directory/inside", "inside");
    std::string stored;
    BackupOptions options{.selection = {.root = source.path()}};
    options.on_file = [&](std::string_view path) {
        stored += std::string(path) + "\n";
        if (path == "first") {
            REQUIRE(rename((source.path() + "/directory").c_str(), (outside.path() + "/moved").c_str()) == 0);
            REQUIRE(symlink(outside.path().c_str(), (source.path() + "/directory").c_str()) == 0);
        }
    };
    const auto summary = back_up(options, archives.path() + "/a");
    CHECK(stored.find("secret") == std::string::npos);
    CHECK(stored.find("inside") == std::string::npos);
    CHECK(summary.warning_count == 1);
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
        const auto summary = back_up({.selection = {.root = at}}, archives.path() + "/a");
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
    BackupOptions options{.selection = {.root = source.path()}};
    options.on_file = [&](std::string_view) {
        if (++files == 50) {
            raise(SIGTERM);
        }
    };
    const auto threads = [] { return base::split_lines(run({"ls", base::cat("/proc/", getpid(), "/task")}).output).size(); };
    const auto threads_before = threads();  // a sanitizer may have one of its own
    CHECK_THROWS_AS(back_up(options, archives.path() + "/a"), Interrupted);
    CHECK(files < 60);
    base::clear_interrupt();
    CHECK(threads() == threads_before);
}
