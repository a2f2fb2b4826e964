// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/compare_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "archive/content_digest.h"
#include "archive/index.h"
#include "archive/known_paths.h"
#include "archive/new_entries.h"
#include "archive/read_ahead.h"
#include "archive/sparse_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::archive {

namespace {

constexpr int kFileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

mode_t file_type(EntryType type) {
    switch (type) {
        case EntryType::kSymlink: return S_IFLNK;
        case EntryType::kCharDevice: return S_IFCHR;
        case EntryType::kBlockDevice: return S_IFBLK;
        case EntryType::kDirectory: return S_IFDIR;
        case EntryType::kFifo: return S_IFIFO;
        default: return S_IFREG;
    }
}

std::string octal(std::uint32_t mode) {
    std::string digits;
    for (int shift = 9; shift >= 0; shift -= 3) {
        digits += static_cast<char>('0' + (mode >> shift & 7U));
    }
    return digits;
}

bool climbs(std::string_view path) {
    for (const auto& name : base::split(path, '/')) {
        if (name == "..") {
            return true;
        }
    }
    return false;
}

class Comparison {
public:
    Comparison(const CompareOptions& options, const std::function<void(const Change&)>& on_change, base::Progress& progress)
        : options_(options), on_change_(on_change), progress_(progress), buffer_(std::size_t{1} << 20) {}

    CompareSummary run(base::Source& index) {
        IndexReader reader(index);
        progress_.transfer_started("Comparing", 0);
        for (IndexEntry entry; reader.next(entry);) {
            base::check_interrupt();
            what_.clear();
            compare(entry);
            ++summary_.entries;
            if (!what_.empty()) {
                ++summary_.changed;
                on_change_({.path = entry.path, .what = what_});
            }
            if (options_.selection != nullptr) {
                known_.add(entry.path);
            }
            progress_.transfer_at(summary_.bytes, summary_.entries);
        }
        if (options_.selection != nullptr) {
            look_for_new_ones();
        }
        progress_.transfer_finished();
        return summary_;
    }

private:
    void look_for_new_ones() {
        known_.seal();
        NewEntries found(known_, summary_, on_change_, progress_);
        SelectedTrees trees(*options_.selection, found, LookAhead::kNone);
        trees.walk();
        found.finish();
    }

    void changed(const std::string& what) { what_ += (what_.empty() ? "" : "; ") + what; }

    template <class Value>
    void compare_values(const char* name, const Value& then, const Value& now) {
        if (then != now) {
            changed(base::cat(name, ' ', then, ", now ", now));
        }
    }

    void compare(const IndexEntry& entry) {
        if (climbs(entry.path)) {
            changed("its name climbs out of the tree: not compared");
            return;
        }
        std::string path = (options_.root == "/" ? "" : options_.root) + "/" + entry.path;
        while (path.size() > 1 && path.ends_with('/')) {
            path.pop_back();  // else lstat() follows a symlink that took a directory's place
        }
        struct stat facts {};
        if (lstat(path.c_str(), &facts) != 0) {
            changed(errno == ENOENT || errno == ENOTDIR ? "gone" : base::cat("cannot be read: ", std::strerror(errno)));
        } else if (entry.type == EntryType::kHardLink) {
            compare_link(entry, facts);
        } else if ((facts.st_mode & S_IFMT) != file_type(entry.type)) {
            changed("is another kind of file now");
        } else {
            compare_metadata(entry, facts);
            compare_content(entry, facts, path);
        }
    }

    /// It is one still when both names lead to one file; what that holds was compared with its first name.
    void compare_link(const IndexEntry& entry, const struct stat& facts) {
        struct stat first {};
        const std::string path = (options_.root == "/" ? "" : options_.root) + "/" + entry.link_target;
        if (climbs(entry.link_target) || lstat(path.c_str(), &first) != 0 || first.st_dev != facts.st_dev || first.st_ino != facts.st_ino) {
            changed(base::cat("is no link to ", base::printable(entry.link_target), " any more"));
        }
    }

    void compare_metadata(const IndexEntry& entry, const struct stat& facts) {
        if (entry.type != EntryType::kSymlink) {
            compare_values("mode", octal(entry.mode), octal(facts.st_mode & 07777U));
        }
        compare_values("owner", entry.uid, std::uint32_t{facts.st_uid});
        compare_values("group", entry.gid, std::uint32_t{facts.st_gid});
        if (entry.mtime != Timestamp{facts.st_mtim.tv_sec, static_cast<std::uint32_t>(facts.st_mtim.tv_nsec)}) {
            changed("time");
        }
        if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
            compare_values("device", base::cat(entry.device_major, ':', entry.device_minor), base::cat(major(facts.st_rdev), ':', minor(facts.st_rdev)));
        }
    }

    void compare_content(const IndexEntry& entry, const struct stat& facts, const std::string& path) {
        if (entry.type == EntryType::kSymlink) {
            std::string target(entry.link_target.size() + 1, '\0');
            const ssize_t got = readlink(path.c_str(), target.data(), target.size());
            if (got < 0 || std::string_view(target).substr(0, static_cast<std::size_t>(got)) != entry.link_target) {
                changed("leads elsewhere");
            }
            return;
        }
        if (entry.type != EntryType::kFile) {
            return;
        }
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        compare_values("size", entry.size, size);
        const bool time_is_same = what_.find("time") == std::string::npos;
        if (size == entry.size && hash_size(entry) > 0 && !(options_.trust_times && time_is_same)) {
            compare_hash(entry, path);
        }
    }

    void compare_hash(const IndexEntry& entry, const std::string& path) {
        const base::UniqueFd fd(open_quietly(AT_FDCWD, path.c_str(), kFileFlags));
        if (!fd) {
            changed(base::cat("cannot be read: ", std::strerror(errno)));
            return;
        }
        std::vector<Extent> extents;
        if (!entry.sparse || !find_extents(fd.get(), entry.size, extents)) {
            extents = {{0, entry.size}};
        }
        digest_.start(entry.sparse);
        for (const auto& extent : extents) {
            if (!add_range(fd.get(), extent)) {
                changed(base::cat("cannot be read: ", errno == 0 ? "it shrank" : std::strerror(errno)));
                return;
            }
        }
        if (!hash_matches(entry, digest_.finish(entry.size))) {
            changed("content");
        }
    }

    bool add_range(int fd, const Extent& range) {
        for (std::uint64_t done = 0; done < range.length;) {
            base::check_interrupt();
            const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), range.length - done));
            errno = 0;
            const ssize_t got = pread(fd, buffer_.data(), most, static_cast<off_t>(range.offset + done));
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                return false;
            }
            digest_.add(range.offset + done, base::Bytes(buffer_).first(static_cast<std::size_t>(got)));
            done += static_cast<std::uint64_t>(got);
            summary_.bytes += static_cast<std::uint64_t>(got);
        }
        return true;
    }

    const CompareOptions& options_;
    const std::function<void(const Change&)>& on_change_;
    base::Progress& progress_;
    std::vector<std::byte> buffer_;
    ContentDigest digest_;
    std::string what_;  ///< of the entry at hand
    KnownPaths known_;
    CompareSummary summary_;
};

}  // namespace

CompareSummary compare_with_system(base::Source& index, const CompareOptions& options, const std::function<void(const Change&)>& on_change, base::Progress& progress) {
    return Comparison(options, on_change, progress).run(index);
}

}  // namespace nrear::archive
