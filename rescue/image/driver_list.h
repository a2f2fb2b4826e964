// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel modules every rescue system gets, whatever the node uses: the new machine may differ. Storage, network, keyboards, filesystems;
// no sound, video, wireless.
#pragma once

#include <optional>
#include <string_view>

namespace nrear::image {

/// The group of a module ("drivers/scsi") by its path relative to the modules' directory; nothing when it is not wanted.
std::optional<std::string_view> driver_group(std::string_view path);

}  // namespace nrear::image
