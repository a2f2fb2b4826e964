// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/walker.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "archive/read_ahead.h"
#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

constexpr std::size_t kListBuffer = 64 * 1024;
constexpr std::size_t kBatch = 65536;         // names sorted at a time; directories with more are read in turns
constexpr std::size_t kOpenLevels = 100;      // descriptors for the deepest levels; the customary limit is 1024
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_dot(const char* name) { return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')); }

}  // namespace

Walker::Walker(WalkVisitor& visitor, LookAhead look_ahead) : visitor_(visitor), look_ahead_(look_ahead), buffer_(kListBuffer) {}

void Walker::walk(base::UniqueFd directory, std::string_view path) {
    path_ = path;
    levels_.clear();
    enter(std::move(directory));
    while (!levels_.empty()) {
        base::check_interrupt();
        Level& level = levels_.back();
        if (!level.entries.empty()) {
            enter_next_directory(level);
        } else if (!level.listed) {
            read_batch(level);
            visit_files(level);
        } else {
            leave();
        }
    }
}

void Walker::enter(base::UniqueFd fd) {
    struct stat facts {};
    if (fstat(fd.get(), &facts) != 0) {
        visitor_.trouble(path_, errno);
        return;
    }
    if (!visitor_.directory(fd.get(), facts, path_)) {
        return;
    }
    Level level;
    level.fd = std::move(fd);
    level.device = facts.st_dev;
    level.inode = facts.st_ino;
    level.path_length = path_.size();
    levels_.push_back(std::move(level));
    save_descriptors();
}

void Walker::leave() {
    const Level child = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty()) {
        return;
    }
    Level& parent = levels_.back();
    path_.resize(parent.path_length);
    if (!parent.fd && !reopen_parent(parent, child.fd.get())) {
        // Somebody moved the child elsewhere while we were in it: the way back is lost, and with it what was still to come of the parent.
        visitor_.trouble(path_, ESTALE);
        parent.entries.clear();
        parent.listed = true;
    }
}

void Walker::read_batch(Level& level) {
    level.names.clear();
    level.entries.clear();
    while (level.entries.size() < kBatch) {
        const long got = syscall(SYS_getdents64, level.fd.get(), buffer_.data(), buffer_.size());
        if (got <= 0) {
            if (got < 0) {
                visitor_.trouble(path_, errno);
            }
            level.listed = true;
            break;
        }
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);  // the layout that the kernel writes
            at += entry->d_reclen;
            if (!is_dot(entry->d_name)) {
                level.entries.push_back({entry->d_ino, static_cast<std::uint32_t>(level.names.size()), entry->d_type});
                level.names.append(entry->d_name, std::strlen(entry->d_name) + 1);
            }
        }
    }
    std::sort(level.entries.begin(), level.entries.end(), [](const Name& a, const Name& b) { return a.inode < b.inode; });
}

void Walker::resolve_type(const Level& level, Name& entry) {
    struct stat facts {};
    if (fstatat(level.fd.get(), level.names.c_str() + entry.offset, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
        entry.type = static_cast<unsigned char>(IFTODT(facts.st_mode));
    }
}

const char* Walker::go_to(const Level& level, const Name& name) {
    const char* text = level.names.c_str() + name.offset;
    path_.resize(level.path_length);
    path_ += level.path_length == 1 ? "" : "/";
    path_ += text;
    return text;
}

void Walker::visit_next(const Level& level, std::deque<Upcoming>& upcoming) {
    Upcoming next = std::move(upcoming.front());
    upcoming.pop_front();
    const char* text = go_to(level, next.name);
    visitor_.file(level.fd.get(), text, path_, next.name.type, std::move(next.opened));
}

void Walker::visit_files(Level& level) {
    std::string directories;
    std::vector<Name> kept;
    std::deque<Upcoming> upcoming;
    for (Name& entry : level.entries) {
        base::check_interrupt();
        const char* name = go_to(level, entry);
        if (!visitor_.wants(level.fd.get(), name, path_)) {
            continue;
        }
        if (entry.type == DT_UNKNOWN) {
            resolve_type(level, entry);
        }
        if (entry.type == DT_DIR) {
            kept.push_back({entry.inode, static_cast<std::uint32_t>(directories.size()), entry.type});
            directories.append(name, std::strlen(name) + 1);
        } else if (entry.type == DT_UNKNOWN) {
            visitor_.trouble(path_, ENOENT);
        } else {
            upcoming.push_back({entry, entry.type == DT_REG && look_ahead_ == LookAhead::kFiles ? open_file_ahead(level.fd.get(), name) : base::UniqueFd()});
        }
        if (upcoming.size() > kFilesAhead) {
            visit_next(level, upcoming);
        }
    }
    while (!upcoming.empty()) {
        base::check_interrupt();
        visit_next(level, upcoming);
    }
    path_.resize(level.path_length);
    std::reverse(kept.begin(), kept.end());
    kept.shrink_to_fit();
    directories.shrink_to_fit();
    level.entries = std::move(kept);
    level.names = std::move(directories);
}

void Walker::enter_next_directory(Level& level) {
    const char* name = level.names.c_str() + level.entries.back().offset;
    level.entries.pop_back();
    const std::size_t length = level.path_length;
    path_ += length == 1 ? "" : "/";
    path_ += name;
    base::UniqueFd fd(open_quietly(level.fd.get(), name, kDirectoryFlags));
    const std::size_t depth = levels_.size();
    if (!fd) {
        visitor_.trouble(path_, errno);
    } else {
        enter(std::move(fd));
    }
    if (levels_.size() == depth) {
        path_.resize(length);
    }
}

void Walker::save_descriptors() {
    // A level that is only half listed keeps its descriptor: its place in the listing is lost with it.
    if (levels_.size() > kOpenLevels) {
        Level& far = levels_[levels_.size() - 1 - kOpenLevels];
        if (far.listed) {
            far.fd.reset();
        }
    }
}

bool Walker::reopen_parent(Level& parent, int child) {
    base::UniqueFd fd(open_quietly(child, "..", kDirectoryFlags));
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0 || facts.st_dev != parent.device || facts.st_ino != parent.inode) {
        return false;
    }
    parent.fd = std::move(fd);
    return true;
}

}  // namespace nrear::archive
