// SPDX-License-Identifier: GPL-3.0-or-later
// POSIX ACLs between their two forms: the value of system.posix_acl_* (linux/posix_acl_xattr.h) and the text of SCHILY.acl.* (acl(5), long or short text).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nrear::archive {

inline constexpr const char* kAclAccessXattr = "system.posix_acl_access";
inline constexpr const char* kAclDefaultXattr = "system.posix_acl_default";

/// "user::rw-,user:1000:r--,group::r--,mask::r--,other::---", ids always as numbers. Nothing when the value is malformed.
std::optional<std::string> acl_text_from_xattr(std::string_view value);

/// Turns the name of a user or group into its id, or nothing.
using AclNameLookup = std::function<std::optional<std::uint32_t>(bool is_group, std::string_view name)>;

/// Reads commas or newlines between entries, "#" comments, names (a fourth field or `lookup` gives their id), any order. Nothing when malformed or
/// when a name is unknown.
std::optional<std::string> acl_xattr_from_text(std::string_view text, const AclNameLookup& lookup);

}  // namespace nrear::archive
