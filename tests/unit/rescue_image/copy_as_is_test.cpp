// SPDX-License-Identifier: GPL-3.0-or-later
// COPY_AS_IS: patterns, exclusions, and secrets that nobody asked for.
#include "rescue/image/copy_as_is.h"

#include <catch2/catch.hpp>

#include "fake_root.h"

using nrear::image::add_copy_as_is;
using nrear::image::expand_pattern;
using nrear::image::FileSet;
using nrear::image::ImageManifest;
using nrear::test::FakeRoot;

namespace {

ImageManifest copied(const FakeRoot& node, const std::vector<std::string>& patterns, const std::vector<std::string>& excluded = {}) {
    const auto root = node.root();
    FileSet files(root);
    add_copy_as_is(files, root, patterns, excluded);
    return files.take();
}

const std::string kKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n";

}  // namespace

TEST_CASE("patterns are expanded against the node") {
    const FakeRoot node;
    node.file("/opt/a/x.conf");
    node.file("/opt/b/x.conf");
    node.file("/opt/b/.hidden.conf");
    using Paths = std::vector<std::string>;
    CHECK(expand_pattern(node.root(), "/opt/*/x.conf") == Paths{"/opt/a/x.conf", "/opt/b/x.conf"});
    CHECK(expand_pattern(node.root(), "/opt/b/*.conf") == Paths{"/opt/b/x.conf"});
    CHECK(expand_pattern(node.root(), "/opt/none").empty());
}

TEST_CASE("trees travel whole, with libraries, without what is excluded") {
    const FakeRoot node;
    node.program("/opt/tool/bin/run", {.needed = {"libt.so"}});
    node.program("/usr/lib/libt.so");
    node.file("/opt/tool/doc/manual");
    node.link("/opt/tool/broken", "nowhere");
    const auto manifest = copied(node, {"/opt/tool/"}, {"/opt/tool/doc/"});
    CHECK(manifest.find("/opt/tool/bin/run") != nullptr);
    CHECK(manifest.find("/usr/lib/libt.so") != nullptr);
    CHECK(manifest.find("/opt/tool/doc") == nullptr);
    REQUIRE(manifest.find("/opt/tool/broken") != nullptr);
    CHECK(manifest.find("/opt/tool/broken")->content == "nowhere");
}

TEST_CASE("a private key travels only when it is named itself") {
    const FakeRoot node;
    node.file("/etc/ssh/ssh_config", "Host *\n");
    node.file("/etc/ssh/host_key", kKey, 0600);
    const auto folder = copied(node, {"/etc/ssh"});
    CHECK(folder.find("/etc/ssh/ssh_config") != nullptr);
    CHECK(folder.find("/etc/ssh/host_key") == nullptr);
    REQUIRE(folder.warnings.size() == 1);
    CHECK_THAT(folder.warnings[0], Catch::StartsWith("/etc/ssh/host_key holds secrets"));
    CHECK(copied(node, {"/etc/ssh", "/etc/ssh/host_key"}).find("/etc/ssh/host_key") != nullptr);
}

TEST_CASE("password tables and nrear's own settings stay out of a copied /etc") {
    const FakeRoot node;
    node.file("/etc/shadow", "root:!:1::::::\n", 0600);
    node.file("/etc/rear/local.conf", "BACKUP_URL=sshfs://u:p@h/\n", 0600);
    node.file("/etc/nrear/local.conf", "BACKUP_URL=sshfs://u:p@h/\n", 0600);
    node.file("/etc/fstab");
    node.link("/etc/accounts", "shadow");
    const auto manifest = copied(node, {"/etc"});
    CHECK(manifest.find("/etc/nrear/local.conf") == nullptr);
    CHECK(manifest.find("/etc/accounts") == nullptr);
    CHECK(manifest.find("/etc/fstab") != nullptr);
    CHECK(manifest.find("/etc/shadow") == nullptr);
    CHECK(manifest.find("/etc/rear/local.conf") == nullptr);
}

TEST_CASE("what is not there is said") {
    const FakeRoot node;
    const auto manifest = copied(node, {"/opt/*"});
    REQUIRE(manifest.warnings.size() == 1);
    CHECK(manifest.warnings[0] == "COPY_AS_IS: there is no /opt/*");
}
