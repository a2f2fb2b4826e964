// SPDX-License-Identifier: GPL-3.0-or-later
// What a tree holds, as text to compare: an independent look that shares no code with archive/.
#pragma once

#include <map>
#include <string>

namespace nrear::archive::test {

struct SnapshotOptions {
    bool inode_flags = true;
    bool selinux = true;   ///< security.selinux
    bool xattrs = true;    ///< without ACLs
    bool acls = true;
    bool nanoseconds = true;
    bool holes = true;     ///< that what was sparse is sparse
    bool root_itself = true;
};

/// Path below `root` ("" = the root) -> type, mode, owner, time, content (holes passed over), attributes, flags, and the first name of hard links.
/// Sockets are left out.
std::map<std::string, std::string> snapshot(const std::string& root, const SnapshotOptions& options = {});

/// "" when they are equal, else the first differences.
std::string difference(const std::map<std::string, std::string>& expected, const std::map<std::string, std::string>& found);

}  // namespace nrear::archive::test
