// SPDX-License-Identifier: GPL-3.0-or-later
// Rebuilding, on a tree that looks like a recovered system, with the tool played by the test.
#include "rescue/recover/initramfs.h"

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "tests/support/thrown_by.h"
#include "tests/unit/rescue_recover/sample.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;

namespace {

/// An uncompressed newc archive of empty files.
std::string cpio_of(const std::vector<std::string>& names) {
    std::string out;
    const auto add = [&](const std::string& name) {
        std::string entry = "070701";
        for (const std::size_t field : {std::size_t{1}, std::size_t{0100644}, std::size_t{0}, std::size_t{0}, std::size_t{1}, std::size_t{0}, std::size_t{0}, std::size_t{0},
                                        std::size_t{0}, std::size_t{0}, std::size_t{0}, name.size() + 1, std::size_t{0}}) {
            entry += base::hex(field, 8);
        }
        entry += name + '\0';
        entry.resize((entry.size() + 3) / 4 * 4, '\0');
        out += entry;
    };
    for (const auto& name : names) {
        add(name);
    }
    add("TRAILER!!!");
    return out;
}

struct Recovered {
    Sample sample;
    std::string target = sample.path("target");
    void write(const std::string& path, const std::string& text, unsigned mode = 0644) const {
        base::make_directories(target + path.substr(0, path.rfind('/')));
        base::write_file(target + path, text, mode);
    }
    Recovered() {
        write("/lib/modules/6.1.0-1/modules.dep", "kernel/drivers/block/virtio_blk.ko:\nkernel/drivers/ata/ahci.ko:\n");
        write("/lib/modules/6.1.0-1/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
        write("/boot/initrd.img-6.1.0-1", cpio_of({"lib/modules/6.1.0-1/kernel/drivers/block/virtio_blk.ko"}));
        write("/usr/sbin/update-initramfs", "#!/bin/sh\n", 0755);
    }
    std::string run(std::vector<std::string> drivers, bool forced = false) {
        return recover::rebuild_where_needed({target, std::move(drivers), forced}, sample.runner, sample.progress, base::null_log());
    }
    std::vector<std::string> rebuilding() const {
        std::vector<std::string> out;
        for (const auto& line : sample.runner.ran) {
            if (line.starts_with("update-initramfs") || line.starts_with("dracut")) {
                out.push_back(line);
            }
        }
        return out;
    }
};

}  // namespace

TEST_CASE("kernels are found with the initramfs of each distribution, rescue images are not touched") {
    const Recovered it;
    it.write("/lib/modules/5.14.0-1.el9.x86_64/modules.dep", "");
    it.write("/boot/initramfs-5.14.0-1.el9.x86_64.img", "x");
    it.write("/boot/initramfs-0-rescue-0123456789abcdef.img", "x");
    it.write("/boot/initramfs-5.14.0-1.el9.x86_64kdump.img", "x");
    it.write("/lib/modules/4.0.0-gone/modules.dep", "");
    CHECK(recover::list_kernels(it.target) == std::vector<recover::TargetKernel>{{"5.14.0-1.el9.x86_64", "/boot/initramfs-5.14.0-1.el9.x86_64.img"},
                                                                                {"6.1.0-1", "/boot/initrd.img-6.1.0-1"}});
}

TEST_CASE("an initramfs that holds the drivers is kept") {
    Recovered it;
    CHECK_THAT(it.run({"virtio_blk", "ext4"}), Contains("kept"));
    CHECK(it.sample.runner.ran.empty());
}

TEST_CASE("a driver is lacking: update-initramfs for that kernel, and the new one is looked into") {
    Recovered it;
    it.sample.runner.on_run = [&](const base::Command& command) {
        if (command.argv[0] == "update-initramfs") {
            CHECK(command.root == it.target);
            it.write("/boot/initrd.img-6.1.0-1", cpio_of({"lib/modules/6.1.0-1/kernel/drivers/ata/ahci.ko"}));
        }
    };
    CHECK_THAT(it.run({"ahci"}), Contains("rebuilt for 6.1.0-1") && Contains("ahci"));
    CHECK(it.rebuilding() == std::vector<std::string>{"update-initramfs -u -k 6.1.0-1"});
}

TEST_CASE("a rebuilt initramfs that still lacks the driver is an error, as is a tool that fails or is missing") {
    Recovered it;
    CHECK_THAT(thrown_by([&] { it.run({"ahci"}); }).what(), Contains("still lacks ahci"));
    it.sample.runner.failing["update-initramfs"] = 1;
    CHECK_THAT(thrown_by([&] { it.run({"ahci"}); }).what(), Contains("it went wrong"));
    base::remove_tree(it.target + "/usr");
    CHECK_THAT(thrown_by([&] { it.run({"ahci"}); }).what(), Contains("neither dracut nor update-initramfs"));
}

TEST_CASE("dracut is told which drivers, and a forced rebuild needs no lack") {
    Recovered it;
    base::remove_tree(it.target + "/usr");
    it.write("/usr/bin/dracut", "#!/bin/sh\n", 0755);
    CHECK_THAT(thrown_by([&] { it.run({"ahci"}); }).what(), Contains("still lacks"));
    CHECK(it.rebuilding() == std::vector<std::string>{"dracut --force --add-drivers ahci /boot/initrd.img-6.1.0-1 6.1.0-1"});
    CHECK_THAT(it.run({"virtio_blk"}, true), Contains("rebuilt"));
    CHECK(it.rebuilding().back() == "dracut --force /boot/initrd.img-6.1.0-1 6.1.0-1");
}

TEST_CASE("a driver that the system's kernel does not have is a warning for the operator") {
    Recovered it;
    CHECK_THAT(it.run({"vmw_pvscsi"}), Contains("kept"));
    CHECK_THAT(it.sample.progress.text, Contains("warning") && Contains("vmw_pvscsi"));
}
