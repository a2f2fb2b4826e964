// SPDX-License-Identifier: GPL-3.0-or-later
// What a plan has to know of the host beside its storage. The network is in network.h.
#pragma once

#include <string>

#include "core/layout/fields.h"

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
    bool operator==(const Host&) const = default;
};

void fields(Either<Host> auto& host, auto&& visit) {
    visit("name", host.name);
    visit("os_id", host.os_id);
    visit("os_version", host.os_version);
    visit("architecture", host.architecture);
    visit("kernel", host.kernel);
    visit("kernel_command_line", host.kernel_command_line);
    visit("firmware", host.firmware);
    visit("secure_boot", host.secure_boot);
}

}  // namespace nrear::layout
