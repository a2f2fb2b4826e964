// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/network_setup.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <bit>
#include <memory>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "rescue/system/netlink.h"

namespace nrear::system {

namespace {

using base::cat;

constexpr std::chrono::seconds kDhcpTimeLimit{20};

/// A file of sysfs is written in place: it has no directory to make a temporary one in.
void write_setting(const WriteSetting& setting) {
    const base::UniqueFd fd(open(setting.path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) {
        throw system_error("open " + setting.path, errno);
    }
    base::write_all(fd.get(), base::as_bytes(setting.value), setting.path);
}

/// The DHCP clients that nodes have, each told to ask once and to stay in the background when it was answered.
std::vector<std::vector<std::string>> dhcp_commands(const std::string& interface) {
    return {
        {"dhclient", "-1", "-q", "-lf", cat("/run/dhclient.", interface, ".leases"), "-pf", cat("/run/dhclient.", interface, ".pid"), interface},
        {"dhcpcd", "-q", "-w", "-t", "15", interface},
        {"udhcpc", "-q", "-n", "-i", interface},
    };
}

void ask_dhcp(const std::string& interface, base::CommandRunner& runner) {
    for (const auto& argv : dhcp_commands(interface)) {
        if (!runner.exists(argv[0])) {
            continue;
        }
        base::Command command;
        command.argv = argv;
        command.time_limit = kDhcpTimeLimit;
        base::run_checked(runner, command);
        return;
    }
    throw Error(ErrorKind::kNetwork, "ask for an address on " + interface, "the rescue system holds no DHCP client (dhclient, dhcpcd, udhcpc)");
}

/// The kernel would look for /sbin/modprobe, at that very path. A bond of the module's own making is none of ours.
void load_driver_of(const std::string& kind, base::CommandRunner& runner) {
    base::Command command;
    command.argv = kind == "bond" ? std::vector<std::string>{"modprobe", "-q", "bonding", "max_bonds=0"} : std::vector<std::string>{"modprobe", "-q", kind == "vlan" ? "8021q" : kind};
    if (runner.exists("modprobe")) {
        runner.run(command);  // built in or missing: making the link tells
    }
}

struct Doer {
    Netlink& netlink;
    base::CommandRunner& runner;
    void operator()(const CreateLink& it) const {
        load_driver_of(it.kind, runner);
        netlink.create_link(it.name, it.kind, it.parent, it.vlan_id);
    }
    void operator()(const WriteSetting& it) const { write_setting(it); }
    void operator()(const SetMaster& it) const { netlink.set_master(it.member, it.master); }
    void operator()(const SetUp& it) const { netlink.set_up(it.name, it.mtu); }
    void operator()(const AddAddress& it) const { netlink.add_address(it.interface, it.address); }
    void operator()(const AddRoute& it) const { netlink.add_route(it.destination, it.gateway, it.interface, it.metric); }
    void operator()(const AskDhcp& it) const { ask_dhcp(it.interface, runner); }
};

}  // namespace

std::vector<std::string> carry_out(const NetworkPlan& plan, base::CommandRunner& runner, base::Log& log) {
    Netlink netlink;
    std::vector<std::string> problems;
    bool dhcp_failed = false;
    const auto attempt = [&](const NetworkStep& step) {
        try {
            std::visit(Doer{netlink, runner}, step);
            log.info(describe(step));
        } catch (const Error& error) {
            log.error(error.what());
            problems.emplace_back(error.what());
            dhcp_failed = dhcp_failed || std::holds_alternative<AskDhcp>(step);
        }
    };
    for (const auto& step : plan.steps) {
        attempt(step);
    }
    if (dhcp_failed && !plan.without_dhcp.empty()) {
        problems.emplace_back("taking the recorded addresses, as DHCP gave none");
        for (const auto& step : plan.without_dhcp) {
            attempt(step);
        }
    }
    return problems;
}

std::vector<std::string> current_addresses() {
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return {};
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
    std::vector<std::string> lines;
    for (const ifaddrs* it = first; it != nullptr; it = it->ifa_next) {
        if (it->ifa_addr == nullptr || it->ifa_netmask == nullptr || (it->ifa_flags & IFF_LOOPBACK) != 0 || it->ifa_addr->sa_family != AF_INET) {
            continue;
        }
        const auto* address = reinterpret_cast<const sockaddr_in*>(it->ifa_addr);
        const auto* mask = reinterpret_cast<const sockaddr_in*>(it->ifa_netmask);
        char text[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
        lines.push_back(cat(it->ifa_name, " ", text, "/", std::popcount(mask->sin_addr.s_addr)));
    }
    return lines;
}

}  // namespace nrear::system
