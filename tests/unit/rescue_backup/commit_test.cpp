// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9 at every single call of a commit: afterwards one whole backup must be found, and the next run must put things in order.
#include <catch2/catch.hpp>

#include <map>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "rescue/backup/commit.h"

using namespace nrear;
using namespace nrear::backup;

namespace {

/// Thrown in the place of death: no Error, so that nothing can handle it.
struct Killed {};

/// Files in memory; dies at the n-th change.
class MemoryTransport final : public transport::Transport {
public:
    std::map<std::string, std::string> files;
    int changes_left = -1;  ///< negative: lives for ever

    class MemorySink final : public base::FinishingSink {
    public:
        MemorySink(MemoryTransport& owner, std::string path) : owner_(owner), path_(std::move(path)) {}
        void write(base::Bytes bytes) override {
            owner_.change();
            owner_.files[path_ + transport::kTemporarySuffix] += base::as_text(bytes);
        }
        void finish() override {
            owner_.change();
            auto part = owner_.files.extract(path_ + transport::kTemporarySuffix);
            owner_.files[path_] = part.empty() ? "" : part.mapped();
        }

    private:
        MemoryTransport& owner_;
        std::string path_;
    };

    class MemorySource final : public base::RandomAccessSource {
    public:
        explicit MemorySource(std::string text) : text_(std::move(text)) {}
        std::size_t read(base::MutableBytes buffer) override {
            const auto got = read_at(position_, buffer);
            position_ += got;
            return got;
        }
        std::uint64_t size() const override { return text_.size(); }
        std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
            const auto rest = base::as_bytes(text_).subspan(std::min<std::size_t>(offset, text_.size()));
            const auto count = std::min(rest.size(), buffer.size());
            std::copy_n(rest.begin(), count, buffer.begin());
            return count;
        }

    private:
        std::string text_;
        std::uint64_t position_ = 0;
    };

    void change() {
        if (changes_left == 0) {
            throw Killed{};
        }
        --changes_left;
    }

    std::unique_ptr<base::FinishingSink> create(const std::string& path) override { return std::make_unique<MemorySink>(*this, path); }
    std::unique_ptr<base::RandomAccessSource> open(const std::string& path) override { return std::make_unique<MemorySource>(files.at(path)); }
    std::optional<transport::FileInfo> stat(const std::string& path) override {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(transport::FileInfo{path, found->second.size(), 0, false});
    }
    std::vector<transport::FileInfo> list(const std::string&) override { return {}; }
    void make_directories(const std::string&) override {}
    void rename(const std::string& from, const std::string& to) override {
        change();
        auto moved = files.extract(from);
        REQUIRE_FALSE(moved.empty());
        files[to] = moved.mapped();
    }
    void remove(const std::string& path) override {
        change();
        files.erase(path);
    }
    void remove_directory(const std::string&) override {}
    std::optional<transport::Space> space(const std::string&) override { return std::nullopt; }
    std::string description() const override { return "memory"; }
};

Places test_places() {
    Places places;
    places.backup_directory = "/d/c0";
    places.archive_path = "/d/c0/backup.tar.gz";
    places.index_path = "/d/c0/backup.tar.gz.index";
    places.file_list_path = "/d/c0/backup.log";
    places.record_path = "/d/c0/backup.json";
    places.output_directory = "/d";
    places.iso_path = "/d/rear-c0.iso";
    return places;
}

record::BackupRecord record_of(const std::string& id, const Places& places) {
    record::BackupRecord record;
    record.id = id;
    record.archive.path = places.archive_path;
    record.iso.path = places.iso_path;
    return record;
}

void put(MemoryTransport& server, const std::string& path, const std::string& text) {
    const auto sink = server.create(path);
    sink->write(base::as_bytes(text));
    sink->finish();
}

void run(MemoryTransport& server, const Places& places, const std::string& id, bool keep_previous = false) {
    const Servers servers{&server, &server};
    clean_up_earlier_run(servers, places);
    put(server, uncommitted(places.archive_path), "archive of " + id);
    put(server, uncommitted(places.index_path), "index of " + id);
    put(server, uncommitted(places.file_list_path), "list of " + id);
    put(server, uncommitted(places.iso_path), "iso of " + id);
    commit(servers, places, record_of(id, places), keep_previous);
}

/// What recover does: the journal first, then the record; a file under its uncommitted name first when the journal speaks.
std::string whole_backup(MemoryTransport& server, const Places& places) {
    const bool journal = server.files.contains(uncommitted(places.record_path));
    const auto record_path = journal ? uncommitted(places.record_path) : places.record_path;
    if (!server.files.contains(record_path)) {
        return "none";
    }
    const auto record = record::backup_record_from_json(server.files.at(record_path), record_path);
    for (const auto& [path, kind] : {std::pair{places.archive_path, "archive"}, std::pair{places.iso_path, "iso"}, std::pair{places.file_list_path, "list"},
                                     std::pair{places.index_path, "index"}}) {
        const auto where = journal && server.files.contains(uncommitted(path)) ? uncommitted(path) : path;
        if (server.files[where] != kind + std::string(" of ") + record.id) {
            return "broken at " + where;
        }
    }
    return record.id;
}

}  // namespace

TEST_CASE("a death at any point of a run leaves one whole backup, and the next run succeeds") {
    const auto places = test_places();
    const bool keep_previous = GENERATE(false, true);
    bool finished = false;
    for (int deaths_at = 0; !finished; ++deaths_at) {
        MemoryTransport server;
        run(server, places, "old");
        server.changes_left = deaths_at;
        try {
            run(server, places, "new", keep_previous);
            finished = true;
        } catch (const Killed&) {
        }
        server.changes_left = -1;
        const auto id = whole_backup(server, places);
        INFO("killed at change " << deaths_at << ", found " << id);
        // With keep_previous the old files move aside between the commit and the renames: the journal's backup is the whole one from the commit on.
        REQUIRE((id == "old" || id == "new"));
        run(server, places, "next");
        CHECK(whole_backup(server, places) == "next");
        for (const auto& [name, content] : server.files) {
            CHECK(name.find(record::kUncommittedSuffix) == std::string::npos);
        }
    }
}

TEST_CASE("the previous backup is kept when asked for") {
    const auto places = test_places();
    MemoryTransport server;
    run(server, places, "old");
    run(server, places, "new", true);
    CHECK(server.files.at("/d/c0.old/backup.tar.gz") == "archive of old");
    CHECK(server.files.at("/d/c0.old/backup.json").find("\"id\": \"old\"") != std::string::npos);
    CHECK(whole_backup(server, places) == "new");
}

TEST_CASE("an interrupted commit is finished by the next run, and said") {
    const auto places = test_places();
    MemoryTransport server;
    put(server, uncommitted(places.archive_path), "archive of a");
    put(server, uncommitted(places.record_path), record::to_json(record_of("a", places)));
    CHECK(clean_up_earlier_run({&server, &server}, places).find("finished") != std::string::npos);
    CHECK(read_record(server, places)->id == "a");
    CHECK(server.files.at(places.archive_path) == "archive of a");
    CHECK(clean_up_earlier_run({&server, &server}, places).empty());
}
