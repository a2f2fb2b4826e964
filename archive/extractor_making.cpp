// SPDX-License-Identifier: GPL-3.0-or-later
// Extractor: the making of a member where the way to it has ended, and what gives way to it.
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "archive/extractor.h"
#include "archive/inode_flags.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

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
        ++summary_.left_alone;
    }
    return true;
}

/// What was to come last of all does not come: the file is not there.
void Extractor::forget(const MadeFile& made) {
    std::erase_if(sealed_, [&](const Later& later) { return later.path == made.path; });
    std::erase_if(late_acls_, [&](const Later& later) { return later.path == made.path; });
    summary_.files -= made.counted ? 1 : 0;
}

void Extractor::place_file() {
    if (made_file_ && made_file_->counted && !made_file_->file.place()) {
        const int error_number = errno;
        forget(*made_file_);
        step_failed(made_file_->path, "replace what is there", error_number);
    }
    made_file_.reset();
}

std::string Extractor::set_aside_damaged(const Entry& entry) {
    if (!made_file_) {
        return "nothing of it was restored";
    }
    forget(*made_file_);
    Names names;
    split_path(entry.path, names);
    const auto aside = names.back() + kDamagedSuffix;
    const bool placed = made_file_->file.place_as(aside);
    made_file_.reset();
    return placed ? base::cat("what is left of it is in ", base::printable(aside)) : "nothing of it was restored";
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
    level.fd.reset(openat(parent, name.c_str(), kOpenDirectory));
    if (!level.fd && existed && (errno == ELOOP || errno == ENOTDIR) && make_room(parent, name.c_str()) && mkdirat(parent, name.c_str(), 0700) == 0) {
        existed = false;
        level.fd.reset(openat(parent, name.c_str(), kOpenDirectory));
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
    NewFile& file = made_file_.emplace(MadeFile{NewFile(parent, name), entry.path}).file;
    if (file.fd() < 0) {
        step_failed(entry.path, "create the file", errno);
        made_file_.reset();
        return;
    }
    const bool inherit = levels_.back().children_inherit;
    // No-copy-on-write and compression can only be set, or only help, while the file is empty.
    const std::uint32_t early = entry.inode_flags & (FS_NOCOW_FL | FS_COMPR_FL);
    if (early != 0) {
        write_inode_flags(file.fd(), early);  // told by apply_to_open() if it failed
    }
    if (!write_data(file.fd(), entry, reader)) {
        made_file_.reset();
        return;
    }
    apply_to_open(file.fd(), entry, inherit, early);
    file.close();
    made_file_->counted = true;
    ++summary_.files;
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
