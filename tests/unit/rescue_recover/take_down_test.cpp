// SPDX-License-Identifier: GPL-3.0-or-later
// What an earlier try left active, from pictures of /sys: in which order it goes, and what is left alone.
#include "rescue/recover/take_down.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/unit/core_scan/sysfs_host.h"
#include "tests/unit/rescue_recover/sample.h"

using namespace nrear;
using nrear::scan::test::SysfsHost;
using Names = std::vector<std::string>;

namespace {

struct Picture {
    SysfsHost host;
    std::string mountinfo;
    std::set<std::string> hands_off;

    std::vector<recover::TakeDownStep> steps() const {
        const scan::BlockDevices devices(host.root());
        return recover::plan_take_down(devices, scan::parse_mountinfo(mountinfo), hands_off);
    }
    Names names() const {
        Names out;
        for (const auto& step : steps()) {
            out.push_back(step.device);
        }
        return out;
    }
};

/// LVM with a thin pool over LUKS over RAID 1 over the first partitions of two disks.
void tall_stack(SysfsHost& host) {
    for (const char* disk : {"vda", "vdb"}) {
        host.disk(disk, std::string("254:") + (disk[2] == 'a' ? "0" : "16"), 4096);
        host.partition(disk, 1, std::string("254:") + (disk[2] == 'a' ? "1" : "17"), 2048);
    }
    host.array("md127", "9:127", 1000, "raid1", {"vda1", "vdb1"});
    host.mapped("dm-0", "253:0", "cr", "CRYPT-LUKS2-4929606923a3436c8262ea6cd18225ef-cr", {"md127"});
    host.mapped("dm-1", "253:1", "vg-pool_tmeta", "LVM-a-tmeta", {"dm-0"});
    host.mapped("dm-2", "253:2", "vg-pool_tdata", "LVM-a-tdata", {"dm-0"});
    host.mapped("dm-3", "253:3", "vg-pool-tpool", "LVM-a-tpool", {"dm-1", "dm-2"});
    host.mapped("dm-4", "253:4", "vg-root", "LVM-a", {"dm-3"});
    host.mapped("dm-5", "253:5", "vg-my--data", "LVM-b", {"dm-3"});
}

/// That nothing goes before what stands on it.
void check_top_first(const SysfsHost& host, const Names& names) {
    const scan::BlockDevices devices(host.root());
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t later = i + 1; later < names.size(); ++later) {
            const auto chain = devices.chain(names[later]);
            INFO(names[i] << " goes before " << names[later]);
            CHECK(std::find(chain.begin(), chain.end(), names[i]) == chain.end());
        }
    }
}

}  // namespace

TEST_CASE("a tall stack goes from the top, all of it, each with its own tool") {
    Picture picture;
    tall_stack(picture.host);
    const auto names = picture.names();
    CHECK(std::set<std::string>(names.begin(), names.end()) == std::set<std::string>{"dm-0", "dm-1", "dm-2", "dm-3", "dm-4", "dm-5", "md127"});
    check_top_first(picture.host, names);
    for (const auto& step : picture.steps()) {
        if (step.device == "md127") {
            CHECK(step.commands == std::vector<Names>{{"mdadm", "--stop", "/dev/md127"}});
        } else if (step.device == "dm-0") {
            CHECK(step.commands == std::vector<Names>{{"cryptsetup", "close", "cr"}, {"dmsetup", "remove", "--retry", "cr"}});
        } else if (step.device == "dm-5") {
            CHECK(step.commands == std::vector<Names>{{"dmsetup", "remove", "--retry", "vg-my--data"}, {"lvm", "vgchange", "--activate", "n", "vg"}});
        }
    }
}

TEST_CASE("nothing is active: nothing to do") {
    Picture picture;
    picture.host.disk("vda", "254:0", 4096);
    picture.host.partition("vda", 1, "254:1", 2048);
    picture.mountinfo = "22 1 254:1 / /data rw - ext4 /dev/vda1 rw\n";
    CHECK(picture.steps().empty());
}

TEST_CASE("what the operator has mounted stays, with all that it stands on; the rest goes") {
    Picture picture;
    tall_stack(picture.host);
    picture.mountinfo = "22 1 253:5 / /media/rescue rw - xfs /dev/mapper/vg-my--data rw\n";
    CHECK(picture.names() == Names{"dm-4"});
    picture.mountinfo = "22 1 0:45 /sub /media/rescue rw - btrfs /dev/mapper/vg-my--data rw\n";  // btrfs has numbers of its own
    CHECK(picture.names() == Names{"dm-4"});
}

TEST_CASE("what stands on disks that recover must not use stays") {
    Picture picture;
    tall_stack(picture.host);
    picture.host.disk("sdz", "8:96", 4096, "pci0/usb1/1-1/host0");
    picture.host.mapped("dm-8", "253:8", "operator", "CRYPT-LUKS1-0123-operator", {"sdz"});
    picture.host.mapped("dm-9", "253:9", "looped", "CRYPT-PLAIN-looped", {"loop0"});
    picture.hands_off = {"sdz"};
    CHECK(picture.names().size() == 7);
    picture.hands_off = {"sdz", "vda"};
    CHECK(picture.names().size() == 7);  // the array stands on vdb too
    picture.hands_off = {"sdz", "vda", "vdb"};
    CHECK(picture.names().empty());
}

TEST_CASE("multipath maps stay, their partitions and what is on them go") {
    Picture picture;
    picture.host.disk("sda", "8:0", 4096);
    picture.host.disk("sdb", "8:16", 4096);
    picture.host.mapped("dm-0", "253:0", "mpatha", "mpath-3600", {"sda", "sdb"});
    picture.host.mapped("dm-1", "253:1", "mpatha1", "part1-mpath-3600", {"dm-0"});
    picture.host.mapped("dm-2", "253:2", "vg-root", "LVM-x", {"dm-1"});
    CHECK(picture.names() == Names{"dm-2", "dm-1"});
}

TEST_CASE("what no step is known for stays, and all below it") {
    Picture picture;
    picture.host.disk("vda", "254:0", 4096);
    picture.host.array("md0", "9:0", 1000, "raid0", {"vda"});
    picture.host.mapped("dm-0", "253:0", "strange", "VDO-1", {"md0"});
    CHECK(picture.names().empty());
}

TEST_CASE("an array's partitions go with it; a container of firmware RAID after its arrays") {
    Picture picture;
    picture.host.disk("vda", "254:0", 4096);
    picture.host.disk("vdb", "254:16", 4096);
    picture.host.array("md126", "9:126", 1000, "container", {"vda", "vdb"});
    picture.host.array("md127", "9:127", 1000, "raid1", {"vda", "vdb"});
    picture.host.partition("md127", 1, "259:0", 1024);
    CHECK(picture.names() == Names{"md127", "md126"});
    picture.mountinfo = "22 1 259:0 / /media/x rw - ext4 /dev/md127p1 rw\n";
    CHECK(picture.names() == Names{"md126"});
}

TEST_CASE("a step that fails is told, and nothing below it is tried") {
    Picture picture;
    tall_stack(picture.host);
    nrear::test::FakeRunner runner;
    nrear::test::LoudProgress progress;
    const scan::BlockDevices devices(picture.host.root());
    SECTION("all goes well, with the tools that are there") {
        runner.missing = "cryptsetup";
        recover::take_down(picture.steps(), devices, runner, progress, base::null_log());
        CHECK(progress.text.empty());
        REQUIRE(runner.ran.size() == 7);
        CHECK(runner.ran[5] == "dmsetup remove --retry cr");
        CHECK(runner.ran[6] == "mdadm --stop /dev/md127");
    }
    SECTION("the mapping is in use") {
        runner.failing["cryptsetup"] = 1;
        recover::take_down(picture.steps(), devices, runner, progress, base::null_log());
        CHECK_THAT(progress.text, Catch::Contains("could not close the encrypted volume cr"));
        CHECK(std::count_if(runner.ran.begin(), runner.ran.end(), [](const std::string& line) { return line.starts_with("mdadm"); }) == 0);
    }
    SECTION("a tool is missing") {
        runner.missing = "mdadm";
        recover::take_down(picture.steps(), devices, runner, progress, base::null_log());
        CHECK_THAT(progress.text, Catch::Contains("the rescue system has no mdadm"));
    }
}
