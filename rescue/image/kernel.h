// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel of the rescue system: the node's own, with its modules.
#pragma once

#include <string>

#include "core/base/root.h"

namespace nrear::image {

/// How the initramfs may be packed so that this kernel can read it.
enum class InitramfsCodec { kZstd, kGzip, kNone };

struct Kernel {
    std::string release;            ///< "6.1.0-56-amd64"
    std::string image;              ///< absolute path, symlinks as they are
    std::string modules_directory;  ///< "/lib/modules/6.1.0-56-amd64"
    InitramfsCodec codec = InitramfsCodec::kGzip;
};

/// `release` is uname -r, or what -r names. `kernel_file` is KERNEL_FILE, "" to search; it must be of that release when it says of which it is.
/// Throws Error that names the places searched, and the releases that are complete.
Kernel find_kernel(const base::Root& root, const std::string& release, const std::string& kernel_file);

}  // namespace nrear::image
