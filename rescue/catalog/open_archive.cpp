// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/open_archive.h"

#include <fcntl.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

namespace nrear::catalog {

namespace {

using base::cat;

/// What `fill` writes, as a file without a name.
std::unique_ptr<base::RandomAccessSource> local_copy(const std::string& temporary, const std::function<void(base::Sink&)>& fill) {
    const base::TempDir directory(temporary);  // the open file outlives it
    const auto path = directory.path() + "/index";
    const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) {
        throw system_error("create " + path, errno);
    }
    base::FdSink sink(fd.get(), path);  // not synced: it is nobody's any more when this process ends
    fill(sink);
    return std::make_unique<base::FileSource>(path);
}

void copy(base::Source& from, base::Sink& to, base::Sha256& hash) {
    std::vector<std::byte> buffer(256 * 1024);
    for (auto got = from.read(buffer); got > 0; got = from.read(buffer)) {
        const auto bytes = base::Bytes(buffer).first(got);
        hash.update(bytes);
        to.write(bytes);
    }
}

/// Null when it is not the one that was written.
std::unique_ptr<base::RandomAccessSource> stored_index(transport::Transport& server, const Backup& backup, const std::string& temporary) {
    base::Sha256 hash;
    auto index = local_copy(temporary, [&](base::Sink& out) { copy(*server.open(backup.index_path), out, hash); });
    return !backup.record || hash.finish() == backup.record->index.sha256 ? std::move(index) : nullptr;
}

archive::RebuildSummary make_index(base::RandomAccessSource& archive, base::Sink& out, bool salvage, base::Progress& progress) {
    try {
        return archive::rebuild_index(archive, out, {.threads = 0, .salvage = salvage}, progress);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kIntegrity || salvage) {
            throw;
        }
        throw Error(ErrorKind::kIntegrity, error.what_failed(), error.why(), "take another backup (nrear list), or with --salvage what is left of this one (ls, restore, recover)");
    }
}

}  // namespace

OpenArchive open_archive(transport::Transport& server, const Backup& backup, const OpenOptions& options, base::Progress& progress) {
    if (backup.archive_path.empty()) {
        throw Error(ErrorKind::kGeneral, "open the backup", backup.problem.empty() ? "it has no archive" : backup.problem, "nrear list shows what there is");
    }
    OpenArchive open;
    open.archive = server.open(backup.archive_path);
    if (!backup.index_path.empty()) {
        open.index = stored_index(server, backup, options.temporary);
    }
    if (open.index) {
        return open;
    }
    open.index_state = backup.index_path.empty() ? IndexState::kMissing : IndexState::kDamaged;
    const auto what = cat("The archive has no index", open.index_state == IndexState::kMissing ? "" : " that is whole");
    if (!options.rebuild) {
        throw Error(ErrorKind::kIntegrity, "open the backup " + backup.archive_path, open.index_state == IndexState::kMissing ? "it has no index" : "its index is not the one that was written");
    }
    progress.message(what + ": all of it is read to make one.");
    open.index = local_copy(options.temporary, [&](base::Sink& out) { open.rebuilt = make_index(*open.archive, out, options.salvage, progress); });
    if (open.rebuilt.lost_headers > 0) {
        progress.warning(cat("The archive is damaged: at ", open.rebuilt.lost_headers, open.rebuilt.lost_headers == 1 ? " place" : " places",
                             " files are lost whose names nobody knows without the index."));
    }
    return open;
}

}  // namespace nrear::catalog
