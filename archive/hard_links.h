// SPDX-License-Identifier: GPL-3.0-or-later
// Which inodes with more than one name were stored, and under which path. Compact: about 60 bytes and the name for each such inode.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nrear::archive {

class HardLinks {
public:
    /// The path under which this inode was stored before, or nothing.
    std::optional<std::string> find(std::uint64_t device, std::uint64_t inode) const;
    /// `path` was stored for an inode that is not known yet.
    void remember(std::uint64_t device, std::uint64_t inode, std::string_view path);
    std::size_t size() const noexcept { return count_; }

private:
    struct Slot {
        std::uint64_t inode = 0;
        std::uint64_t name = 0;       ///< offset in names_ + 1; 0 = free
        std::uint32_t device = 0;     ///< index in devices_
        std::uint32_t directory = 0;  ///< index in directories_
    };
    std::size_t place(std::uint32_t device, std::uint64_t inode) const noexcept;
    void grow();

    std::vector<Slot> slots_;  ///< open addressing, a power of two
    std::size_t count_ = 0;
    std::string names_;  ///< each with its NUL
    std::vector<std::string> directories_;
    std::unordered_map<std::string, std::uint32_t> directory_indexes_;
    std::vector<std::uint64_t> devices_;
};

}  // namespace nrear::archive
