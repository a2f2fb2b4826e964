// SPDX-License-Identifier: GPL-3.0-or-later
// How much room the content of a device needs, and what becomes of it when the device has another size. One pair of overloads for each kind of content, in
// the .cpp of its layout type; the walk over a whole layout is core/plan/resize.h.
#pragma once

#include <cstdint>
#include <optional>

#include "core/layout/layout.h"

namespace nrear::layout {

/// Bytes of a device that the files in use need with some air: `used` is what statfs(2) said, `overhead` what the file system keeps for itself.
std::uint64_t room_for(std::uint64_t used, std::uint64_t overhead);

/// Least bytes of the device below. Nothing: it cannot be made smaller (nor larger).
std::optional<std::uint64_t> least_bytes(const ExtFilesystem& ext);
std::optional<std::uint64_t> least_bytes(const XfsFilesystem& xfs);
inline std::optional<std::uint64_t> least_bytes(const auto&) { return std::nullopt; }

/// The device below has `after` bytes instead of `before`. Only for content that least_bytes() knows; a file system that did not fill its device grows no further.
void resize(ExtFilesystem& ext, std::uint64_t before, std::uint64_t after);
void resize(XfsFilesystem& xfs, std::uint64_t before, std::uint64_t after);
inline void resize(auto&, std::uint64_t, std::uint64_t) {}

/// Whether content of that kind takes the room of a larger disk: file systems of the system's data do, swap space and boot partitions don't.
inline constexpr bool grows(const ExtFilesystem&) { return true; }
inline constexpr bool grows(const XfsFilesystem&) { return true; }
inline constexpr bool grows(const auto&) { return false; }

}  // namespace nrear::layout
