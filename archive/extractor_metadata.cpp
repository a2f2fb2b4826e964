// SPDX-License-Identifier: GPL-3.0-or-later
// Extractor: owner, mode, attributes, ACLs, flags, times, in the order in which one does not undo the other:
// chown clears set-id bits and capabilities, chmod changes an ACL's mask, writing changes the time, a sealed file takes nothing any more.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "archive/extractor.h"
#include "archive/inode_flags.h"
#include "archive/posix_acl.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// Ids by name from a passwd or group file's text (passwd(5), group(5): the third field of both).
std::optional<std::uint32_t> id_of(std::string_view text, std::string_view name) {
    for (const auto& line : base::split_lines(text)) {
        const auto fields = base::split(line, ':');
        if (fields.size() > 2 && fields[0] == name) {
            const auto id = base::parse_u64(fields[2]);
            return id ? std::optional(static_cast<std::uint32_t>(*id)) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::string read_below(int directory, const char* name) {
    const base::UniqueFd fd(openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    return fd ? base::read_all(fd.get(), name) : std::string();
}

}  // namespace

/// `inherited`: it may have taken an ACL or flags over from its directory, or had them before. `early_flags` are set already.
void Extractor::apply_to_open(int fd, const Entry& entry, bool inherited, std::uint32_t early_flags) {
    if (fchown(fd, entry.uid, entry.gid) != 0) {
        step_failed(entry.path, "set its owner", errno);
    }
    if (fchmod(fd, entry.mode) != 0) {
        step_failed(entry.path, "set its mode", errno);
    }
    apply_attributes(InodeRef::open_file(fd), entry, inherited);
    const std::uint32_t flags = entry.inode_flags & ~kSealingInodeFlags;
    if (inherited || flags != 0 || early_flags != 0) {
        if (const int error_number = write_inode_flags(fd, flags); error_number != 0) {
            problem(entry.path, base::cat("its inode flags (", inode_flags_text(flags), ") cannot be set: ", std::strerror(error_number)));
        }
    }
    const struct timespec times[2]{{0, UTIME_OMIT}, {entry.mtime.seconds, static_cast<long>(entry.mtime.nanoseconds)}};
    if (futimens(fd, times) != 0) {
        step_failed(entry.path, "set its time", errno);
    }
    if ((entry.inode_flags & kSealingInodeFlags) != 0) {
        Later later{entry.path, {}};
        later.entry.inode_flags = entry.inode_flags;
        sealed_.push_back(std::move(later));
    }
}

void Extractor::apply_attributes(const InodeRef& inode, const Entry& entry, bool may_have_inherited) {
    for (const auto& xattr : entry.xattrs) {
        if (inode.set(xattr.name.c_str(), xattr.value) != 0) {
            const int error_number = errno;
            if (error_number == ENOSPC) {  // an attribute too large for this file system, not a full disk
                problem(entry.path, base::cat("its attribute ", base::printable(xattr.name), " does not fit on this file system"));
            } else {
                step_failed(entry.path, base::cat("set its attribute ", base::printable(xattr.name)).c_str(), error_number);
            }
        }
    }
    if (may_have_inherited && entry.acl_access.empty()) {
        inode.remove(kAclAccessXattr);  // mostly there is none
    }
    if (may_have_inherited && entry.acl_default.empty() && entry.type == EntryType::kDirectory) {
        inode.remove(kAclDefaultXattr);
    }
    apply_acl(inode, entry, kAclAccessXattr, entry.acl_access);
    apply_acl(inode, entry, kAclDefaultXattr, entry.acl_default);
}

void Extractor::apply_acl(const InodeRef& inode, const Entry& entry, const char* xattr, const std::string& text) {
    if (text.empty()) {
        return;
    }
    const auto value = acl_xattr_from_text(text, nullptr);
    if (!value) {  // GNU tar writes names: they are looked up when /etc/passwd and /etc/group are back
        Later later{entry.path, {}};
        (xattr == kAclAccessXattr ? later.entry.acl_access : later.entry.acl_default) = text;
        late_acls_.push_back(std::move(later));
    } else if (inode.set(xattr, *value) != 0) {
        step_failed(entry.path, "set its access control list", errno);
    }
}

void Extractor::apply_late_acls() {
    if (late_acls_.empty()) {
        return;
    }
    const base::UniqueFd etc = open_parent({"etc", "passwd"});
    const std::string users = etc ? read_below(etc.get(), "passwd") : "";
    const std::string groups = etc ? read_below(etc.get(), "group") : "";
    const AclNameLookup lookup = [&](bool is_group, std::string_view name) {
        const auto id = id_of(is_group ? groups : users, name);
        return !id && name == "root" ? std::optional(0U) : id;
    };
    for (const Later& later : late_acls_) {
        const bool access = !later.entry.acl_access.empty();
        const auto value = acl_xattr_from_text(access ? later.entry.acl_access : later.entry.acl_default, lookup);
        if (!value) {
            problem(later.path, "its access control list names users or groups that are unknown, or is malformed: not set");
            continue;
        }
        Names names;
        split_path(later.path, names);
        const base::UniqueFd parent = open_parent(names);
        const auto inode = names.empty() ? InodeRef::open_file(parent.get()) : InodeRef::in_directory(parent.get(), names.back());
        if (!parent || inode.set(access ? kAclAccessXattr : kAclDefaultXattr, *value) != 0) {
            step_failed(later.path, "set its access control list", errno);
        }
    }
}

void Extractor::apply_sealing_flags() {
    for (const Later& later : sealed_) {
        Names names;
        split_path(later.path, names);
        base::UniqueFd fd = open_parent(names);
        if (fd && !names.empty()) {
            fd = base::UniqueFd(openat(fd.get(), names.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        }
        const int error_number = fd ? write_inode_flags(fd.get(), later.entry.inode_flags) : errno;
        if (error_number != 0) {
            problem(later.path, base::cat("its inode flags (", inode_flags_text(later.entry.inode_flags), ") cannot be set: ", std::strerror(error_number)));
        }
    }
}

void Extractor::finish() {
    place_file();
    while (levels_.size() > 1) {
        leave();
    }
    apply_late_acls();
    Level& root = levels_.front();
    if (root.pending) {
        apply_to_open(root.fd.get(), *root.pending, true, 0);
    } else {
        const struct timespec times[2]{{0, UTIME_OMIT}, root.mtime};
        futimens(root.fd.get(), times);
    }
    apply_sealing_flags();
    sync();
}

void Extractor::sync() {
    early_sync_.finish();
    for (const auto& [device, fd] : devices_) {
        if (syncfs(fd.get()) != 0) {
            throw system_error("write what was restored to disk", errno);
        }
    }
}

}  // namespace nrear::archive
