// SPDX-License-Identifier: GPL-3.0-or-later
// Source: struct xfs_dsb in fs/xfs/libxfs/xfs_format.h of Linux; all numbers are big-endian.
#include "core/scan/xfs_facts.h"

#include <bit>
#include <span>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/scaled.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

/// A bit of a feature word. Without a name: it comes and goes by itself.
struct Bit {
    std::uint32_t bit;
    const char* name;
};

constexpr const char* kState = nullptr;
constexpr const char* kElsewhere = nullptr;  // has a field of its own

// sb_versionnum, above the version itself
constexpr Bit kVersionBits[] = {{0x0010, kState /* has an extended attribute */}, {0x0020, kState /* 32 bit link counts */}, {0x0040, kState /* has quotas */},
                                {0x0080, "align"}, {0x0100, kElsewhere /* stripe unit */}, {0x0400, kElsewhere /* log version 2 */},
                                {0x0800, kElsewhere /* sector size */}, {0x1000, kState /* unwritten extents: always */}, {0x2000, kState /* directories of version 2: always */},
                                {0x4000, "ascii-ci"}, {0x8000, kState /* features2 holds more */}};
constexpr Bit kFeatures2[] = {{0x1, kState /* reserved */}, {0x2, "lazy-count"}, {0x8, "attr2"}, {0x80, "projid32bit"}, {0x100, "crc"}, {0x200, "ftype"}};
constexpr Bit kReadOnlyCompatible[] = {{0x1, "finobt"}, {0x2, "rmapbt"}, {0x4, "reflink"}, {0x8, "inobtcount"}};
constexpr Bit kIncompatible[] = {{0x1, "ftype"}, {0x2, "sparse"}, {0x4, kState /* UUID was changed */}, {0x8, "bigtime"}, {0x10, kState /* needs repair */},
                                 {0x20, "nrext64"}, {0x40, "exchange"}, {0x80, "parent"}, {0x100, "metadir"}, {0x200, "zoned"}, {0x400, "zone-gaps"}};

class Superblock {
public:
    explicit Superblock(std::string_view bytes) : bytes_(bytes) {
        if (bytes.size() < kXfsSuperblockSize || !bytes.starts_with("XFSB")) {
            throw Error(ErrorKind::kLayout, "read an XFS superblock", "there is none");
        }
    }

    std::uint64_t number(std::size_t offset, std::size_t width) const { return base::big_endian(bytes_, offset, width); }
    std::uint32_t u32(std::size_t offset) const { return static_cast<std::uint32_t>(number(offset, 4)); }
    std::uint32_t u16(std::size_t offset) const { return static_cast<std::uint32_t>(number(offset, 2)); }
    std::uint32_t u8(std::size_t offset) const { return static_cast<std::uint32_t>(number(offset, 1)); }

    std::string label() const {
        const auto text = bytes_.substr(108, 12);
        return std::string(text.substr(0, text.find('\0')));
    }
    std::string uuid() const {
        auto text = base::to_hex(std::as_bytes(std::span(bytes_.substr(32, 16))));
        for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
            text.insert(dash, 1, '-');
        }
        return text;
    }

private:
    std::string_view bytes_;
};

void add_features(std::vector<std::string>& features, std::string_view where, std::uint32_t word, std::span<const Bit> known) {
    for (const auto& [bit, name] : known) {
        if ((word & bit) != 0 && name != nullptr) {
            features.emplace_back(name);
        }
        word &= ~bit;
    }
    if (word != 0) {
        features.push_back(cat(where, " 0x", base::hex(word)));
    }
}

std::vector<std::string> features_of(const Superblock& superblock) {
    constexpr std::uint32_t kVersionMask = 0xf;
    constexpr std::uint32_t kMoreBits = 0x8000;
    std::vector<std::string> features;
    const auto version = superblock.u16(100);
    add_features(features, "version", version & ~kVersionMask, kVersionBits);
    if ((version & kMoreBits) != 0) {
        add_features(features, "features2", superblock.u32(200), kFeatures2);
    }
    if ((version & kVersionMask) >= 5) {
        add_features(features, "compat", superblock.u32(208), {});
        add_features(features, "ro-compat", superblock.u32(212), kReadOnlyCompatible);
        add_features(features, "incompat", superblock.u32(216), kIncompatible);
    }
    return features;
}

void read_log(const Superblock& superblock, layout::XfsFilesystem& xfs) {
    const auto start = superblock.number(48, 8);
    xfs.external_log = start == 0;
    xfs.log_blocks = superblock.u32(96);
    xfs.log_group = static_cast<std::uint32_t>(start >> superblock.u8(124));
    xfs.log_version = (superblock.u16(100) & 0x0400U) != 0 ? 2 : 1;
    const auto sector = superblock.u16(194);
    xfs.log_sector_size = sector != 0 ? sector : 512;
    const auto unit = superblock.u32(196);
    xfs.log_stripe_unit = unit > 1 ? unit : 0;  // 1 = version 2 without one
}

void check(const layout::XfsFilesystem& xfs, std::uint32_t groups) {
    const bool sane = std::has_single_bit(xfs.block_size) && xfs.block_size >= 512 && xfs.block_size <= 65536 && std::has_single_bit(xfs.sector_size) && xfs.group_blocks != 0 &&
                      xfs.blocks != 0 && groups == base::units_for(xfs.blocks, xfs.group_blocks);
    if (!sane) {
        throw Error(ErrorKind::kLayout, "read an XFS superblock", "its sizes contradict each other", "the file system may be damaged: see xfs_repair -n");
    }
}

}  // namespace

layout::XfsFilesystem parse_xfs_superblock(std::string_view bytes) {
    const Superblock superblock(bytes);
    layout::XfsFilesystem xfs;
    xfs.uuid = superblock.uuid();
    xfs.label = superblock.label();
    xfs.block_size = superblock.u32(4);
    xfs.sector_size = superblock.u16(102);
    xfs.inode_size = superblock.u16(104);
    xfs.directory_block_size = xfs.block_size << (superblock.u8(192) & 7U);
    xfs.blocks = superblock.number(8, 8);
    xfs.group_blocks = superblock.u32(84);
    xfs.stripe_unit = std::uint64_t{superblock.u32(184)} * xfs.block_size;
    xfs.stripe_width = std::uint64_t{superblock.u32(188)} * xfs.block_size;
    xfs.inode_percent = superblock.u8(127);
    xfs.realtime_blocks = superblock.number(16, 8);
    xfs.realtime_extent = std::uint64_t{superblock.u32(80)} * xfs.block_size;
    read_log(superblock, xfs);
    xfs.features = features_of(superblock);
    check(xfs, superblock.u32(88));
    return xfs;
}

std::string parse_mkfs_xfs_version(std::string_view text) {
    const auto words = base::split_words(text);
    return words.size() >= 3 && words[1] == "version" ? words[2] : "";
}

}  // namespace nrear::scan
