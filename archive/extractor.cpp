// SPDX-License-Identifier: GPL-3.0-or-later
// Extractor: the way to a member and the making of it. Metadata is in extractor_metadata.cpp.
#include "archive/extractor.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "archive/inode_flags.h"
#include "archive/posix_acl.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kOpenLevels = 100;  // the customary limit of descriptors is 1024

/// These concern the whole target, not one file.
bool is_fatal(int error_number) {
    return error_number == ENOSPC || error_number == EDQUOT || error_number == EIO || error_number == EROFS || error_number == ENOMEM;
}

/// Of what must not be opened: a device, a fifo. fchmodat(2) would follow a symlink that somebody has put in its place. False with errno.
bool set_mode(int directory, const char* name, mode_t mode) {
    const base::UniqueFd fd(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0) {
        return false;
    }
    if (S_ISLNK(facts.st_mode)) {
        errno = ELOOP;
        return false;
    }
    return chmod(base::cat("/proc/self/fd/", fd.get()).c_str(), mode) == 0;
}

}  // namespace

Extractor::Extractor(const std::string& target, ExcludeRules excludes, RestoreSummary& summary, Existing existing)
    : summary_(summary), excludes_(std::move(excludes)), existing_(existing) {
    Level root;
    root.fd.reset(open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root.fd) {
        throw system_error("open the directory to restore into, " + target, errno);
    }
    root.keep_times = true;
    push_level(std::move(root));
}

void Extractor::problem(std::string_view path, std::string detail) {
    add_warning(summary_.problems, summary_.problem_count, {FileWarning::Kind::kNotRestored, std::string(path), std::move(detail)});
}

void Extractor::step_failed(std::string_view path, const char* step, int error_number) {
    if (is_fatal(error_number)) {
        throw system_error(base::cat("restore ", base::printable(path), " (", step, ")"), error_number);
    }
    problem(path, base::cat(step, ": ", std::strerror(error_number)));
}

/// False when the path climbs with "..".
bool Extractor::split_path(std::string_view path, Names& names) {
    names.clear();
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        if (name == "..") {
            return false;
        }
        if (!name.empty() && name != ".") {
            names.emplace_back(name);
        }
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    return true;
}

bool Extractor::excludes(std::string_view path) {
    Names names;
    return !excludes_.patterns().empty() && split_path(path, names) && excludes_.excludes("/" + base::join(names, "/"));
}

bool Extractor::lacks_directory(std::string_view path) const {
    Names names;
    if (!split_path(path, names)) {
        return false;
    }
    names.emplace_back(".");
    return !open_parent(names) && errno == ENOENT;
}

void Extractor::extract(const Entry& entry, TarReader& reader) {
    made_file_ = left_alone_ = false;
    if (!split_path(entry.path, names_)) {
        problem(entry.path, "its name climbs out of the target with '..': not restored");
        return;
    }
    if (!excludes_.patterns().empty() && excludes_.excludes("/" + base::join(names_, "/"))) {
        return;
    }
    if (names_.empty()) {
        make_root(entry);
        return;
    }
    const std::string name = std::move(names_.back());
    names_.pop_back();
    const int parent = enter_parents(names_, entry.path);
    if (parent < 0) {
        return;
    }
    if (existing_ == Existing::kKeep && in_the_way(parent, name, entry)) {
        return;
    }
    switch (entry.type) {
        case EntryType::kDirectory:
            make_directory(parent, name, entry);
            break;
        case EntryType::kFile:
            make_file(parent, name, entry, reader);
            break;
        case EntryType::kHardLink:
            make_hard_link(parent, name, entry);
            break;
        default:
            make_other(parent, name, entry);
    }
}

/// Leaves and enters directories until the end of the way is the parent; makes those that are missing. -1: a problem was noted.
int Extractor::enter_parents(const Names& names, std::string_view path) {
    std::size_t common = 0;
    while (common < names.size() && common + 1 < levels_.size() && levels_[common + 1].name == names[common]) {
        ++common;
    }
    while (levels_.size() > common + 1) {
        leave();
    }
    for (std::size_t i = common; i < names.size(); ++i) {
        if (!push(names[i], path)) {
            return -1;
        }
    }
    return levels_.back().fd.get();
}

bool Extractor::push(const std::string& name, std::string_view path) {
    const int parent = levels_.back().fd.get();
    Level level;
    level.name = name;
    level.keep_times = true;
    level.fd.reset(openat(parent, name.c_str(), kDirectoryFlags));
    if (!level.fd && errno == ENOENT) {
        if (mkdirat(parent, name.c_str(), 0755) != 0) {
            step_failed(path, "make a directory above it", errno);
            return false;
        }
        level.keep_times = false;
        level.fd.reset(openat(parent, name.c_str(), kDirectoryFlags));
    }
    if (!level.fd) {
        const int error_number = errno;
        if (error_number == ELOOP || error_number == ENOTDIR) {
            problem(path, base::cat("'", base::printable(name), "' on the way to it is no directory (a symlink?): not restored"));
        } else {
            step_failed(path, "open a directory above it", error_number);
        }
        return false;
    }
    const bool made = !level.keep_times;
    push_level(std::move(level));
    if (made) {
        made_on_the_way_.emplace(levels_.back().device, levels_.back().inode);
    }
    return true;
}

void Extractor::push_level(Level level) {
    struct stat facts {};
    if (fstat(level.fd.get(), &facts) != 0) {
        throw system_error("look at a directory in the target", errno);
    }
    level.device = facts.st_dev;
    level.inode = facts.st_ino;
    level.mtime = facts.st_mtim;
    const InodeRef inode = InodeRef::open_file(level.fd.get());
    level.children_inherit = inode.get(kAclDefaultXattr, nullptr, 0) > 0 || read_inode_flags(level.fd.get()) != 0;
    if (!devices_.contains(level.device)) {
        devices_.emplace(level.device, fcntl(level.fd.get(), F_DUPFD_CLOEXEC, 0));
    }
    levels_.push_back(std::move(level));
    if (levels_.size() > kOpenLevels + 1) {  // the first one, the target, stays open
        levels_[levels_.size() - 1 - kOpenLevels].fd.reset();
    }
}

void Extractor::leave() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (level.pending) {
        const bool inherited = level.keep_times || (!levels_.empty() && levels_.back().children_inherit);
        apply_to_open(level.fd.get(), *level.pending, inherited, 0);
    } else if (level.keep_times) {
        const struct timespec times[2]{{0, UTIME_OMIT}, level.mtime};
        if (futimens(level.fd.get(), times) != 0 && errno != EPERM) {  // EPERM: an immutable directory that was there before
            step_failed(level.name, "keep a directory's time", errno);
        }
    }
    if (!levels_.empty() && !levels_.back().fd && !reopen(levels_.back(), level.fd.get())) {
        throw Error(ErrorKind::kGeneral, "restore", "a directory in the target was moved away during the restore");
    }
}

bool Extractor::reopen(Level& level, int child) {
    base::UniqueFd fd(openat(child, "..", kDirectoryFlags));
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0 || facts.st_dev != level.device || facts.st_ino != level.inode) {
        return false;
    }
    level.fd = std::move(fd);
    return true;
}

/// The directory that holds the last of the names, by a way of its own; empty with errno.
base::UniqueFd Extractor::open_parent(const Names& names) const {
    std::size_t near = 0;  // what the entry at hand has to do with is mostly not far: begin at the last directory that is open already
    while (near + 1 < names.size() && near + 1 < levels_.size() && levels_[near + 1].fd && levels_[near + 1].name == names[near]) {
        ++near;
    }
    base::UniqueFd fd(fcntl(levels_[near].fd.get(), F_DUPFD_CLOEXEC, 0));
    for (std::size_t i = near; fd && i + 1 < names.size(); ++i) {
        fd = base::UniqueFd(openat(fd.get(), names[i].c_str(), kDirectoryFlags));
    }
    return fd;
}

/// Something of that name is in the way. False when it cannot be removed.
bool Extractor::make_room(int parent, const char* name) {
    return unlinkat(parent, name, 0) == 0 || ((errno == EISDIR || errno == EPERM) && unlinkat(parent, name, AT_REMOVEDIR) == 0);
}

/// True when what is there is to be left alone. A directory over a directory is no problem: what it holds comes into the one that is there.
bool Extractor::in_the_way(int parent, const std::string& name, const Entry& entry) {
    struct stat facts {};
    if (fstatat(parent, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    if (entry.type == EntryType::kDirectory && made_on_the_way_.contains({facts.st_dev, facts.st_ino})) {
        return false;
    }
    if (entry.type != EntryType::kDirectory || !S_ISDIR(facts.st_mode)) {
        problem(entry.path, "exists already: left as it is");
    }
    left_alone_ = true;
    return true;
}

std::string Extractor::set_aside_damaged(const Entry& entry) {
    if (!made_file_) {
        return "nothing of it was restored";
    }
    made_file_ = false;
    Names names;
    split_path(entry.path, names);
    const int parent = levels_.back().fd.get();
    const std::string& name = names.back();
    std::erase_if(sealed_, [&](const Later& later) { return later.path == entry.path; });
    std::erase_if(late_acls_, [&](const Later& later) { return later.path == entry.path; });
    --summary_.files;
    if (renameat(parent, name.c_str(), parent, (name + kDamagedSuffix).c_str()) == 0) {
        return base::cat("what is left of it is in ", base::printable(name + kDamagedSuffix));
    }
    if (unlinkat(parent, name.c_str(), 0) != 0) {
        throw system_error("remove the damaged " + base::printable(entry.path), errno);
    }
    return "nothing of it was restored";
}

void Extractor::make_root(const Entry& entry) {
    if (entry.type != EntryType::kDirectory) {
        problem(entry.path, "its name is that of the target itself: not restored");
        return;
    }
    if (existing_ == Existing::kReplace) {
        levels_.front().pending = std::make_unique<Entry>(entry);
    }
    ++summary_.files;
}

void Extractor::make_directory(int parent, const std::string& name, const Entry& entry) {
    bool existed = false;
    if (mkdirat(parent, name.c_str(), 0700) != 0) {
        existed = errno == EEXIST;
        if (!existed) {
            step_failed(entry.path, "make the directory", errno);
            return;
        }
    }
    Level level;
    level.fd.reset(openat(parent, name.c_str(), kDirectoryFlags));
    if (!level.fd && existed && (errno == ELOOP || errno == ENOTDIR) && make_room(parent, name.c_str()) && mkdirat(parent, name.c_str(), 0700) == 0) {
        existed = false;
        level.fd.reset(openat(parent, name.c_str(), kDirectoryFlags));
    }
    if (!level.fd) {
        step_failed(entry.path, "make the directory", errno);
        return;
    }
    level.name = name;
    level.keep_times = existed;
    level.pending = std::make_unique<Entry>(entry);
    push_level(std::move(level));
    ++summary_.files;
}

void Extractor::make_file(int parent, const std::string& name, const Entry& entry, TarReader& reader) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    base::UniqueFd fd(openat(parent, name.c_str(), kFlags, 0600));
    if (!fd && errno == EEXIST && make_room(parent, name.c_str())) {
        fd.reset(openat(parent, name.c_str(), kFlags, 0600));
    }
    if (!fd) {
        step_failed(entry.path, "create the file", errno);
        return;
    }
    made_file_ = true;
    const bool inherit = levels_.back().children_inherit;
    // No-copy-on-write and compression can only be set, or only help, while the file is empty.
    const std::uint32_t early = entry.inode_flags & (FS_NOCOW_FL | FS_COMPR_FL);
    if (early != 0) {
        write_inode_flags(fd.get(), early);  // told by apply_to_open() if it failed
    }
    if (write_data(fd.get(), entry, reader)) {
        apply_to_open(fd.get(), entry, inherit, early);
        ++summary_.files;
    }
}

bool Extractor::write_data(int fd, const Entry& entry, TarReader& reader) {
    for (auto data = reader.data(); !data.bytes.empty(); data = reader.data()) {
        const ssize_t written = pwrite(fd, data.bytes.data(), data.bytes.size(), static_cast<off_t>(data.offset));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            step_failed(entry.path, "write its content", errno);
            return false;
        }
        reader.consume(static_cast<std::size_t>(written));
        summary_.bytes += static_cast<std::uint64_t>(written);
        early_sync_.wrote(devices_.at(levels_.back().device).get(), static_cast<std::uint64_t>(written));
    }
    if (entry.sparse && ftruncate(fd, static_cast<off_t>(entry.size)) != 0) {
        step_failed(entry.path, "set its size", errno);
        return false;
    }
    return true;
}

void Extractor::make_hard_link(int parent, const std::string& name, const Entry& entry) {
    Names target;
    if (!split_path(entry.link_target, target) || target.empty()) {
        problem(entry.path, base::cat("is a link to ", base::printable(entry.link_target), ", outside of the target: not restored"));
        return;
    }
    const base::UniqueFd directory = open_parent(target);
    struct stat facts {};
    if (!directory || fstatat(directory.get(), target.back().c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        problem(entry.path, base::cat("is a link to ", base::printable(entry.link_target), ", which was not restored: ", std::strerror(errno)));
        return;
    }
    struct stat there {};
    if (fstatat(parent, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
        if (there.st_dev == facts.st_dev && there.st_ino == facts.st_ino) {
            ++summary_.files;  // tar links a file to itself when two of its trees overlap
            return;
        }
        make_room(parent, name.c_str());
    }
    if (linkat(directory.get(), target.back().c_str(), parent, name.c_str(), 0) != 0) {
        step_failed(entry.path, "make the hard link", errno);
        return;
    }
    ++summary_.files;
}

void Extractor::make_other(int parent, const std::string& name, const Entry& entry) {
    const auto make = [&] {
        switch (entry.type) {
            case EntryType::kSymlink:
                return symlinkat(entry.link_target.c_str(), parent, name.c_str());
            case EntryType::kCharDevice:
                return mknodat(parent, name.c_str(), S_IFCHR | 0600, makedev(entry.device_major, entry.device_minor));
            case EntryType::kBlockDevice:
                return mknodat(parent, name.c_str(), S_IFBLK | 0600, makedev(entry.device_major, entry.device_minor));
            default:
                return mknodat(parent, name.c_str(), S_IFIFO | 0600, 0);
        }
    };
    int result = make();
    if (result != 0 && errno == EEXIST && make_room(parent, name.c_str())) {
        result = make();
    }
    if (result != 0) {
        step_failed(entry.path, "make it", errno);
        return;
    }
    const bool is_link = entry.type == EntryType::kSymlink;
    if (fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0) {
        step_failed(entry.path, "set its owner", errno);
    }
    if (!is_link && !set_mode(parent, name.c_str(), entry.mode)) {
        step_failed(entry.path, "set its mode", errno);
    }
    apply_attributes(InodeRef::in_directory(parent, name), entry, !is_link && levels_.back().children_inherit);
    const struct timespec times[2]{{0, UTIME_OMIT}, {entry.mtime.seconds, static_cast<long>(entry.mtime.nanoseconds)}};
    if (utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
        step_failed(entry.path, "set its time", errno);
    }
    ++summary_.files;
}

}  // namespace nrear::archive
