// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/netlink.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::system {

namespace {

using base::cat;

struct Address {
    unsigned char family = AF_INET;
    unsigned char prefix = 0;
    std::vector<std::byte> bytes;
};

Error bad(std::string_view text) { return {ErrorKind::kNetwork, cat("use '", text, "'"), "it is no IP address"}; }

/// "10.0.0.1", "10.0.0.0/8", "fd00::/64"; without a prefix it is one host.
Address parse_address(std::string_view text) {
    const auto slash = text.find('/');
    const std::string host(text.substr(0, slash));
    Address address;
    address.family = host.find(':') == std::string::npos ? AF_INET : AF_INET6;
    address.bytes.resize(address.family == AF_INET ? 4 : 16);
    const auto longest = address.bytes.size() * 8;
    const auto prefix = slash == std::string_view::npos ? longest : base::parse_u64(text.substr(slash + 1)).value_or(longest + 1);
    if (prefix > longest || inet_pton(address.family, host.c_str(), address.bytes.data()) != 1) {
        throw bad(text);
    }
    address.prefix = static_cast<unsigned char>(prefix);
    return address;
}

unsigned index_of(const std::string& name) {
    const unsigned index = if_nametoindex(name.c_str());
    if (index == 0) {
        throw Error(ErrorKind::kNetwork, "find network interface " + name, "there is none of that name");
    }
    return index;
}

}  // namespace

/// One message: header, a fixed part of the type, attributes (netlink(7), rtnetlink(7)).
class Netlink::Request {
public:
    template <class Fixed>
    Request(std::uint16_t type, unsigned flags, const Fixed& fixed) {
        nlmsghdr header{};
        header.nlmsg_type = type;
        header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
        append(&header, sizeof header);
        append(&fixed, sizeof fixed);
    }

    void attribute(unsigned short type, const void* value, std::size_t size) {
        rtattr header{};
        header.rta_type = type;
        header.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
        append(&header, sizeof header);
        append(value, size);
    }
    void attribute(unsigned short type, std::uint32_t value) { attribute(type, &value, sizeof value); }
    void attribute(unsigned short type, const std::string& text) { attribute(type, text.c_str(), text.size() + 1); }
    void attribute(unsigned short type, const Address& address) { attribute(type, address.bytes.data(), address.bytes.size()); }

    /// Attributes added until end_nest() lie inside this one.
    std::size_t begin_nest(unsigned short type) {
        const std::size_t at = bytes_.size();
        attribute(type, nullptr, 0);
        return at;
    }
    void end_nest(std::size_t at) {
        const auto length = static_cast<unsigned short>(bytes_.size() - at);
        std::memcpy(bytes_.data() + at + offsetof(rtattr, rta_len), &length, sizeof length);
    }

    const std::vector<std::byte>& seal(std::uint32_t sequence) {
        nlmsghdr header{};
        std::memcpy(&header, bytes_.data(), sizeof header);
        header.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
        header.nlmsg_seq = sequence;
        std::memcpy(bytes_.data(), &header, sizeof header);
        return bytes_;
    }

private:
    void append(const void* data, std::size_t size) {
        const auto* from = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), from, from + size);
        bytes_.resize(NLMSG_ALIGN(bytes_.size()));
    }

    std::vector<std::byte> bytes_;
};

Netlink::Netlink() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
    if (!socket_) {
        throw system_error("talk to the kernel's network", errno);
    }
    const timeval limit{10, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void Netlink::send(Request& request, const std::string& what) {
    const std::uint32_t sequence = ++sequence_;
    const auto& bytes = request.seal(sequence);
    if (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) {
        throw system_error(what, errno);
    }
    alignas(nlmsghdr) std::array<char, 8192> answer;
    while (true) {
        const ssize_t got = recv(socket_.get(), answer.data(), answer.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error(what, errno);
        }
        nlmsghdr header{};
        nlmsgerr result{};
        if (static_cast<std::size_t>(got) < NLMSG_LENGTH(sizeof result.error)) {
            continue;
        }
        std::memcpy(&header, answer.data(), sizeof header);
        std::memcpy(&result.error, answer.data() + NLMSG_HDRLEN, sizeof result.error);
        if (header.nlmsg_type != NLMSG_ERROR || header.nlmsg_seq != sequence) {
            continue;
        }
        if (result.error != 0 && result.error != -EEXIST) {
            Error error = system_error(what, -result.error);
            throw Error(ErrorKind::kNetwork, error.what_failed(), error.why());
        }
        return;
    }
}

void Netlink::create_link(const std::string& name, const std::string& kind, const std::string& parent, unsigned vlan_id) {
    ifinfomsg link{};
    Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link);
    request.attribute(IFLA_IFNAME, name);
    if (!parent.empty()) {
        request.attribute(IFLA_LINK, index_of(parent));
    }
    const auto info = request.begin_nest(IFLA_LINKINFO);
    request.attribute(IFLA_INFO_KIND, kind);
    if (kind == "vlan") {
        const auto data = request.begin_nest(IFLA_INFO_DATA);
        const auto id = static_cast<std::uint16_t>(vlan_id);
        request.attribute(IFLA_VLAN_ID, &id, sizeof id);
        request.end_nest(data);
    }
    request.end_nest(info);
    send(request, cat("make network interface ", name));
}

void Netlink::set_master(const std::string& member, const std::string& master) {
    // A bond takes only members that are down.
    ifinfomsg down{};
    down.ifi_index = static_cast<int>(index_of(member));
    down.ifi_change = IFF_UP;
    Request switch_off(RTM_NEWLINK, 0, down);
    send(switch_off, cat("switch off network interface ", member));
    ifinfomsg link{};
    link.ifi_index = down.ifi_index;
    Request request(RTM_NEWLINK, 0, link);
    request.attribute(IFLA_MASTER, index_of(master));
    send(request, cat("put ", member, " into ", master));
    set_up(member, 0);
}

void Netlink::set_up(const std::string& name, std::uint32_t mtu) {
    ifinfomsg link{};
    link.ifi_index = static_cast<int>(index_of(name));
    link.ifi_flags = IFF_UP;
    link.ifi_change = IFF_UP;
    Request request(RTM_NEWLINK, 0, link);
    if (mtu != 0) {
        request.attribute(IFLA_MTU, mtu);
    }
    send(request, cat("switch on network interface ", name));
}

void Netlink::add_address(const std::string& interface, const std::string& text) {
    const Address address = parse_address(text);
    ifaddrmsg message{};
    message.ifa_family = address.family;
    message.ifa_prefixlen = address.prefix;
    message.ifa_index = index_of(interface);
    message.ifa_flags = address.family == AF_INET6 ? IFA_F_NODAD : 0;
    Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, message);
    request.attribute(IFA_LOCAL, address);
    request.attribute(IFA_ADDRESS, address);
    if (address.family == AF_INET && address.prefix < 31) {
        Address broadcast = address;
        for (unsigned bit = address.prefix; bit < 32; ++bit) {
            broadcast.bytes[bit / 8] |= std::byte{0x80} >> (bit % 8);
        }
        request.attribute(IFA_BROADCAST, broadcast);
    }
    send(request, cat("give ", interface, " the address ", text));
}

void Netlink::add_route(const std::string& destination, const std::string& gateway, const std::string& interface, std::uint32_t metric) {
    std::optional<Address> to;
    std::optional<Address> by;
    if (!gateway.empty()) {
        by = parse_address(gateway);
    }
    if (destination != "default") {
        to = parse_address(destination);
    }
    rtmsg message{};
    message.rtm_family = to ? to->family : by ? by->family : static_cast<unsigned char>(AF_INET);
    message.rtm_dst_len = to ? to->prefix : 0;
    message.rtm_table = RT_TABLE_MAIN;
    message.rtm_protocol = RTPROT_BOOT;
    message.rtm_scope = by ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
    message.rtm_type = RTN_UNICAST;
    Request request(RTM_NEWROUTE, NLM_F_CREATE, message);
    if (to) {
        request.attribute(RTA_DST, *to);
    }
    if (by && by->family == message.rtm_family) {
        request.attribute(RTA_GATEWAY, *by);
    } else if (by) {
        throw Error(ErrorKind::kNetwork, cat("route ", destination, " by ", gateway), "one is IPv4 and the other IPv6");
    }
    request.attribute(RTA_OIF, index_of(interface));
    if (metric != 0) {
        request.attribute(RTA_PRIORITY, metric);
    }
    send(request, cat("route ", destination, " through ", interface));
}

}  // namespace nrear::system
