// SPDX-License-Identifier: GPL-3.0-or-later
// How Linux shows the variables of UEFI firmware. What Boot#### holds is in efi_load_option.h. Source: kernel, filesystems/efivarfs; UEFI 2.10, 3.3.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nrear::layout {

inline constexpr const char* kEfiVariables = "/sys/firmware/efi/efivars";
inline constexpr std::size_t kEfiVariableAttributes = 4;  ///< bytes in each file before the value

/// The namespace of what the specification itself names (EFI_GLOBAL_VARIABLE).
inline constexpr std::string_view kEfiGlobalVariable = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// Name of the file of such a variable: "BootOrder-8be4df61-…".
inline std::string efi_variable_file(std::string_view name) { return std::string(name) + "-" + std::string(kEfiGlobalVariable); }

}  // namespace nrear::layout
