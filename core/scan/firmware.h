// SPDX-License-Identifier: GPL-3.0-or-later
// The firmware that started the running system, and its boot entries. Source: kernel, filesystems/efivarfs.
#pragma once

#include "core/base/root.h"
#include "core/layout/uefi.h"

namespace nrear::scan {

/// Never throws for what a machine may lack: without UEFI, or without efivarfs mounted, `variables` is false.
layout::PresentFirmware scan_firmware(const base::Root& root);

}  // namespace nrear::scan
