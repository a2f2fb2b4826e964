// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel command line as the rescue system understands it: ReaR's arguments, and console= and ip= of the kernel itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::system {

struct KernelArguments {
    bool automatic = false;   ///< auto_recover, automatic: recover by itself, asking only what it cannot know
    bool unattended = false;  ///< recover by itself, asking nothing, and reboot afterwards
    bool debug = false;
    bool no_network = false;  ///< noip
    bool dhcp = false;        ///< dhcp, ip=dhcp
    std::string ip;           ///< ip=192.168.24.7, also with its prefix: ip=192.168.24.7/24; "" = as recorded
    std::string netmask;      ///< nm=255.255.255.0
    std::string gateway;      ///< gw=
    std::string interface;    ///< netdev=: a name or a MAC address
    std::vector<std::string> consoles;  ///< console= in order: "tty0", "ttyS0,115200n8"
};

/// Words may be quoted as in Documentation/admin-guide/kernel-parameters.rst. The kernel's own form of ip= (client:server:gateway:netmask:host:device:autoconf,
/// Documentation/admin-guide/nfs/nfsroot.rst) is read too.
KernelArguments parse_kernel_arguments(std::string_view command_line);

/// The length of the prefix: 24 for "255.255.255.0" or "24"; -1 when it is no netmask.
int prefix_of_netmask(std::string_view netmask);

}  // namespace nrear::system
