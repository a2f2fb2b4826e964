// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tree_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "archive/inode_flags.h"
#include "archive/read_ahead.h"
#include "archive/sparse_file.h"
#include "archive/xattrs.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::uint64_t kReadAheadFrom = std::uint64_t{4} << 20;

EntryType entry_type(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFLNK: return EntryType::kSymlink;
        case S_IFCHR: return EntryType::kCharDevice;
        case S_IFBLK: return EntryType::kBlockDevice;
        case S_IFDIR: return EntryType::kDirectory;
        case S_IFIFO: return EntryType::kFifo;
        default: return EntryType::kFile;
    }
}

std::string read_link(int parent, const char* name, std::size_t expected) {
    std::string target(std::max<std::size_t>(expected, 128) + 1, '\0');
    for (;;) {
        const ssize_t got = readlinkat(parent, name, target.data(), target.size());
        if (got < 0 || static_cast<std::size_t>(got) < target.size()) {
            target.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
            return target;
        }
        target.resize(target.size() * 2);
    }
}

}  // namespace

TreeWriter::TreeWriter(PaxWriter& pax, BackupSummary& summary, const std::function<void(std::string_view path)>& on_file, base::Progress& progress)
    : pax_(pax), summary_(summary), on_file_(on_file), progress_(progress) {}

void TreeWriter::tree(int directory, std::string_view path) {
    tree_path_ = path;
    bare_tree_ = without_mounts(directory);
}

void TreeWriter::file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) {
    if (type == DT_SOCK) {
        ++summary_.skipped_sockets;
        return;
    }
    if (type != DT_REG) {
        store_special(parent, name, path);
        return;
    }
    const base::UniqueFd fd = opened ? std::move(opened) : open_file(parent, name);
    struct stat facts {};
    if (!fd && (errno == ELOOP || errno == ENXIO)) {  // it has become a symlink meanwhile, or a socket
        store_special(parent, name, path);
    } else if (!fd || fstat(fd.get(), &facts) != 0) {
        trouble(path, errno);
    } else if (!S_ISREG(facts.st_mode)) {
        store_special(parent, name, path);
    } else {
        store_regular(fd.get(), facts, path);
    }
}

void TreeWriter::warning(FileWarning warning) { summary_.add(std::move(warning)); }

void TreeWriter::warn(FileWarning::Kind kind, std::string_view path, std::string detail) {
    summary_.add({kind, std::string(path), std::move(detail)});
}

void TreeWriter::start_entry(EntryType type, const struct stat& facts, std::string_view path) {
    entry_.type = type;
    entry_.path = path.substr(1);
    if (type == EntryType::kDirectory) {
        entry_.path += entry_.path.empty() ? "./" : "/";
    }
    entry_.link_target.clear();
    entry_.mode = facts.st_mode & 07777U;
    entry_.uid = facts.st_uid;
    entry_.gid = facts.st_gid;
    entry_.size = type == EntryType::kFile ? static_cast<std::uint64_t>(facts.st_size) : 0;
    entry_.mtime = {facts.st_mtim.tv_sec, static_cast<std::uint32_t>(facts.st_mtim.tv_nsec)};
    const bool device = type == EntryType::kCharDevice || type == EntryType::kBlockDevice;
    entry_.device_major = device ? major(facts.st_rdev) : 0;
    entry_.device_minor = device ? minor(facts.st_rdev) : 0;
    entry_.xattrs.clear();
    entry_.acl_access.clear();
    entry_.acl_default.clear();
    entry_.inode_flags = 0;
    entry_.sparse = false;
    entry_.extents.clear();
}

void TreeWriter::read_attributes(const InodeRef& inode, std::string_view path) {
    if (auto problem = read_xattrs(inode, entry_); !problem.empty()) {
        warn(FileWarning::Kind::kMetadata, path, std::move(problem));
    }
}

void TreeWriter::store() {
    pax_.begin(entry_);
    ++summary_.files;
    if (on_file_) {
        on_file_(entry_.path);
    }
    progress_.transfer_at(content_bytes_, summary_.files);
}

bool TreeWriter::store_as_link(const struct stat& facts) {
    if (facts.st_nlink < 2) {
        return false;
    }
    auto first = links_.find(facts.st_dev, facts.st_ino);
    if (!first) {
        links_.remember(facts.st_dev, facts.st_ino, entry_.path);
        return false;
    }
    entry_.type = EntryType::kHardLink;
    entry_.link_target = std::move(*first);
    entry_.size = 0;
    store();
    return true;
}

void TreeWriter::directory(int fd, const struct stat& facts, std::string_view path) {
    start_entry(EntryType::kDirectory, facts, path);
    read_attributes(InodeRef::open_file(fd), path);
    entry_.inode_flags = read_inode_flags(fd);
    store();
}

void TreeWriter::mount_point(int parent, const char* name, std::string_view path) {
    // What is mounted here is not in the archive; what recover needs is the directory that it is mounted on.
    if (store_what_is_under(path)) {
        return;
    }
    struct stat facts {};
    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
        trouble(path, errno);
    } else if (S_ISDIR(facts.st_mode)) {
        start_entry(EntryType::kDirectory, facts, path);
        store();
    } else {
        warn(FileWarning::Kind::kUnreadable, path, "has a file of another place mounted over it: not archived");
    }
}

bool TreeWriter::store_what_is_under(std::string_view path) {
    if (!bare_tree_) {
        return false;
    }
    const std::string below(path.substr(tree_path_ == "/" ? 1 : tree_path_.size() + 1));
    struct stat facts {};
    if (fstatat(bare_tree_.get(), below.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    if (!S_ISDIR(facts.st_mode)) {
        file(bare_tree_.get(), below.c_str(), path, static_cast<unsigned char>(IFTODT(facts.st_mode)), {});
        return true;
    }
    const base::UniqueFd fd(open_quietly(bare_tree_.get(), below.c_str(), kDirectoryFlags | O_CLOEXEC));
    if (!fd) {
        return false;
    }
    directory(fd.get(), facts, path);
    return true;
}

void TreeWriter::store_special(int parent, const char* name, std::string_view path) {
    struct stat facts {};
    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        trouble(path, errno);
        return;
    }
    if (S_ISDIR(facts.st_mode) || S_ISREG(facts.st_mode)) {
        warn(FileWarning::Kind::kChanged, path, "became another kind of file while it was read: not archived");
        return;
    }
    if (S_ISSOCK(facts.st_mode)) {
        ++summary_.skipped_sockets;
        return;
    }
    start_entry(entry_type(facts.st_mode), facts, path);
    if (S_ISLNK(facts.st_mode)) {
        entry_.link_target = read_link(parent, name, static_cast<std::size_t>(facts.st_size));
        if (entry_.link_target.empty()) {
            trouble(path, errno);
            return;
        }
    }
    if (!store_as_link(facts)) {
        read_attributes(parent == AT_FDCWD ? InodeRef::at_path(name) : InodeRef::in_directory(parent, name), path);
        store();
    }
}

void TreeWriter::store_regular(int fd, const struct stat& facts, std::string_view path) {
    start_entry(EntryType::kFile, facts, path);
    if (store_as_link(facts)) {
        return;
    }
    read_attributes(InodeRef::open_file(fd), path);
    entry_.inode_flags = read_inode_flags(fd);
    if (looks_sparse(facts)) {
        entry_.sparse = find_extents(fd, entry_.size, entry_.extents);
    }
    store();
    store_content(fd, facts, path);
}

void TreeWriter::store_content(int fd, const struct stat& facts, std::string_view path) {
    if (entry_.size >= kReadAheadFrom) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    std::string failure;
    if (entry_.sparse) {
        for (const Extent& extent : entry_.extents) {
            auto problem = copy_range(fd, extent);
            failure = failure.empty() ? std::move(problem) : failure;
        }
    } else {
        failure = copy_range(fd, {0, entry_.size});
    }
    pax_.end();
    struct stat after {};
    if (!failure.empty()) {
        warn(FileWarning::Kind::kUnreadable, path, std::move(failure));
    } else if (fstat(fd, &after) == 0) {
        const auto now = static_cast<std::uint64_t>(after.st_size);
        if (now < entry_.size) {
            warn(FileWarning::Kind::kShrank, path, base::cat("shrank from ", entry_.size, " to ", now, " bytes while it was read: filled up with zeros"));
        } else if (now > entry_.size) {
            warn(FileWarning::Kind::kGrew, path, base::cat("grew while it was read: archived its first ", entry_.size, " bytes"));
        } else if (after.st_mtim.tv_sec != facts.st_mtim.tv_sec || after.st_mtim.tv_nsec != facts.st_mtim.tv_nsec) {
            warn(FileWarning::Kind::kChanged, path, "changed while it was read");
        }
    }
}

std::string TreeWriter::copy_range(int fd, const Extent& range) {
    std::uint64_t left = range.length;
    std::uint64_t offset = range.offset;
    while (left > 0) {
        base::check_interrupt();
        auto room = pax_.space();
        room = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), left)));
        const ssize_t got = pread(fd, room.data(), room.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            const int error_number = got < 0 ? errno : 0;
            pax_.pad(left);
            return error_number == 0 ? "" : base::cat("cannot be read from byte ", offset, ": ", std::strerror(error_number), ": filled up with zeros");
        }
        const auto count = static_cast<std::size_t>(got);
        pax_.advance(count);
        offset += count;
        left -= count;
        content_bytes_ += count;
        progress_.transfer_at(content_bytes_, summary_.files);
    }
    return {};
}

}  // namespace nrear::archive
