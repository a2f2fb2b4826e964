// SPDX-License-Identifier: GPL-3.0-or-later
// Links, addresses and routes by rtnetlink(7), so that the network needs no tool of the node.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/unique_fd.h"

namespace nrear::system {

/// Every call does one thing and waits for the kernel's answer. Throws Error (kNetwork). What exists already is no error.
class Netlink {
public:
    Netlink();
    void create_link(const std::string& name, const std::string& kind, const std::string& parent, unsigned vlan_id);
    void set_master(const std::string& member, const std::string& master);
    void set_up(const std::string& name, std::uint32_t mtu);
    /// `address` with its prefix: "192.168.24.7/24". IPv6 without duplicate address detection: its delay would be for nothing on a machine that was lost.
    void add_address(const std::string& interface, const std::string& address);
    /// `destination` "default" or with its prefix; `gateway` "" = directly reachable.
    void add_route(const std::string& destination, const std::string& gateway, const std::string& interface, std::uint32_t metric);

private:
    class Request;
    void send(Request& request, const std::string& what);

    base::UniqueFd socket_;
    std::uint32_t sequence_ = 0;
};

}  // namespace nrear::system
