// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/commit.h"

#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::backup {

namespace {

using base::cat;

struct FinalFile {
    transport::Transport* server;
    std::string path;
};

/// Everything that a run may leave, record excepted.
std::vector<FinalFile> files_of(const Servers& servers, const Places& places) {
    std::vector<FinalFile> files{{servers.backup, places.file_list_path}, {servers.backup, places.index_path}, {servers.backup, places.archive_path}};
    if (servers.output != nullptr) {
        files.push_back({servers.output, places.iso_path});
    }
    return files;
}

std::string read_text(transport::Transport& server, const std::string& path) {
    constexpr std::size_t kMostBytes = 1 << 20;  // a record is a kilobyte; the server is not trusted
    const auto source = server.open(path);
    std::string text(kMostBytes, '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const auto got = source->read(std::as_writable_bytes(std::span(text)).subspan(have));
        if (got == 0) {
            break;
        }
        have += got;
    }
    text.resize(have);
    return text;
}

void remove_leftovers(transport::Transport& server, const std::string& path) {
    server.remove(uncommitted(path) + transport::kTemporarySuffix);
    server.remove(uncommitted(path));
}

/// Renames what still has the ending. Missing files were renamed already, or are not part of this record.
void finish_renames(const Servers& servers, const Places& places) {
    for (const auto& file : files_of(servers, places)) {
        if (file.server->stat(uncommitted(file.path))) {
            file.server->rename(uncommitted(file.path), file.path);
        }
    }
    servers.backup->rename(uncommitted(places.record_path), places.record_path);
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void keep_one(transport::Transport& server, const std::string& path) {
    if (server.stat(path)) {
        const std::string kept = directory_of(path) + ".old";
        server.make_directories(kept);
        server.rename(path, kept + path.substr(path.rfind('/')));
    }
}

}  // namespace

std::string uncommitted(const std::string& path) { return path + record::kUncommittedSuffix; }

std::string clean_up_earlier_run(const Servers& servers, const Places& places) {
    if (servers.backup->stat(uncommitted(places.record_path))) {
        finish_renames(servers, places);
        return "An earlier run was stopped while it put its files in place: that has been finished.";
    }
    std::string what;
    auto files = files_of(servers, places);
    files.push_back({servers.backup, places.record_path});
    for (const auto& file : files) {
        for (const auto& name : {uncommitted(file.path), uncommitted(file.path) + transport::kTemporarySuffix}) {
            if (const auto found = file.server->stat(name)) {
                what = "Removed what an earlier run left behind when it was stopped.";
            }
        }
        remove_leftovers(*file.server, file.path);
    }
    return what;
}

std::optional<record::BackupRecord> read_record(transport::Transport& backup, const Places& places) {
    if (!backup.stat(places.record_path)) {
        return std::nullopt;
    }
    return record::backup_record_from_json(read_text(backup, places.record_path), places.record_path);
}

void commit(const Servers& servers, const Places& places, const record::BackupRecord& record, bool keep_previous) {
    {
        const auto journal = servers.backup->create(uncommitted(places.record_path));
        journal->write(base::as_bytes(record::to_json(record)));
        journal->finish();
    }
    if (keep_previous) {
        auto files = files_of(servers, places);
        files.push_back({servers.backup, places.record_path});
        for (const auto& file : files) {
            if (file.path == places.record_path || file.server->stat(uncommitted(file.path))) {
                keep_one(*file.server, file.path);
            }
        }
    }
    finish_renames(servers, places);
}

UncommittedFiles::~UncommittedFiles() {
    if (committed_) {
        return;
    }
    base::clear_interrupt();  // the exception on its way keeps the signal; without this no request would go out any more
    try {
        clean_up_earlier_run(servers_, places_);
    } catch (const Error& error) {
        log_.warning(cat("left for the next run to clean up: ", error.what()));
    } catch (const Interrupted&) {
        log_.warning("interrupted again while cleaning up: left for the next run");
    }
}

void UncommittedFiles::commit(const record::BackupRecord& record, bool keep_previous) {
    backup::commit(servers_, places_, record, keep_previous);
    committed_ = true;
}

void UncommittedFiles::commit_iso_alone() {
    if (servers_.output != nullptr) {
        servers_.output->rename(uncommitted(places_.iso_path), places_.iso_path);
    }
    committed_ = true;
}

}  // namespace nrear::backup
