// SPDX-License-Identifier: GPL-3.0-or-later
// The paths of an archive, to be asked for one by one: 8 bytes a path, however long it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"

namespace nrear::archive {

/// Of each path 64 bits of its SHA-256 under a random key are kept: of a million paths asked for against a million known ones, one is taken for known by
/// mistake in one of 18 million runs, and nobody can choose a name so that it is.
class KnownPaths {
public:
    KnownPaths();
    /// As Entry::path: "etc/", "etc/fstab". The directories above it are known with it: archives of other programs may lack them.
    void add(std::string_view path);
    /// Nothing is added from now on.
    void seal();
    /// The path of a directory ends with '/', "" is the root.
    bool contains(std::string_view path);

private:
    std::uint64_t hash_of(std::string_view path);
    void add_parents(std::string_view path);

    std::string key_;
    base::Sha256 sha_;
    std::string last_parent_;
    std::vector<std::uint64_t> hashes_;
};

}  // namespace nrear::archive
