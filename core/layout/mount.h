// SPDX-License-Identifier: GPL-3.0-or-later
// Where file systems are mounted, and the mount points of what does not come back.
#pragma once

#include <string>

namespace nrear::layout {

/// A file system that comes back, at its place. Sits on the file system, and on the Mount that holds its mount point.
struct Mount {
    std::string mount_point;    ///< "/", "/boot"
    std::string path;           ///< device
    std::string type;           ///< as in /proc/self/mountinfo
    std::string options;        ///< in force: per-mount and per-superblock options, joined by ','
    std::string fstab_spec;     ///< first field of its line in fstab ("UUID=…", "/dev/vda1"), "" when it has none
    std::string fstab_options;  ///< "" when it has no line in fstab
    bool operator==(const Mount&) const = default;
};

/// Directory that something else was mounted on (network, tmpfs, USB, bind, excluded). Sits on the Mount that holds it.
struct MountPointDirectory {
    std::string path;
    std::string source;   ///< for people: "filer:/export"
    std::string type;     ///< "nfs4"
    unsigned mode = 0755; ///< permission bits
    std::string reason;   ///< why it does not come back, for people: "network file system"
    bool operator==(const MountPointDirectory&) const = default;
};

}  // namespace nrear::layout
