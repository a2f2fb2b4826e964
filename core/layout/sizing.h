// SPDX-License-Identifier: GPL-3.0-or-later
// How much room the content of a device needs, and what becomes of it when the device has another size. One pair of overloads for each kind of content, in
// the .cpp of its layout type; the walk over a whole layout is core/plan/resize.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/layout/layout.h"

namespace nrear::layout {

/// Bytes of a device that the files in use need with some air: `used` is what statfs(2) said, `overhead` what the file system keeps for itself.
std::uint64_t room_for(std::uint64_t used, std::uint64_t overhead);

/// Least bytes of the device below. Nothing: it cannot be made smaller (nor larger).
std::optional<std::uint64_t> least_bytes(const ExtFilesystem& ext);
std::optional<std::uint64_t> least_bytes(const XfsFilesystem& xfs);
inline std::optional<std::uint64_t> least_bytes(const auto&) { return std::nullopt; }

/// What statfs(2) said is in use; 0 when the file system was not mounted, or is none.
inline std::uint64_t bytes_in_use(const ExtFilesystem& ext) { return ext.used; }
inline std::uint64_t bytes_in_use(const XfsFilesystem& xfs) { return xfs.used; }
inline std::uint64_t bytes_in_use(const BtrfsFilesystem& btrfs) { return btrfs.used; }
inline std::uint64_t bytes_in_use(const FatFilesystem& fat) { return fat.used; }
inline std::uint64_t bytes_in_use(const auto&) { return 0; }

/// More files are to be put onto it: counted as in use. False where nobody can say whether they will have room.
template <class Content>
bool take_in(Content& content, std::uint64_t bytes) {
    if constexpr (std::is_same_v<Content, ExtFilesystem> || std::is_same_v<Content, XfsFilesystem> || std::is_same_v<Content, BtrfsFilesystem>) {
        content.used += content.used == 0 ? 0 : bytes;
        return content.used != 0;
    } else {
        return false;
    }
}

/// What its files need, however large the file system is: more than it has when it is too full.
std::uint64_t wanted_bytes(const ExtFilesystem& ext);
std::uint64_t wanted_bytes(const XfsFilesystem& xfs);
/// Of btrfs in bytes of data, before copies and parity; the metadata's share is in it. Compare with room_on(), which counts alike.
std::uint64_t wanted_bytes(const BtrfsFilesystem& btrfs);
inline std::uint64_t wanted_bytes(const auto&) { return 0; }

/// Bytes that it holds, to be compared with wanted_bytes(). Of btrfs: of data on devices of these sizes, by its data profile; never too much.
std::uint64_t room_on(const ExtFilesystem& ext, const std::vector<std::uint64_t>& devices);
std::uint64_t room_on(const XfsFilesystem& xfs, const std::vector<std::uint64_t>& devices);
std::uint64_t room_on(const BtrfsFilesystem& btrfs, const std::vector<std::uint64_t>& devices);
inline std::uint64_t room_on(const auto&, const std::vector<std::uint64_t>&) { return 0; }
/// Least bytes of the one of them that has `size`, when all give way in proportion.
std::uint64_t least_bytes(const BtrfsFilesystem& btrfs, const std::vector<std::uint64_t>& devices, std::uint64_t size);
/// Devices that a profile of btrfs needs: 2 for "raid1". Source: mkfs.btrfs(8), PROFILES.
std::size_t least_devices(std::string_view profile);

/// Of a file system of so many blocks on one device that gets `after` bytes instead of `before`: how many it has then. Nothing: it did not fill its device,
/// and fits as it is.
template <class FileSystem>
std::optional<std::uint64_t> blocks_after(const FileSystem& fs, std::uint64_t before, std::uint64_t after) {
    const bool fills_device = before < (fs.blocks + 1) * fs.block_size + (1U << 20);
    const auto room = after / fs.block_size;
    return room >= fs.blocks && !fills_device ? std::nullopt : std::optional(room);
}

/// The device below has `after` bytes instead of `before`. Only for content that least_bytes() knows; a file system that did not fill its device grows no further.
void resize(ExtFilesystem& ext, std::uint64_t before, std::uint64_t after);
void resize(XfsFilesystem& xfs, std::uint64_t before, std::uint64_t after);
inline void resize(auto&, std::uint64_t, std::uint64_t) {}

/// Whether content of that kind takes the room of a larger disk: file systems of the system's data do, swap space and boot partitions don't.
inline constexpr bool grows(const ExtFilesystem&) { return true; }
inline constexpr bool grows(const XfsFilesystem&) { return true; }
inline constexpr bool grows(const BtrfsFilesystem&) { return true; }
inline constexpr bool grows(const auto&) { return false; }

}  // namespace nrear::layout
