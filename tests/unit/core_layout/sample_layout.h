// SPDX-License-Identifier: GPL-3.0-or-later
// A small Layout for tests: one MBR disk with /, a separate /boot and swap.
#pragma once

#include "core/layout/layout.h"

namespace nrear::layout::test {

inline Layout sample_layout() {
    Disk disk;
    disk.facts = {.path = "/dev/vda", .size = 10737418240, .model = "disk", .serial = "S1", .by_path = "pci-0000:00:04.0", .transport = "virtio", .drivers = {"virtio_blk"}};
    disk.table = PartitionTable{.type = "dos", .id = "0x1b2c3d4e"};
    const Partition boot{.path = "/dev/vda1", .number = 1, .start = 1048576, .size = 536870912, .type = "83", .uuid = "1b2c3d4e-01", .active = true};
    const Partition root{.path = "/dev/vda2", .number = 2, .start = 537919488, .size = 9663676416, .type = "83", .uuid = "1b2c3d4e-02"};
    ExtFilesystem boot_fs{.path = "/dev/vda1", .type = "ext4", .uuid = "6d4a7d8e-0b64-4a2d-9f8b-0a2a0f3f7f01", .label = "boot", .blocks = 131072, .inodes = 32768};
    ExtFilesystem root_fs{.path = "/dev/vda2", .type = "ext4", .uuid = "6d4a7d8e-0b64-4a2d-9f8b-0a2a0f3f7f02", .blocks = 2359296, .inodes = 589824};
    root_fs.features = {"has_journal", "extent"};
    Layout layout;
    layout.host = {.name = "node", .os_id = "debian", .os_version = "12", .architecture = "x86_64", .kernel = "6.1.0-1-amd64", .kernel_command_line = "quiet"};
    layout.nodes = {
        {"disk:vda", {}, disk},
        {"part:vda1", {"disk:vda"}, boot},
        {"part:vda2", {"disk:vda"}, root},
        {"fs:vda1", {"part:vda1"}, boot_fs},
        {"fs:vda2", {"part:vda2"}, root_fs},
        {"mount:/", {"fs:vda2"}, Mount{"/", "/dev/vda2", "ext4", "rw,relatime", "UUID=6d4a7d8e-0b64-4a2d-9f8b-0a2a0f3f7f02", "defaults"}},
        {"mount:/boot", {"fs:vda1", "mount:/"}, Mount{"/boot", "/dev/vda1", "ext4", "rw,relatime", "", ""}},
        {"dir:/srv/nfs", {"mount:/"}, MountPointDirectory{"/srv/nfs", "filer:/export", "nfs4", 0755, "network file system"}},
        {"boot", {"mount:/boot", "disk:vda"}, BootLoader{"grub2", "/boot/grub", "i386-pc"}},
    };
    return layout;
}

}  // namespace nrear::layout::test
