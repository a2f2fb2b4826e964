// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/console.h"

#include <catch2/catch.hpp>

using namespace nrear::system;

namespace {

std::vector<std::string> names(const std::vector<Console>& consoles) {
    std::vector<std::string> out;
    for (const auto& console : consoles) {
        out.push_back(console.name);
    }
    return out;
}

}  // namespace

TEST_CASE("consoles: the screen is always there") {
    CHECK(list_consoles({}, {}, "") == std::vector<Console>{{"tty1", false, 0}});
    CHECK(names(list_consoles({}, {"ttyS0"}, "ttyS0")) == std::vector<std::string>{"tty1", "ttyS0"});
}

TEST_CASE("consoles: the last of the kernel's is the main one, and a speed stays known") {
    const auto it = list_consoles({}, {"tty0", "ttyS1,9600n8"}, "tty0 ttyS1");
    REQUIRE(names(it) == std::vector<std::string>{"tty1", "ttyS1"});
    CHECK(it.back() == Console{"ttyS1", true, 9600});
    CHECK(names(list_consoles({}, {"ttyS0,115200", "tty0"}, "ttyS0 tty0")).back() == "tty1");
}

TEST_CASE("consoles: what the node's kernel used is kept when this kernel was told nothing of it") {
    const auto it = list_consoles({"tty0", "ttyS0,115200n8"}, {}, "tty0");
    CHECK(names(it) == std::vector<std::string>{"ttyS0", "tty1"});
    CHECK(it.front().speed == 115200);
}

TEST_CASE("consoles: other lines are serial ones, and what is no terminal is left out") {
    const auto it = list_consoles({}, {"hvc0", "ttyAMA0", "netcon0", "null", "../sda"}, "");
    CHECK(names(it) == std::vector<std::string>{"tty1", "hvc0", "ttyAMA0"});
    CHECK(it[1].serial);
    CHECK(it[2].serial);
    CHECK(terminal_type(it[0]) == "linux");
    CHECK(terminal_type(it[2]) == "vt220");
}
