// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/hard_links.h"

#include <catch2/catch.hpp>

using nrear::archive::HardLinks;

TEST_CASE("hard links: what was remembered is found, by device and inode") {
    HardLinks links;
    CHECK_FALSE(links.find(1, 2));
    links.remember(1, 2, "etc/a");
    links.remember(7, 2, "a");
    CHECK(links.find(1, 2) == "etc/a");
    CHECK(links.find(7, 2) == "a");
    CHECK_FALSE(links.find(1, 3));
    CHECK_FALSE(links.find(2, 2));
}

TEST_CASE("hard links: many of them") {
    HardLinks links;
    for (std::uint64_t i = 0; i < 50000; ++i) {
        links.remember(1, i * 4096, "dir" + std::to_string(i % 100) + "/file" + std::to_string(i));
    }
    CHECK(links.size() == 50000);
    bool all = true;
    for (std::uint64_t i = 0; i < 50000; ++i) {
        all = all && links.find(1, i * 4096) == "dir" + std::to_string(i % 100) + "/file" + std::to_string(i);
    }
    CHECK(all);
    CHECK_FALSE(links.find(1, 1));
}
