// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/hosts.h"

#include <catch2/catch.hpp>

#include "tests/unit/rescue_catalog/memory_transport.h"

using namespace nrear;
using namespace nrear::catalog;
using Names = std::vector<std::string>;

TEST_CASE("whose backups lie beside a host's") {
    testing::MemoryTransport server;
    for (const auto* directory : {"/d", "/d/c0", "/d/c1", "/d/c2", "/d/c1.old", "/d/20260131-120000-1a2b3c4d", "/d/music", "/d/empty", "/d/deep", "/d/deep/down"}) {
        server.directories.insert(directory);
    }
    for (const auto* file : {"/d/c0/backup.tar.gz", "/d/c1/backup.tar.gz", "/d/c2/c2-202601311200.tar.zst", "/d/c1.old/backup.tar.gz", "/d/20260131-120000-1a2b3c4d/backup.tar.gz",
                             "/d/music/song.ogg", "/d/deep/down/backup.tar.gz", "/d/rear-c0.iso", "/d/loose.tar.gz"}) {
        server.put(file, "x");
    }
    CHECK(hosts_in(server, "/d", "c0") == Names{"c1", "c2"});
    CHECK(hosts_in(server, "/d", "") == Names{"c0", "c1", "c2"});
    CHECK(hosts_in(server, "/d/c0", "").empty());
    CHECK(hosts_in(server, "/nothing", "c0").empty());
    server.may_list = false;
    CHECK(hosts_in(server, "/d", "c9").empty());
}
