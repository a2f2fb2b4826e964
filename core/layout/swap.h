// SPDX-License-Identifier: GPL-3.0-or-later
// Swap space on a block device or in a file. Source: mkswap(8), swapon(8).
#pragma once

#include <cstdint>
#include <string>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on a partition, or on a whole disk.
struct Swap {
    static constexpr const char* kWord = "swap";  ///< in layout.json
    static constexpr bool kContentOfDevice = true;
    std::string path;               ///< device
    std::string uuid;
    std::string label;
    std::uint32_t page_size = 4096; ///< bytes; mkswap's header depends on it
    std::string fstab_spec;         ///< first field of its line in fstab, "" when it has none
    bool operator==(const Swap&) const = default;
};

void fields(Either<Swap> auto& swap, auto&& visit) {
    visit("path", swap.path);
    visit("uuid", swap.uuid);
    visit("label", swap.label);
    visit("page_size", swap.page_size);
    visit("fstab_spec", swap.fstab_spec);
}

inline std::string kind_of(const Swap&) { return "swap space"; }

/// A file that the system swaps to. Its content is not in the backup: it is made again. Sits on the Mount that holds it.
/// Id "swapfile:<path>". Its mode becomes 0600, its priority is fstab's.
struct SwapFile {
    static constexpr const char* kWord = "swap-file";
    std::string path;               ///< by the Mount: "/swapfile", without symlinks
    std::string uuid;
    std::string label;
    std::uint32_t page_size = 4096; ///< bytes
    std::uint64_t size = 0;         ///< bytes of the file
    std::string selinux_label;      ///< "system_u:object_r:swapfile_t:s0"; "" where SELinux is off
    bool operator==(const SwapFile&) const = default;
};

void fields(Either<SwapFile> auto& swap, auto&& visit) {
    visit("path", swap.path);
    visit("uuid", swap.uuid);
    visit("label", swap.label);
    visit("page_size", swap.page_size);
    visit("size", swap.size);
    visit("selinux_label", swap.selinux_label);
}

inline std::string kind_of(const SwapFile&) { return "swap file"; }

}  // namespace nrear::layout
