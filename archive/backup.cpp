// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/backup.h"

#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "archive/backup_index.h"
#include "archive/gzip_sink.h"
#include "archive/hashing_streams.h"
#include "archive/mounts.h"
#include "archive/pax_writer.h"
#include "archive/thread_priority.h"
#include "archive/tree_writer.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// "/a//b/" -> "/a/b"
std::string normalised(std::string_view path) {
    std::string text;
    for (const auto& part : base::split(path, '/')) {
        if (!part.empty() && part != ".") {
            text += "/" + part;
        }
    }
    return text.empty() ? "/" : text;
}

bool is_inside(std::string_view path, std::string_view directory) {
    return directory == "/" || (path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/'));
}

/// The path with symlinks on the way (not at its end) followed, inside the root: through a symlink nothing could be restored.
/// "" and errno when there is no such path.
std::string resolved(const std::string& root, const std::string& path) {
    const std::size_t slash = path.rfind('/');
    char real[PATH_MAX];
    struct stat facts {};
    const std::string prefix = root == "/" ? "" : root;
    if (path == "/") {
        return path;
    }
    if (lstat((prefix + path).c_str(), &facts) != 0 || realpath((prefix + path.substr(0, slash) + "/").c_str(), real) == nullptr) {
        return {};
    }
    const std::string_view parent = real;
    if (!is_inside(parent, root)) {
        errno = EXDEV;
        return {};
    }
    return normalised(base::cat(parent.substr(prefix.size()), path.substr(slash)));
}

struct Trees {
    PathSet must;
    PathSet extra;
    PathSet all() const {
        PathSet both = must;
        both.insert(extra.begin(), extra.end());
        return both;
    }
};

class Backup {
public:
    Backup(const BackupOptions& options, base::Progress& progress) : options_(options), progress_(progress), mounts_(MountTable::of_this_process()) {
        options_.root = normalised(options.root);
        for (const auto& path : options.never) {
            never_.insert(normalised(path));
            // Where a symlink leads is what would be stored.
            char real[PATH_MAX];
            if (realpath(host_path(normalised(path)).c_str(), real) != nullptr && is_inside(real, options_.root)) {
                never_.insert(normalised(std::string_view(real).substr(options_.root == "/" ? 0 : options_.root.size())));
            }
        }
        never_.insert({"/proc", "/sys", "/dev", "/run"});
    }

    BackupSummary run(base::Sink& out) {
        HashingSink hashing(out);
        choose_trees();
        progress_.transfer_started("Backing up", options_.expected_bytes);
        std::optional<BackupIndex> index;
        if (options_.index != nullptr) {
            index.emplace(*options_.index, options_.pack.compression.codec);
        }
        BackupIndex::MemberSink members(hashing);
        PackOptions pack = options_.pack;
        pack.on_member = [&](const MemberPlace& place) {
            if (index) {
                index->add(place, members);
            }
            if (options_.pack.on_member) {
                options_.pack.on_member(place);
            }
        };
        GzipSink packed(members, std::move(pack));
        {
            const YieldDisk yield(options_.pack.nice > 0);
            write_trees(packed, index ? &index->indexer() : nullptr);
        }
        packed.finish();
        summary_.packing = packed.summary();
        progress_.transfer_finished();
        summary_.archive_bytes = hashing.bytes();
        const auto archive_sha256 = hashing.finish_hash();
        summary_.archive_sha256 = base::to_hex(archive_sha256);
        if (index) {
            index->finish(summary_, archive_sha256);
        }
        return std::move(summary_);
    }

private:
    void warn(FileWarning::Kind kind, const std::string& path, std::string detail) {
        summary_.add({kind, path, std::move(detail)});
    }

    bool excluded(const std::string& path) const { return options_.excludes != nullptr && options_.excludes->excludes(path); }

    void choose_trees() {
        for (const auto& tree : options_.trees) {
            const std::string path = resolved(options_.root, normalised(tree));
            if (path.empty()) {
                throw system_error("read " + tree, errno);
            }
            if (!excluded(path)) {
                trees_.must.insert(path);
            } else if (path == "/") {
                throw Error(ErrorKind::kConfig, "back up /", "an exclude pattern excludes / itself, and with it everything",
                            "remove the pattern from BACKUP_PROG_EXCLUDE");
            }
        }
        for (const auto& tree : options_.extra_trees) {
            const std::string path = resolved(options_.root, normalised(tree));
            if (path.empty()) {
                warn_missing(tree);
            } else if (!excluded(path) && !below_never(path)) {
                trees_.extra.insert(path);
            }
        }
    }

    void warn_missing(const std::string& tree) {
        const bool missing = errno == ENOENT;
        warn(missing ? FileWarning::Kind::kVanished : FileWarning::Kind::kUnreadable, tree,
             missing ? "is to be included but does not exist" : base::cat("cannot be read: ", std::strerror(errno)));
    }

    bool below_never(const std::string& path) const {
        for (const auto& never : never_) {
            if (path != never && is_inside(path, never)) {
                return true;
            }
        }
        return false;
    }

    std::string host_path(const std::string& path) const { return options_.root == "/" ? path : path == "/" ? options_.root : options_.root + path; }

    /// True when the walk of another tree comes by: same file system, and no mount point in between.
    bool is_covered(const std::string& path, const PathSet& all) const {
        const std::string here = host_path(path);
        for (const auto& other : all) {
            if (other != path && is_inside(path, other) && mounts_.region_of(here) == mounts_.region_of(host_path(other))) {
                return true;
            }
        }
        return false;
    }

    void write_trees(BlockOutput& out, EntryIndexer* index) {
        PaxWriter pax(out, index);
        const PathSet all = trees_.all();
        TreeWriter writer(options_, mounts_, all, never_, pax, summary_, progress_);
        for (const auto& path : all) {  // in order of their names: what is around comes first
            if (is_covered(path, all) || writer.add(path)) {
                continue;
            }
            if (trees_.must.contains(path)) {
                throw system_error("read " + path, errno);
            }
            warn_missing(path);
        }
        pax.finish();
        summary_.tar_bytes = pax.bytes();
    }

    BackupOptions options_;
    base::Progress& progress_;
    MountTable mounts_;
    PathSet never_;
    Trees trees_;
    BackupSummary summary_;
};

}  // namespace

BackupSummary write_backup(const BackupOptions& options, base::Sink& out, base::Progress& progress) { return Backup(options, progress).run(out); }

}  // namespace nrear::archive
