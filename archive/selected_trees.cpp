// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/selected_trees.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "archive/read_ahead.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

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

/// By errno.
FileWarning missing_tree(const std::string& tree) {
    const bool missing = errno == ENOENT;
    return {missing ? FileWarning::Kind::kVanished : FileWarning::Kind::kUnreadable, tree,
            missing ? "is to be included but does not exist" : base::cat("cannot be read: ", std::strerror(errno))};
}

}  // namespace

void SelectionVisitor::trouble(std::string_view path, int error_number) {
    if (error_number == ENOENT) {
        warning({FileWarning::Kind::kVanished, std::string(path), "vanished before it could be read"});
    } else {
        warning({FileWarning::Kind::kUnreadable, std::string(path), base::cat("cannot be read: ", std::strerror(error_number))});
    }
}

SelectedTrees::SelectedTrees(const TreeSelection& selection, SelectionVisitor& visitor, LookAhead look_ahead)
    : selection_(selection), visitor_(visitor), look_ahead_(look_ahead), mounts_(MountTable::of_this_process()),
      subvolumes_(selection.subvolumes.begin(), selection.subvolumes.end()), left_out_(selection.left_out.begin(), selection.left_out.end()) {
    selection_.root = normalised(selection.root);
    choose_never();
    choose_trees();
}

void SelectedTrees::choose_never() {
    const auto& root = selection_.root;
    for (const auto& path : selection_.never) {
        never_.insert(normalised(path));
        // Where a symlink leads is what would be stored.
        char real[PATH_MAX];
        if (realpath(host_path(normalised(path)).c_str(), real) != nullptr && is_inside(real, root)) {
            never_.insert(normalised(std::string_view(real).substr(root == "/" ? 0 : root.size())));
        }
    }
    never_.insert({"/proc", "/sys", "/dev", "/run"});
}

void SelectedTrees::choose_trees() {
    for (const auto& tree : selection_.trees) {
        const std::string path = resolved(selection_.root, normalised(tree));
        if (path.empty()) {
            throw system_error("read " + tree, errno);
        }
        if (!excluded(path)) {
            must_.insert(path);
        } else if (path == "/") {
            throw Error(ErrorKind::kConfig, "back up /", "an exclude pattern excludes / itself, and with it everything", "remove the pattern from BACKUP_PROG_EXCLUDE");
        }
    }
    all_ = must_;
    for (const auto& tree : selection_.extra_trees) {
        const std::string path = resolved(selection_.root, normalised(tree));
        if (path.empty()) {
            missing_.push_back(missing_tree(tree));
        } else if (!excluded(path) && !below_never(path)) {
            all_.insert(path);
        }
    }
}

void SelectedTrees::walk() {
    for (auto& warning : missing_) {
        visitor_.warning(std::move(warning));
    }
    missing_.clear();
    for (const auto& path : all_) {  // in order of their names: what is around comes first
        if (is_covered(path) || walk_tree(path)) {
            continue;
        }
        if (must_.contains(path)) {
            throw system_error("read " + path, errno);
        }
        visitor_.warning(missing_tree(path));
    }
}

/// A directory with all below it on its file system, or a single file. False with errno when it cannot be opened.
bool SelectedTrees::walk_tree(const std::string& path) {
    const std::string real = host_path(path);
    struct stat facts {};
    if (lstat(real.c_str(), &facts) != 0) {
        return false;
    }
    tree_devices_ = {facts.st_dev};
    if (!S_ISDIR(facts.st_mode)) {
        file(AT_FDCWD, real.c_str(), path, static_cast<unsigned char>(IFTODT(facts.st_mode)), {});
        return true;
    }
    base::UniqueFd fd(open_quietly(AT_FDCWD, real.c_str(), kDirectoryFlags));
    if (!fd) {
        return false;
    }
    visitor_.tree(fd.get(), path);
    Walker(*this, look_ahead_).walk(std::move(fd), path);
    return true;
}

bool SelectedTrees::wants(int parent, const char* name, std::string_view path) {
    if (left_out_.contains(path) || excluded(path)) {
        return false;
    }
    if (selection_.root == "/" ? mounts_.is_mount_point(path) : mounts_.is_mount_point(host_path(path))) {
        if (!all_.contains(path)) {
            visitor_.mount_point(parent, name, path);
        }
        return false;
    }
    return true;
}

void SelectedTrees::file(int parent, const char* name, std::string_view path, unsigned char type, base::UniqueFd opened) {
    if (!never_.contains(path)) {
        visitor_.file(parent, name, path, type, std::move(opened));
    }
}

bool SelectedTrees::directory(int fd, const struct stat& facts, std::string_view path) {
    visitor_.directory(fd, facts, path);
    if (subvolumes_.contains(path)) {
        tree_devices_.insert(facts.st_dev);
    }
    if (!tree_devices_.contains(facts.st_dev)) {
        visitor_.warning({FileWarning::Kind::kUnreadable, std::string(path), "is another file system (a subvolume?) that is not in the list: its contents are not archived"});
        return false;
    }
    return !never_.contains(path);
}

void SelectedTrees::trouble(std::string_view path, int error_number) { visitor_.trouble(path, error_number); }

bool SelectedTrees::excluded(std::string_view path) const { return selection_.excludes != nullptr && selection_.excludes->excludes(path); }

bool SelectedTrees::below_never(std::string_view path) const {
    for (const auto& never : never_) {
        if (path != never && is_inside(path, never)) {
            return true;
        }
    }
    return false;
}

/// True when the walk of another tree comes by: same file system, and no mount point in between.
bool SelectedTrees::is_covered(const std::string& path) const {
    const std::string here = host_path(path);
    for (const auto& other : all_) {
        if (other != path && is_inside(path, other) && mounts_.region_of(here) == mounts_.region_of(host_path(other))) {
            return true;
        }
    }
    return false;
}

std::string SelectedTrees::host_path(std::string_view path) const {
    return selection_.root == "/" ? std::string(path) : path == "/" ? selection_.root : base::cat(selection_.root, path);
}

}  // namespace nrear::archive
