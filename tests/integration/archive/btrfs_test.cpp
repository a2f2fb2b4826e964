// SPDX-License-Identifier: GPL-3.0-or-later
// A btrfs with subvolumes inside subvolumes: each has a device number of its own, and none of those here is a mount point.
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>

#include "archive_files.h"
#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "loop_file_system.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

class BtrfsTree {
public:
    BtrfsTree() {
        const std::string image = directory_.path() + "/image";
        base::write_file(image, "");
        REQUIRE(truncate(image.c_str(), off_t{256} << 20) == 0);
        base::make_directories(path);
        run({"mkfs.btrfs", "-q", image});
        run({"mount", "-o", "loop", image, path});
    }
    BtrfsTree(const BtrfsTree&) = delete;
    BtrfsTree& operator=(const BtrfsTree&) = delete;
    ~BtrfsTree() { base::unmount_below(path, true); }

    void subvolume(const std::string& name) const { run({"btrfs", "subvolume", "create", at(name)}); }
    std::string at(const std::string& name) const { return path + "/" + name; }

private:
    base::TempDir directory_;

public:
    const std::string path = directory_.path() + "/mnt";
};

void fill(const BtrfsTree& tree) {
    tree.subvolume("nest");
    tree.subvolume("nest/inner");
    base::write_file(tree.at("plain"), "p");
    base::write_file(tree.at("nest/file"), "n");
    base::write_file(tree.at("nest/inner/file"), "i");
    run({"btrfs", "subvolume", "snapshot", tree.at("nest"), tree.at("snap")});
}

std::string names_in(const std::string& archive) {
    auto lines = base::split_lines(run({"tar", "tzf", archive}).output);
    std::sort(lines.begin(), lines.end());
    return base::join(lines, " ");
}

}  // namespace

TEST_CASE("backup: subvolumes inside a tree are entered when they are in the list, snapshots leave no trace, others are told about") {
    const BtrfsTree tree;
    fill(tree);
    const base::TempDir directory;
    const auto archive = directory.path() + "/backup.tar.gz";

    const auto whole = back_up({.selection = {.root = tree.path, .subvolumes = {"/nest", "/nest/inner"}, .left_out = {"/snap"}}}, archive);
    CHECK(listed(whole.warnings) == "");
    CHECK(whole.altered_count == 0);
    CHECK(names_in(archive) == "./ nest/ nest/file nest/inner/ nest/inner/file plain");

    const auto partly = back_up({.selection = {.root = tree.path, .subvolumes = {"/nest"}}}, archive);
    CHECK_THAT(listed(partly.warnings), Catch::Contains("/nest/inner: is another file system") && Catch::Contains("/snap: is another file system"));
    CHECK(names_in(archive) == "./ nest/ nest/file nest/inner/ plain snap/");
}

TEST_CASE("restore: files that are not to be copied on write, or compressed, are so again") {
    const BtrfsTree tree;
    tree.subvolume("data");
    run({"chattr", "+C", tree.at("data")});
    base::write_file(tree.at("data/image"), std::string(70000, 'x'));
    base::make_directories(tree.at("packed"));
    run({"btrfs", "property", "set", tree.at("packed"), "compression", "zstd"});
    base::write_file(tree.at("packed/log"), std::string(70000, 'y'));
    const base::TempDir directory;
    const auto archive = directory.path() + "/backup.tar.gz";
    CHECK(listed(back_up({.selection = {.root = tree.path, .subvolumes = {"/data"}}}, archive).warnings) == "");

    const BtrfsTree target;
    target.subvolume("data");
    CHECK(listed(restore(archive, target.path).problems) == "");
    const auto facts = [](const BtrfsTree& of, const std::string& name) {
        const auto flags = run({"lsattr", "-d", of.at(name)}).output;
        return base::cat(flags.substr(0, flags.find(' ')), " ", run({"btrfs", "property", "get", "-t", "inode", of.at(name), "compression"}).output);
    };
    for (const char* name : {"data", "data/image", "packed", "packed/log"}) {
        INFO(name);
        CHECK(facts(target, name) == facts(tree, name));
    }
    CHECK(facts(target, "data/image").find('C') != std::string::npos);
    CHECK_THAT(facts(target, "packed/log"), Catch::Contains("zstd"));
}
