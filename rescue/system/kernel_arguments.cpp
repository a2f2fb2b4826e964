// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/kernel_arguments.h"

#include <arpa/inet.h>

#include <bit>
#include <utility>

#include "core/base/text.h"

namespace nrear::system {

namespace {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
            if (!word.empty()) {
                words.push_back(std::exchange(word, {}));
            }
        } else {
            word += c;
        }
    }
    if (!word.empty()) {
        words.push_back(word);
    }
    return words;
}

void take_kernel_form(KernelArguments& arguments, const std::string& value) {
    const auto fields = base::split(value, ':');
    const auto field = [&](std::size_t index) { return index < fields.size() ? fields[index] : std::string(); };
    arguments.ip = field(0);
    arguments.gateway = field(2);
    arguments.netmask = field(3);
    arguments.interface = field(5);
    arguments.dhcp = arguments.ip.empty();
}

void take_ip(KernelArguments& arguments, const std::string& value) {
    if (value == "dhcp" || value == "on" || value == "any" || value == "both") {
        arguments.dhcp = true;
    } else if (value == "off" || value == "none") {
        arguments.no_network = true;
    } else if (base::split(value, ':').size() >= 6 && value.find('.') != std::string::npos) {
        take_kernel_form(arguments, value);
    } else {
        arguments.ip = value;
    }
}

void take_assignment(KernelArguments& arguments, std::string_view name, const std::string& value) {
    if (name == "ip") {
        take_ip(arguments, value);
    } else if (name == "nm") {
        arguments.netmask = value;
    } else if (name == "gw") {
        arguments.gateway = value;
    } else if (name == "netdev") {
        arguments.interface = value;
    } else if (name == "console" && !value.empty()) {
        arguments.consoles.push_back(value);
    }
}

void take_flag(KernelArguments& arguments, std::string_view word) {
    if (word == "auto_recover" || word == "automatic") {
        arguments.automatic = true;
    } else if (word == "unattended") {
        arguments.automatic = arguments.unattended = true;
    } else if (word == "debug") {
        arguments.debug = true;
    } else if (word == "noip") {
        arguments.no_network = true;
    } else if (word == "dhcp") {
        arguments.dhcp = true;
    }
}

}  // namespace

KernelArguments parse_kernel_arguments(std::string_view command_line) {
    KernelArguments arguments;
    for (const auto& word : words_of(command_line)) {
        if (const auto equals = word.find('='); equals != std::string::npos) {
            take_assignment(arguments, std::string_view(word).substr(0, equals), word.substr(equals + 1));
        } else {
            take_flag(arguments, word);
        }
    }
    return arguments;
}

int prefix_of_netmask(std::string_view netmask) {
    if (const auto length = base::parse_u64(netmask); length && *length <= 128) {
        return static_cast<int>(*length);
    }
    in_addr parsed{};
    if (inet_pton(AF_INET, std::string(netmask).c_str(), &parsed) != 1) {
        return -1;
    }
    const std::uint32_t bits = ntohl(parsed.s_addr);
    const int length = std::countl_one(bits);
    return length == std::popcount(bits) ? length : -1;
}

}  // namespace nrear::system
