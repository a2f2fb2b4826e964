// SPDX-License-Identifier: GPL-3.0-or-later
// ext2, ext3, ext4: sizes.
#include "core/layout/ext.h"

#include <algorithm>

#include "core/base/scaled.h"
#include "core/layout/sizing.h"

namespace nrear::layout {

namespace {

constexpr std::uint64_t kLimit32 = (1ULL << 32) - 1;

bool has_64bit(const ExtFilesystem& ext) { return std::find(ext.features.begin(), ext.features.end(), "64bit") != ext.features.end(); }

}  // namespace

std::uint64_t room_for(std::uint64_t used, std::uint64_t overhead) {
    constexpr std::uint64_t kMiB = 1ULL << 20;
    return used + used / 8 + overhead + 32 * kMiB;
}

std::uint64_t wanted_bytes(const ExtFilesystem& ext) {
    // The number of inodes is kept: how many of them are in use was not recorded.
    const auto inode_tables = ext.inodes * ext.inode_size;
    return room_for(ext.used, inode_tables + ext.journal_size + ext.blocks * ext.block_size / 64);
}

std::uint64_t room_on(const ExtFilesystem& ext, const std::vector<std::uint64_t>&) { return ext.blocks * ext.block_size; }

std::optional<std::uint64_t> least_bytes(const ExtFilesystem& ext) { return std::min(ext.blocks * ext.block_size, wanted_bytes(ext)); }

void resize(ExtFilesystem& ext, std::uint64_t before, std::uint64_t after) {
    const auto old_blocks = ext.blocks;
    const auto room = blocks_after(ext, before, after);
    if (!room) {
        return;
    }
    ext.blocks = has_64bit(ext) ? *room : std::min(*room, kLimit32);
    ext.reserved_blocks = base::scaled(ext.reserved_blocks, old_blocks, ext.blocks);
    if (ext.blocks > old_blocks) {
        ext.inodes = std::min(base::scaled(ext.inodes, old_blocks, ext.blocks), kLimit32);
    }
}

}  // namespace nrear::layout
