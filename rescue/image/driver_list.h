// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel modules a rescue system gets: all drivers of storage, network and keyboards, since the new machine may differ, and of the software in
// the kernel (filesystems, RAID, LVM, bridges) what the node uses. No sound, video, wireless.
#pragma once

#include <optional>
#include <string_view>

namespace nrear::image {

/// The group of a module ("drivers/scsi") by its path relative to the modules' directory; nothing when it is not wanted.
/// `loaded`: the node has it in use.
std::optional<std::string_view> driver_group(std::string_view path, bool loaded);

}  // namespace nrear::image
