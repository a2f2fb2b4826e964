// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/copy_as_is.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

using base::cat;

// Files of secrets, directories of them, and both programs' settings: BACKUP_URL may hold a password.
constexpr std::array<std::string_view, 13> kSecretPaths{
    "/etc/shadow",        "/etc/shadow-",          "/etc/gshadow",         "/etc/gshadow-",                          "/etc/security/opasswd", "/etc/krb5.keytab",
    "/etc/ipsec.secrets", "/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets", "/etc/NetworkManager/system-connections", "/etc/wpa_supplicant",   "/etc/rear",
    "/etc/nrear"};
constexpr std::size_t kKeyHead = 4096;

void expand(const base::Root& root, const std::string& done, const std::vector<std::string>& parts, std::size_t index, std::vector<std::string>& found) {
    if (index == parts.size()) {
        found.push_back(done.empty() ? "/" : done);
        return;
    }
    const auto& part = parts[index];
    if (part.empty()) {
        expand(root, done, parts, index + 1, found);
    } else if (part.find_first_of("*?[") == std::string::npos) {
        if (root.facts(cat(done, "/", part))) {
            expand(root, cat(done, "/", part), parts, index + 1, found);
        }
    } else {
        for (const auto& name : root.list(done.empty() ? "/" : done)) {
            if (fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) == 0) {
                expand(root, cat(done, "/", name), parts, index + 1, found);
            }
        }
    }
}

// As GNU tar's --exclude: the pattern matches the path or a directory above it, and '*' matches '/', too.
bool is_excluded(const std::string& path, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](std::string pattern) {
        while (pattern.size() > 1 && pattern.ends_with('/')) {
            pattern.pop_back();
        }
        return fnmatch(pattern.c_str(), path.c_str(), FNM_LEADING_DIR) == 0;
    });
}

}  // namespace

std::vector<std::string> expand_pattern(const base::Root& root, const std::string& pattern) {
    std::vector<std::string> found;
    expand(root, "", base::split(pattern, '/'), 0, found);
    return found;
}

bool is_secret(const base::Root& root, const std::string& path) {
    const auto resolved = root.resolve(path);
    // A link by another name leads to the same secret. What is below a listed directory was named with it, or not met at all.
    const bool is_link = resolved && *resolved != path;
    const auto is_listed = [&](std::string_view secret) { return path == secret || (is_link && (*resolved + "/").starts_with(cat(secret, "/"))); };
    if (std::any_of(kSecretPaths.begin(), kSecretPaths.end(), is_listed)) {
        return true;
    }
    const auto facts = resolved ? root.facts(*resolved) : std::nullopt;
    if (!facts || !S_ISREG(facts->mode)) {
        return false;
    }
    std::string head(kKeyHead, '\0');
    base::FileSource file(root.path(*resolved));
    head.resize(file.read(std::as_writable_bytes(std::span(head.data(), head.size()))));
    return (head.find("-----BEGIN ") != std::string::npos && head.find("PRIVATE KEY") != std::string::npos) || head.starts_with("PuTTY-User-Key-File");
}

void add_copy_as_is(FileSet& files, const base::Root& root, const std::vector<std::string>& patterns, const std::vector<std::string>& excluded) {
    std::set<std::string> named;
    for (const auto& pattern : patterns) {
        auto plain = pattern;
        while (plain.size() > 1 && plain.ends_with('/')) {
            plain.pop_back();
        }
        named.insert(plain);
    }
    const auto skip = [&](const std::string& path) {
        if (is_excluded(path, excluded)) {
            return true;
        }
        const bool secret = !named.contains(path) && is_secret(root, path);
        if (secret) {
            files.warn(cat(base::printable(path), " holds secrets and stays out of the rescue image; name it in COPY_AS_IS to have it there"));
        }
        return secret;
    };
    for (const auto& pattern : patterns) {
        const auto found = expand_pattern(root, pattern);
        if (found.empty()) {
            files.warn(cat("COPY_AS_IS: there is no ", base::printable(pattern)));
        }
        for (const auto& path : found) {
            files.add_tree(path, "copy: COPY_AS_IS", skip);
        }
    }
}

}  // namespace nrear::image
