// SPDX-License-Identifier: GPL-3.0-or-later
// Where file systems are mounted, and the mount points of what does not come back.
#pragma once

#include <string>
#include <string_view>

#include "core/layout/fields.h"

namespace nrear::layout {

/// A file system that comes back, at its place. Sits on the file system, and on the Mount that holds its mount point.
struct Mount {
    static constexpr const char* kWord = "mount";  ///< in layout.json
    std::string mount_point;    ///< "/", "/boot"
    std::string path;           ///< device
    std::string type;           ///< as in /proc/self/mountinfo
    std::string options;        ///< in force: per-mount and per-superblock options, joined by ','
    std::string fstab_spec;     ///< first field of its line in fstab ("UUID=…", "/dev/vda1"), "" when it has none
    std::string fstab_options;  ///< "" when it has no line in fstab
    std::string subvolume;      ///< of btrfs: which one is mounted, with a leading slash: "/@", "/" is the top level; "" for others
    bool operator==(const Mount&) const = default;
};

void fields(Either<Mount> auto& mount, auto&& visit) {
    visit("mount_point", mount.mount_point);
    visit("path", mount.path);
    visit("type", mount.type);
    visit("options", mount.options);
    visit("fstab_spec", mount.fstab_spec);
    visit("fstab_options", mount.fstab_options);
    visit("subvolume", mount.subvolume);
}

/// Directory that something else was mounted on (network, tmpfs, USB, bind, excluded). Sits on the Mount that holds it.
struct MountPointDirectory {
    static constexpr const char* kWord = "directory";  ///< in layout.json
    std::string path;
    std::string source;   ///< for people: "filer:/export"
    std::string type;     ///< "nfs4"
    unsigned mode = 0755; ///< permission bits
    std::string reason;   ///< why it does not come back, for people: "network file system"
    bool operator==(const MountPointDirectory&) const = default;
};

void fields(Either<MountPointDirectory> auto& directory, auto&& visit) {
    visit("path", directory.path);
    visit("source", directory.source);
    visit("type", directory.type);
    visit("mode", directory.mode);
    visit("reason", directory.reason);
}

/// Without what is mounted there the system does not start, or does not find itself: GRUB's configuration names places in /boot, firmware the EFI system
/// partition, the kernel's command line root and /usr.
inline bool starts_system(std::string_view mount_point) {
    return mount_point == "/" || mount_point == "/usr" || mount_point == "/efi" || mount_point == "/boot" || mount_point.starts_with("/boot/");
}
/// Without it there is no machine to come back: what starts the system, and /var with the state of its packages and services.
inline bool system_needs(std::string_view mount_point) { return starts_system(mount_point) || mount_point == "/var"; }

inline std::string kind_of(const Mount&) { return "mounted file system"; }
inline std::string kind_of(const MountPointDirectory&) { return "mount point"; }

}  // namespace nrear::layout
