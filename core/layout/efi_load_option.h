// SPDX-License-Identifier: GPL-3.0-or-later
// EFI_LOAD_OPTION, the content of a firmware variable Boot####: bytes to plain data and back. No I/O. The bytes come from firmware: nothing in them is trusted.
// Sources: UEFI specification 2.10: 3.1.3 (load options), 10.3.5.1 (hard drive), 10.3.5.4 (file path), 3.3 (BootOrder).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::layout {

/// A partition as a device path names it.
struct EfiPartition {
    std::uint32_t number = 0;
    std::uint64_t start = 0;  ///< logical sectors
    std::uint64_t size = 0;   ///< logical sectors
    std::string uuid;         ///< as libblkid's PARTUUID: GUID in lower case, or "1b2c3d4e-01" of a dos table
    bool operator==(const EfiPartition&) const = default;
};

/// An option that starts a file of a partition.
struct EfiLoadOption {
    std::uint32_t attributes = 0;  ///< bit 0 active, bit 3 hidden
    std::string label;             ///< UTF-8
    EfiPartition partition;
    std::string loader;            ///< UTF-8: "\\EFI\\centos\\shimx64.efi"
    std::string optional_data;     ///< bytes
    bool operator==(const EfiLoadOption&) const = default;
};

inline constexpr std::uint32_t kEfiActive = 1;

/// Nothing when the bytes are no load option, when it starts something else (a network card, a program of the firmware, a whole disk), and when a text
/// in it is no UTF-16. Nodes before the partition (the controller) are passed over: firmware finds a partition by its GUID (UEFI 3.1.2).
std::optional<EfiLoadOption> parse_load_option(std::string_view bytes);

/// The same in the short form, that begins with the partition. Throws Error(kIntegrity) when the partition's UUID or a text cannot be encoded.
std::string build_load_option(const EfiLoadOption& option);

/// The label alone, also of an option that starts something else; nothing when the bytes are no load option.
std::optional<std::string> load_option_label(std::string_view bytes);

/// Content of BootOrder. An odd last byte is dropped.
std::vector<unsigned> parse_boot_order(std::string_view bytes);
std::string build_boot_order(const std::vector<unsigned>& numbers);

/// "Boot001F" for 31.
std::string boot_variable(unsigned number);

}  // namespace nrear::layout
