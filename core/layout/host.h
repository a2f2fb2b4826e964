// SPDX-License-Identifier: GPL-3.0-or-later
// What a plan has to know of the host beside its storage. The network is in network.h.
#pragma once

#include <string>

namespace nrear::layout {

enum class Firmware { kBios, kUefi };

struct Host {
    std::string name;            ///< short host name
    std::string os_id;           ///< ID of os-release(5): "debian", "centos"
    std::string os_version;      ///< VERSION_ID of os-release(5)
    std::string architecture;    ///< as uname -m: "x86_64"
    std::string kernel;          ///< release of the running kernel, as uname -r
    std::string kernel_command_line;
    Firmware firmware = Firmware::kBios;
    bool secure_boot = false;
    std::string sfdisk_version;  ///< of util-linux: "2.38.1"; "" when there is none
    bool operator==(const Host&) const = default;
};

}  // namespace nrear::layout
