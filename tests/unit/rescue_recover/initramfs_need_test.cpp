// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/initramfs_need.h"

#include <catch2/catch.hpp>

using namespace nrear::recover;

namespace {

KernelFacts debian() {
    return {"6.1.0-25-amd64",
            {"ext4", "virtio_mmio"},
            {"virtio_blk", "virtio_pci", "ahci", "nvme", "dm_mod"},
            std::vector<std::string>{"kernel/x86/microcode/GenuineIntel.bin", "bin/sh", "usr/lib/modules/6.1.0-25-amd64/kernel/drivers/block/virtio_blk.ko",
                                     "lib/modules/6.1.0-25-amd64/kernel/drivers/virtio/virtio-pci.ko.xz"}};
}

}  // namespace

TEST_CASE("initramfs: the drivers are in it, in whatever spelling, or built into the kernel: keep it") {
    const auto need = initramfs_need(debian(), {"virtio_blk", "virtio_pci", "ext4"}, false);
    CHECK_FALSE(need.rebuild);
    CHECK(need.lacking.empty());
    CHECK(need.unavailable.empty());
    CHECK_FALSE(initramfs_need(debian(), {}, false).rebuild);
    CHECK_FALSE(initramfs_need(debian(), {"virtio-blk"}, false).rebuild);
}

TEST_CASE("initramfs: a driver is missing: rebuild, and say which") {
    const auto need = initramfs_need(debian(), {"ahci", "virtio_pci"}, false);
    CHECK(need.rebuild);
    CHECK(need.lacking == std::vector<std::string>{"ahci"});
    CHECK(need.reason == "it lacks ahci");
}

TEST_CASE("initramfs: a driver that the kernel does not have is told, but no reason to rebuild") {
    const auto need = initramfs_need(debian(), {"vmw_pvscsi"}, false);
    CHECK_FALSE(need.rebuild);
    CHECK(need.unavailable == std::vector<std::string>{"vmw_pvscsi"});
}

TEST_CASE("initramfs: unreadable, or with names that changed: rebuild") {
    auto kernel = debian();
    CHECK(initramfs_need(kernel, {"virtio_blk"}, true).rebuild);
    kernel.initramfs.reset();
    const auto need = initramfs_need(kernel, {"virtio_blk"}, false);
    CHECK(need.rebuild);
    CHECK(need.lacking == std::vector<std::string>{"virtio_blk"});
}

TEST_CASE("module names of files and lists") {
    CHECK(module_name("kernel/drivers/md/dm-mod.ko.zst") == "dm_mod");
    CHECK(module_name("a/b.ko") == "b");
    CHECK(module_name("modules.dep").empty());
    CHECK(module_name("x.ko.d/readme").empty());
    CHECK(module_name("lib/x.kobject").empty());
    CHECK(module_name(".ko").empty());
    CHECK(module_names("kernel/fs/ext4/ext4.ko\nkernel/drivers/md/dm-mod.ko.xz: kernel/lib/x.ko.xz\n\n") == std::set<std::string>{"dm_mod", "ext4"});
}
