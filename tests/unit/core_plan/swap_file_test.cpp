// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that make a swap file again. That the kernel takes what they make is tested in tests/integration/storage and in the lab.
#include <catch2/catch.hpp>

#include "core/plan/plan_steps.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

using Lines = std::vector<std::string>;

layout::Layout with_swap_file(const std::string& type, const layout::SwapFile& swap, const std::string& mount_point = "/") {
    layout::Layout layout;
    layout.nodes = {{"mount:" + mount_point, {}, layout::Mount{.mount_point = mount_point, .path = "/dev/vda1", .type = type}},
                    {"swapfile:" + swap.path, {"mount:" + mount_point}, swap}};
    return layout;
}

Phases planned(const layout::Layout& layout) {
    Phases phases;
    const auto& node = layout.nodes.back();
    plan_node(layout, node, std::get<layout::SwapFile>(node.what), phases);
    return phases;
}

Lines commands(const layout::Layout& layout) {
    Lines lines;
    for (const auto& step : planned(layout).storage) {
        CHECK(step.node == layout.nodes.back().id);
        CHECK_FALSE(step.destroys);
        if (std::holds_alternative<RunCommand>(step.action)) {
            lines.push_back(command_line(step));
        }
    }
    return lines;
}

const layout::SwapFile kSwap{.path = "/swapfile", .uuid = "u-1", .label = "more", .size = 67108864};

}  // namespace

TEST_CASE("a swap file is made before the files come back, without holes, for root alone") {
    const auto layout = with_swap_file(GENERATE("ext4", "xfs"), kSwap);
    CHECK(commands(layout) == Lines{"dd if=/dev/zero of=/mnt/local/swapfile bs=1048576 iflag=count_bytes count=67108864 conv=fsync", "chmod 0600 /mnt/local/swapfile",
                                    "mkswap -U u-1 -L more /mnt/local/swapfile"});
    const auto phases = planned(layout);
    CHECK(phases.restored.empty());
    CHECK(phases.boot.empty());
    CHECK(phases.last.empty());
}

TEST_CASE("a swap file has its SELinux label again") {
    auto swap = kSwap;
    swap.selinux_label = "system_u:object_r:swapfile_t:s0";
    CHECK(commands(with_swap_file("xfs", swap)).back() == "chcon --no-dereference system_u:object_r:swapfile_t:s0 /mnt/local/swapfile");
}

TEST_CASE("on btrfs a swap file is neither copied on write nor compressed, from before its first byte") {
    CHECK(commands(with_swap_file("btrfs", kSwap)) ==
          Lines{"truncate --size=0 /mnt/local/swapfile", "chattr = /mnt/local/swapfile", "chattr +C /mnt/local/swapfile",
                "dd if=/dev/zero of=/mnt/local/swapfile bs=1048576 iflag=count_bytes count=67108864 conv=fsync", "chmod 0600 /mnt/local/swapfile",
                "mkswap -U u-1 -L more /mnt/local/swapfile"});
}

TEST_CASE("a swap file with an odd name, an odd size and large pages") {
    const layout::SwapFile swap{.path = "/var/my swap/*$x", .page_size = 65536, .size = 1000001};
    CHECK(commands(with_swap_file("vfat", swap, "/var")) ==
          Lines{"dd if=/dev/zero 'of=/mnt/local/var/my swap/*$x' bs=1048576 iflag=count_bytes count=1000001 conv=fsync", "mkswap -p 65536 '/mnt/local/var/my swap/*$x'"});
}

TEST_CASE("the directory of a swap file is made, and becomes what it was when the files come back") {
    const auto directories = [](const layout::Layout& layout) {
        const auto steps = planned(layout).storage;
        const auto* make = std::get_if<MakeDirectories>(&steps.front().action);
        return make == nullptr ? std::vector<MakeDirectories::Directory>{} : make->directories;
    };
    CHECK(directories(with_swap_file("xfs", {.path = "/data/swap/one"}, "/data")) == std::vector<MakeDirectories::Directory>{{"/mnt/local/data/swap"}});
    CHECK(directories(with_swap_file("xfs", {.path = "/data/one"}, "/data")).empty());
    CHECK(directories(with_swap_file("xfs", {.path = "/one"})).empty());
}

}  // namespace nrear::plan
