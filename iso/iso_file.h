// SPDX-License-Identifier: GPL-3.0-or-later
// One file of an ISO image.
#pragma once

#include <string>

namespace nrear::iso {

/// From a local file, or from memory when `local_path` is empty.
struct IsoFile {
    std::string path;        ///< inside the image, without a leading slash: "isolinux/kernel"
    std::string local_path;  ///< absolute
    std::string content;
};

}  // namespace nrear::iso
