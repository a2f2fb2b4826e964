// SPDX-License-Identifier: GPL-3.0-or-later
// Extractor: the way to a member. The making of it is in extractor_making.cpp, its metadata in extractor_metadata.cpp.
#include "archive/extractor.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "archive/entry_path.h"
#include "archive/inode_flags.h"
#include "archive/posix_acl.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::size_t kOpenLevels = 100;  // the customary limit of descriptors is 1024

/// These concern the whole target, not one file.
bool is_fatal(int error_number) {
    return error_number == ENOSPC || error_number == EDQUOT || error_number == EIO || error_number == EROFS || error_number == ENOMEM;
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
        throw system_error(base::cat("restore ", base::printable(absolute_path(path)), " (", step, ")"), error_number);
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
    place_file();
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
    level.fd.reset(openat(parent, name.c_str(), kOpenDirectory));
    if (!level.fd && errno == ENOENT) {
        if (mkdirat(parent, name.c_str(), 0755) != 0) {
            step_failed(path, "make a directory above it", errno);
            return false;
        }
        level.keep_times = false;
        level.fd.reset(openat(parent, name.c_str(), kOpenDirectory));
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
            const int error_number = errno;
            std::string path;
            for (const auto& above : levels_) {
                path += above.name.empty() ? "" : above.name + '/';
            }
            step_failed(base::cat(path, level.name, '/'), "keep a directory's time", error_number);
        }
    }
    if (!levels_.empty() && !levels_.back().fd && !reopen(levels_.back(), level.fd.get())) {
        throw Error(ErrorKind::kGeneral, "restore", "a directory in the target was moved away during the restore");
    }
}

bool Extractor::reopen(Level& level, int child) {
    base::UniqueFd fd(openat(child, "..", kOpenDirectory));
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
        fd = base::UniqueFd(openat(fd.get(), names[i].c_str(), kOpenDirectory));
    }
    return fd;
}

}  // namespace nrear::archive
