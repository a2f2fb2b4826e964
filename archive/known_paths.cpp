// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/known_paths.h"

#include <algorithm>
#include <cstring>

#include "core/base/fd_stream.h"

namespace nrear::archive {

namespace {

/// "etc/" for "etc/fstab" and for "etc/ssh/"
std::string_view parent_of(std::string_view path) {
    const auto slash = path.substr(0, path.empty() ? 0 : path.size() - 1).rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash + 1);
}

}  // namespace

KnownPaths::KnownPaths() : key_(base::random_uuid()) { hashes_.push_back(hash_of("")); }

void KnownPaths::add(std::string_view path) {
    if (path == "./") {
        return;  // the root is known
    }
    hashes_.push_back(hash_of(path));
    if (const auto parent = parent_of(path); parent != last_parent_) {
        add_parents(parent);
        last_parent_ = parent;
    }
}

void KnownPaths::add_parents(std::string_view path) {
    for (; !path.empty() && !std::string_view(last_parent_).starts_with(path); path = parent_of(path)) {
        hashes_.push_back(hash_of(path));
    }
}

void KnownPaths::seal() {
    std::sort(hashes_.begin(), hashes_.end());
    hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
    hashes_.shrink_to_fit();
}

bool KnownPaths::contains(std::string_view path) { return std::binary_search(hashes_.begin(), hashes_.end(), hash_of(path)); }

std::uint64_t KnownPaths::hash_of(std::string_view path) {
    sha_.update(base::as_bytes(key_));
    sha_.update(base::as_bytes(path));
    const auto bytes = sha_.finish_bytes();
    std::uint64_t hash = 0;
    std::memcpy(&hash, bytes.data(), sizeof hash);
    return hash;
}

}  // namespace nrear::archive
