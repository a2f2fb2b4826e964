// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/xattrs.h"

#include <sys/xattr.h>

#include <cerrno>
#include <cstring>

#include "archive/posix_acl.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr int kAttempts = 5;  // an attribute may grow between asking for its size and reading it

/// Calls `read(buffer, size)` until the buffer is large enough; false with errno set.
template <class Read>
bool read_growing(std::string& buffer, Read read) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const long size = read(nullptr, 0);
        if (size <= 0) {
            buffer.clear();
            return size == 0;
        }
        buffer.resize(static_cast<std::size_t>(size));
        const long got = read(buffer.data(), buffer.size());
        if (got >= 0) {
            buffer.resize(static_cast<std::size_t>(got));
            return true;
        }
        if (errno != ERANGE) {
            return false;
        }
    }
    return false;
}

std::string keep(Entry& entry, std::string name, std::string value) {
    if (name == kAclAccessXattr || name == kAclDefaultXattr) {
        auto text = acl_text_from_xattr(value);
        if (!text) {
            return name + " is not in the form that nrear knows";
        }
        (name == kAclAccessXattr ? entry.acl_access : entry.acl_default) = std::move(*text);
    } else if (!name.starts_with("system.")) {  // what else is there the kernel makes up (NFSv4 ACLs, socket names)
        entry.xattrs.push_back({std::move(name), std::move(value)});
    }
    return {};
}

}  // namespace

InodeRef InodeRef::in_directory(int directory, std::string_view name) {
    return InodeRef(-1, base::cat("/proc/self/fd/", directory, '/', name));
}

long InodeRef::list(char* names, std::size_t size) const noexcept {
    return path_.empty() ? flistxattr(fd_, names, size) : llistxattr(path_.c_str(), names, size);
}

long InodeRef::get(const char* name, char* value, std::size_t size) const noexcept {
    return path_.empty() ? fgetxattr(fd_, name, value, size) : lgetxattr(path_.c_str(), name, value, size);
}

int InodeRef::set(const char* name, std::string_view value) const noexcept {
    return path_.empty() ? fsetxattr(fd_, name, value.data(), value.size(), 0) : lsetxattr(path_.c_str(), name, value.data(), value.size(), 0);
}

int InodeRef::remove(const char* name) const noexcept {
    return path_.empty() ? fremovexattr(fd_, name) : lremovexattr(path_.c_str(), name);
}

std::string read_xattrs(const InodeRef& inode, Entry& entry) {
    std::string names;
    if (!read_growing(names, [&](char* to, std::size_t size) { return inode.list(to, size); })) {
        return errno == ENOTSUP ? "" : base::cat("its extended attributes cannot be listed: ", std::strerror(errno));
    }
    std::string trouble;
    for (std::size_t at = 0; at < names.size();) {
        std::string name = names.c_str() + at;
        at += name.size() + 1;
        std::string value;
        if (!read_growing(value, [&](char* to, std::size_t size) { return inode.get(name.c_str(), to, size); })) {
            if (errno != ENODATA) {  // gone in between is as if it had not been there
                trouble = base::cat("its extended attribute ", base::printable(name), " cannot be read: ", std::strerror(errno));
            }
            continue;
        }
        if (auto problem = keep(entry, std::move(name), std::move(value)); !problem.empty()) {
            trouble = std::move(problem);
        }
    }
    return trouble;
}

}  // namespace nrear::archive
