// SPDX-License-Identifier: GPL-3.0-or-later
// Steps, their order, and the programs that they need. Whole plans of recorded hosts are in core_scan's hosts_test.
#include "core/plan/make_plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/move_layout.h"
#include "core/plan/plan_text.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using layout::test::sample_layout;

namespace {

/// Number of the first step whose command line (or title) contains the text; -1 when none does.
int step_with(const Plan& plan, const std::string& text) {
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (command_line(plan.steps[i]).find(text) != std::string::npos || plan.steps[i].title.find(text) != std::string::npos) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

void check_order(const Plan& plan, const std::vector<std::string>& texts) {
    int last = -1;
    for (const auto& text : texts) {
        INFO(text);
        const int at = step_with(plan, text);
        CHECK(at > last);
        last = at;
    }
}

layout::Layout with_swap_and_second_disk() {
    auto layout = sample_layout();
    layout.nodes.push_back({"disk:vdb", {}, layout::Disk{.facts = {.path = "/dev/vdb", .size = 1 << 30}, .table = {}}});
    layout.nodes.push_back({"swap:vdb", {"disk:vdb"}, layout::Swap{.path = "/dev/vdb", .uuid = "u-s", .label = "s p", .page_size = 65536}});
    return layout;
}

}  // namespace

TEST_CASE("a plan goes from the disk up to the boot loader") {
    const auto plan = make_plan(sample_layout());
    check_order(plan, {"wipefs --all --force /dev/vda", "Create MBR partition table", "udevadm settle", "Wait for /dev/vda1", "wipefs --all --force /dev/vda1 /dev/vda2",
                       "mke2fs -q -F -t ext4", "mount -t ext4 -o acl,user_xattr /dev/vda2 /mnt/local", "/dev/vda1 /mnt/local/boot", "Restore the files", "/srv/nfs",
                       "grub-install --target=i386-pc /dev/vda", "initramfs"});
}

TEST_CASE("block groups of a size of their own are made so") {
    auto layout = sample_layout();
    std::get<layout::ExtFilesystem>(layout::find(layout, "fs:vda1")->what).blocks_per_group = 16384;
    check_order(make_plan(layout), {" -g 16384 "});
}

TEST_CASE("whatever the order of the nodes, no step comes before what it needs") {
    std::mt19937 random(11);
    const auto original = with_swap_and_second_disk();
    for (int round = 0; round < 50; ++round) {
        auto layout = original;
        std::shuffle(layout.nodes.begin(), layout.nodes.end(), random);
        const auto plan = make_plan(layout);
        check_order(plan, {"Create MBR partition table", "/dev/vda2 2359296", "mount -t ext4 -o acl,user_xattr /dev/vda2", "mount -t ext4 -o acl,user_xattr /dev/vda1", "Restore the files"});
        check_order(plan, {"Create MBR partition table", "/dev/vda1 131072", "mount -t ext4 -o acl,user_xattr /dev/vda1"});
        check_order(plan, {"wipefs --all --force /dev/vdb", "mkswap -U u-s -L 's p' -p 65536 /dev/vdb"});
    }
}

TEST_CASE("everything that overwrites a disk is marked, and nothing is written before") {
    const auto plan = make_plan(with_swap_and_second_disk());
    for (const auto& step : plan.steps) {
        const auto* run = std::get_if<RunCommand>(&step.action);
        const bool writes = run != nullptr && (run->argv[0] == "wipefs" || run->argv[0] == "mke2fs" || run->argv[0] == "mkswap" || run->argv[0] == "grub-install");
        CHECK(step.destroys == (writes || std::holds_alternative<WritePartitionTable>(step.action)));
    }
}

TEST_CASE("the plan knows its programs") {
    const auto plan = make_plan(with_swap_and_second_disk());
    CHECK(programs_in_rescue(plan) == std::set<std::string>{"mke2fs", "mkswap", "mount", "tune2fs", "udevadm", "umount", "wipefs"});
    CHECK(programs_in_target(plan) == std::set<std::string>{"grub-install", "grub2-install"});
}

TEST_CASE("what cannot be made again is refused") {
    auto layout = sample_layout();
    layout::find(layout, "fs:vda2")->what = layout::Foreign{"/dev/vda2", "XFS file system"};
    CHECK_THROWS_WITH(make_plan(layout), Catch::Contains("XFS file system on /dev/vda2"));
}

TEST_CASE("new names: files are rewritten, the initramfs only when the system uses names") {
    const PlanOptions options{{{"/dev/vda", "/dev/sda"}, {"/dev/vda1", "/dev/sda1"}}};
    auto layout = sample_layout();
    auto plan = make_plan(layout, options);
    check_order(plan, {"Restore the files", "Put new disk names into the system's files", "grub-install"});
    CHECK_FALSE(std::get<RebuildInitramfs>(plan.steps.back().action).forced);
    std::get<layout::Mount>(layout::find(layout, "mount:/")->what).fstab_spec = "/dev/vda1";
    CHECK(std::get<RebuildInitramfs>(make_plan(layout, options).steps.back().action).forced);
    CHECK_FALSE(std::get<RebuildInitramfs>(make_plan(layout).steps.back().action).forced);
    CHECK(step_with(make_plan(layout), "new disk names") == -1);
}

TEST_CASE("mount options: what would stop the files from coming back whole is left out, data=journal is kept") {
    auto layout = sample_layout();
    std::get<layout::Mount>(layout::find(layout, "mount:/")->what).options = "ro,nodev,noexec,relatime,data=journal";
    CHECK(step_with(make_plan(layout), "mount -t ext4 -o acl,user_xattr,data=journal /dev/vda2 /mnt/local") > 0);
}

TEST_CASE("a disk at another place of the machine: udev's links to it get new names, the initramfs is made again where the system uses them") {
    auto layout = sample_layout();
    auto target = std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts;
    target.by_path = "pci-0000:00:09.0";
    target.wwn = "0x5000c5";
    std::get<layout::Mount>(layout::find(layout, "mount:/boot")->what).fstab_spec = "/dev/disk/by-path/pci-0000:00:04.0-part1";
    const auto renames = move_layout(layout, {{"disk:vda", target}});
    CHECK(renames == std::vector<std::pair<std::string, std::string>>{{"/dev/disk/by-path/pci-0000:00:04.0", "/dev/disk/by-path/pci-0000:00:09.0"},
                                                                      {"/dev/disk/by-path/pci-0000:00:04.0-part1", "/dev/disk/by-path/pci-0000:00:09.0-part1"},
                                                                      {"/dev/disk/by-path/pci-0000:00:04.0-part2", "/dev/disk/by-path/pci-0000:00:09.0-part2"}});
    CHECK(rename_devices("/dev/disk/by-path/pci-0000:00:04.0-part1 /boot", renames) == "/dev/disk/by-path/pci-0000:00:09.0-part1 /boot");
    const auto plan = make_plan(layout, {renames, {}});
    CHECK(std::get<RebuildInitramfs>(plan.steps.back().action).forced);
    CHECK(step_with(plan, "Put new disk names into the system's files: /dev/disk/by-path/pci-0000:00:04.0-part1 -> ") > 0);
}

}  // namespace nrear::plan
