// SPDX-License-Identifier: GPL-3.0-or-later
// Doing SetFirmwareVariable, by the files of efivarfs. Source: kernel, filesystems/efivarfs.
#pragma once

#include <string>
#include <string_view>

#include "core/layout/efi_variable.h"
#include "core/plan/plan.h"

namespace nrear::plan {

/// Where efivarfs is mounted.
inline constexpr const char* kFirmwareVariables = layout::kEfiVariables;

/// File of a variable of the global namespace.
std::string efi_variable_path(std::string_view name, std::string_view directory = kFirmwareVariables);

/// Content of that file: the value after its attributes.
std::string efi_variable_content(std::string_view value);

/// Writes and reads back. Throws Error (kGeneral): efivarfs is not there, the firmware refuses it or has no room, it kept something else.
void set_firmware_variable(const SetFirmwareVariable& variable, const std::string& directory = kFirmwareVariables);

}  // namespace nrear::plan
