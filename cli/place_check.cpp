// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/place_check.h"

#include <algorithm>

#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "core/scan/mounts.h"

namespace nrear::cli {

namespace {

using base::cat;

std::string without_last_slash(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return std::string(path);
}

Error no_place(const transport::Location& location, const transport::Transport& server, bool is_file) {
    const auto what = cat("look for backups in ", base::printable(location.text()));
    const auto path = base::printable(location.path);
    if (is_file) {
        return {ErrorKind::kGeneral, what, cat(path, " is no directory"), "correct BACKUP_URL"};
    }
    const bool local = location.scheme == transport::Scheme::kFile;
    return {ErrorKind::kGeneral, what, cat("the directory ", path, " does not exist", local ? "" : cat(" on ", server.description())),
            cat(local ? "mount what belongs there, or correct" : "correct", " BACKUP_URL; before the first backup that is as it should be: mkbackup makes the directory")};
}

Error not_mounted(const transport::Location& location, const std::string& mount_point) {
    return {ErrorKind::kNetwork, cat("look for backups in ", base::printable(location.text())), cat(base::printable(mount_point), " is not mounted, though /etc/fstab has it"),
            cat("mount ", base::printable(mount_point))};
}

}  // namespace

std::string missing_mount(std::string_view path, const std::string& fstab, std::string_view mountinfo) {
    const auto mounts = base::parse_mountinfo(mountinfo);
    std::string nearest;
    for (const auto& entry : scan::parse_fstab(fstab)) {
        if (entry.mount_point.starts_with('/') && base::is_within(path, entry.mount_point) && entry.mount_point.size() > nearest.size()) {
            nearest = entry.mount_point;
        }
    }
    // Mounted at or below the one that fstab names: something else may be there by the operator's hand.
    const bool mounted = nearest.empty() || std::any_of(mounts.begin(), mounts.end(), [&](const base::MountEntry& mount) {
        return mount.type != "autofs" && base::is_within(mount.path, nearest) && base::is_within(path, mount.path);
    });
    return mounted ? "" : nearest;
}

PlaceFinding look_at_place(transport::Transport& server, const transport::Location& location, const base::Root& root) {
    PlaceFinding finding;
    const auto path = without_last_slash(location.path);
    const auto facts = server.stat(path);
    const bool local = location.scheme == transport::Scheme::kFile;
    finding.empty = local && facts && facts->is_directory && server.list(path).empty();
    // Read after the directory was looked into: that is what makes an automounter mount it.
    const auto unmounted = local ? missing_mount(root.resolve(path).value_or(path), root.read_if_exists("/etc/fstab").value_or(""), root.read_if_exists("/proc/self/mountinfo").value_or("")) : "";
    if (!unmounted.empty() && (!facts || finding.empty)) {
        finding.error = not_mounted(location, unmounted);
    } else if (!facts || !facts->is_directory) {
        finding.error = no_place(location, server, facts.has_value());
    } else if (!unmounted.empty()) {
        finding.warning = cat(base::printable(unmounted), " is not mounted, though /etc/fstab has it: what is found in ", base::printable(path), " lies in the directory under it.");
    }
    return finding;
}

}  // namespace nrear::cli
