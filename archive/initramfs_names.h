// SPDX-License-Identifier: GPL-3.0-or-later
// What an initramfs holds: the names in its cpio archives, whatever they are compressed with.
#pragma once

#include <string>
#include <vector>

namespace nrear::archive {

/// Names as stored ("usr/lib/modules/6.1.0/kernel/drivers/block/virtio_blk.ko.xz"), of all archives in the file: microcode in front, uncompressed or not
/// (Documentation/driver-api/early-userspace/buffer-format.rst). Nothing is unpacked to disk or held in memory. Throws Error (kIntegrity) when it cannot be read to its end.
std::vector<std::string> initramfs_names(const std::string& path);

}  // namespace nrear::archive
