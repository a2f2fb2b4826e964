// SPDX-License-Identifier: GPL-3.0-or-later
// The text parsers of scan_network.h. No I/O.
#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/scan/scan_network.h"

namespace nrear::scan {

namespace {

using Words = std::vector<std::string>;

/// The word after `name`, "" when it isn't there.
std::string after(const Words& words, std::string_view name) {
    const auto found = std::find(words.begin(), words.end(), name);
    return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

bool has(const Words& words, std::string_view name) { return std::find(words.begin(), words.end(), name) != words.end(); }

std::string unquote(std::string_view word) {
    return std::string(word.size() >= 2 && word.front() == '"' && word.back() == '"' ? word.substr(1, word.size() - 2) : word);
}

}  // namespace

std::vector<InterfaceAddress> parse_ip_addresses(std::string_view text) {
    std::vector<InterfaceAddress> addresses;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);  // 2: eth0 inet 192.168.24.7/24 brd … scope global eth0\ valid_lft …
        if (words.size() < 4 || (words[2] != "inet" && words[2] != "inet6")) {
            continue;
        }
        const auto scope = after(words, "scope");
        if (scope == "link" || scope == "host" || has(words, "temporary") || has(words, "deprecated")) {
            continue;
        }
        const bool point_to_point = words[3].find('/') == std::string::npos;  // inet 10.0.0.1 peer 10.0.0.2/32
        addresses.push_back({words[1].substr(0, words[1].find('@')), words[3] + (point_to_point ? (words[2] == "inet" ? "/32" : "/128") : "")});
    }
    return addresses;
}

std::vector<layout::Route> parse_ip_routes(std::string_view text) {
    constexpr std::array kUnreal = {"unreachable", "blackhole", "prohibit", "throw", "broadcast", "local", "multicast", "anycast"};
    std::vector<layout::Route> routes;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(base::replace_all(line, "\\", " "));  // -o joins the next hops' lines by a backslash
        if (words.empty() || std::find(kUnreal.begin(), kUnreal.end(), words[0]) != kUnreal.end()) {
            continue;
        }
        // Made by the kernel when an address is set.
        const bool automatic = after(words, "proto") == "kernel" || words[0].starts_with("fe80:") || words[0].starts_with("ff00:") || after(words, "dev") == "lo";
        layout::Route route{words[0], after(words, "via"), after(words, "dev"), static_cast<std::uint32_t>(base::parse_u64(after(words, "metric")).value_or(0))};
        if (route.gateway == "inet6" || route.gateway == "inet") {
            route.gateway = after(words, route.gateway);  // via inet6 fe80::1
        }
        if (!automatic && !route.interface.empty() && std::find(routes.begin(), routes.end(), route) == routes.end()) {
            routes.push_back(std::move(route));
        }
    }
    return routes;
}

std::vector<OvsPort> parse_ovs_show(std::string_view text) {
    std::vector<OvsPort> ports;
    std::string bridge;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        if (words.size() < 2) {
            continue;
        }
        if (words[0] == "Bridge") {
            bridge = unquote(words[1]);
        } else if (words[0] == "Port") {
            ports.push_back({.bridge = bridge, .name = unquote(words[1])});
        } else if (ports.empty()) {
            continue;
        } else if (words[0] == "tag:") {
            ports.back().tag = static_cast<unsigned>(base::parse_u64(words[1]).value_or(0));
        } else if (words[0] == "Interface") {
            ports.back().interfaces.push_back(unquote(words[1]));
        } else if (words[0] == "type:" && words[1] == "internal") {
            ports.back().internal = true;
        } else if (words[0] == "type:" && !ports.back().interfaces.empty()) {
            ports.back().interfaces.pop_back();  // patch, vxlan, geneve, dpdk: no interface that the kernel could use as uplink
        }
    }
    return ports;
}

}  // namespace nrear::scan
