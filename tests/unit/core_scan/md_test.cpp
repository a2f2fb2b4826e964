// SPDX-License-Identifier: GPL-3.0-or-later
// Software RAID: what mdadm and the kernel say, and what a scan makes of it.
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/error.h"
#include "core/layout/unsupported.h"
#include "core/scan/md_facts.h"
#include "core/scan/scan_host.h"
#include "tests/unit/core_scan/sysfs_host.h"

using namespace nrear;
using namespace nrear::scan;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kDetail =
    "MD_LEVEL=raid1\nMD_DEVICES=2\nMD_METADATA=1.0\nMD_UUID=cfd49123:4b87266e:aafec1d1:9d17fc59\nMD_NAME=node7:boot\nMD_DEVICE_dev_vdc1_ROLE=1\nMD_DEVICE_dev_vdc1_DEV=/dev/vdc1\n"
    "MD_DEVICE_dev_vdb1_ROLE=0\nMD_DEVICE_dev_vdb1_DEV=/dev/vdb1\n";

class Mdadm final : public base::CommandRunner {
public:
    std::string detail = kDetail;
    base::CommandResult run(const base::Command& command) override {
        return {.output = command.argv.front() == "mdadm" ? detail : ""};
    }
    bool exists(const std::string&) override { return false; }
};

/// "/" on md0, a RAID 1 of the first partitions of sda and sdb.
struct Host : test::SysfsHost {
    Host() {
        disk("sda", "8:0", 400000, "pci0/ata1");
        partition("sda", 1, "8:1", 200000);
        disk("sdb", "8:16", 400000, "pci0/ata2");
        partition("sdb", 1, "8:17", 200000);
        array("md0", "9:0", 190000, "raid1", {"sda1", "sdb1"});
        for (const auto& [name, value] : std::map<std::string, std::string>{{"metadata_version", "1.2"}, {"raid_disks", "2"}, {"component_size", "95000"}, {"layout", "0"}, {"chunk_size", "0"},
                 {"consistency_policy", "bitmap"}, {"bitmap/location", "+8"}, {"bitmap/metadata", "internal"}, {"bitmap/chunksize", "67108864"}, {"bitmap/backlog", "256"},
                 {"sync_action", "idle"}, {"reshape_position", "none"}}) {
            attribute("md0", "md/" + name, value + "\n");
        }
        attribute("md0", "queue/logical_block_size", "4096\n");
        member("sda1", "0", "in_sync");
        member("sdb1", "1", "in_sync,write_mostly,failfast");
        file("/proc/self/mountinfo", "25 1 9:0 / / rw,relatime - jfs /dev/md0 rw\n");
        probe.signatures["/dev/md0"] = {"jfs", "", "11111111-2222-4333-8444-555566667777"};
        for (const char* disk : {"/dev/sda", "/dev/sdb"}) {
            probe.tables[disk] = {{.type = "dos", .id = "0x11223344"}, {{.number = 1, .start = 1048576, .size = 102400000, .type = "fd", .uuid = "11223344-01"}}};
        }
        mdadm.detail = base::replace_all(kDetail, "METADATA=1.0", "METADATA=1.2");
    }
    void member(const std::string& name, const std::string& slot, const std::string& state) {
        attribute("md0", "md/dev-" + name + "/slot", slot + "\n");
        attribute("md0", "md/dev-" + name + "/state", state + "\n");
        attribute("md0", "md/dev-" + name + "/offset", "2048\n");
    }
    Scan scan() { return scan_host(root(), mdadm, probe); }

    test::FakeProbe probe;
    Mdadm mdadm;
};

const layout::MdArray& array_of(const Scan& scan) {
    const auto* node = layout::find(scan.layout, "md:md0");
    REQUIRE(node != nullptr);
    return std::get<layout::MdArray>(node->what);
}

}  // namespace

TEST_CASE("mdadm --detail --export") {
    CHECK(parse_md_detail(kDetail) == MdDetail{"raid1", "1.0", "cfd49123:4b87266e:aafec1d1:9d17fc59", "node7:boot", ""});
    CHECK(parse_md_detail("MD_LEVEL=raid10\nMD_DEVICES=3\nMD_METADATA=0.90\nMD_UUID=52f5e375:ee0324cc:c2c43719:8661728f\n") ==
          MdDetail{"raid10", "0.90", "52f5e375:ee0324cc:c2c43719:8661728f", "", ""});
    CHECK(parse_md_detail("MD_LEVEL=raid1\nMD_CONTAINER=/dev/md/ddf\nMD_MEMBER=0\nMD_UUID=1132d036:48d85bc4:5ed8f775:de964d80\n").container == "/dev/md/ddf");
    CHECK(parse_md_detail("MD_METADATA=0.90.03\n").metadata == "0.90");
    CHECK(parse_md_detail("nonsense\n") == MdDetail{});
}

TEST_CASE("layouts in the words of mdadm") {
    CHECK(md_layout_word("raid5", "2\n") == "left-symmetric");
    CHECK(md_layout_word("raid5", "1") == "right-asymmetric");
    CHECK(md_layout_word("raid6", "16") == "left-asymmetric-6");
    CHECK(md_layout_word("raid10", "258") == "n2");
    CHECK(md_layout_word("raid10", "66049") == "o2");
    CHECK(md_layout_word("raid10", "513") == "f2");
    CHECK(md_layout_word("raid0", "-1").empty());
    CHECK(md_layout_word("raid0", "1") == "original");
    CHECK(md_layout_word("raid4", "0").empty());
    CHECK(md_layout_word("raid1", "0").empty());
    for (const char* number : {"131585", "514", "-1", "0"}) {
        CHECK_THROWS_AS(md_layout_word("raid10", number), Error);
    }
    CHECK_THROWS_AS(md_layout_word("raid5", "77"), Error);
}

TEST_CASE("UUIDs of libblkid and mdadm") { CHECK(md_uuid_of("CFD49123-4b87-266e-aafe-c1d19d17fc59") == "cfd49123:4b87266e:aafec1d1:9d17fc59"); }

TEST_CASE("an array with all that was told to mdadm") {
    Host host;
    const auto scan = host.scan();
    CHECK(scan.warnings.empty());
    const auto* node = layout::find(scan.layout, "md:md0");
    REQUIRE(node != nullptr);
    CHECK(node->on == std::vector<std::string>{"part:sda1", "part:sdb1"});
    const layout::MdArray expected{.path = "/dev/md0", .name = "node7:boot", .uuid = "cfd49123:4b87266e:aafec1d1:9d17fc59", .level = "raid1", .metadata = "1.2", .size = 97280000,
                                   .component_size = 97280000, .devices = 2, .bitmap = "internal", .bitmap_chunk = 67108864, .write_behind = 256, .consistency = "bitmap",
                                   .logical_sector = 4096, .members = {{"0", false, false, 1048576}, {"1", true, true, 1048576}}};
    CHECK(array_of(scan) == expected);
    CHECK(std::get<layout::Mount>(layout::find(scan.layout, "mount:/")->what).path == "/dev/md0");
}

TEST_CASE("members stand by their slots, spares and the journal behind") {
    Host host;
    host.disk("sdc", "8:32", 400000, "pci0/ata3");
    host.disk("sdd", "8:48", 400000, "pci0/ata4");
    host.member("sda1", "1", "in_sync");
    host.member("sdb1", "0", "in_sync");
    host.member("sdc", "none", "journal");
    host.member("sdd", "none", "spare");
    const auto scan = host.scan();
    CHECK(layout::find(scan.layout, "md:md0")->on == std::vector<std::string>{"part:sdb1", "part:sda1", "disk:sdd", "disk:sdc"});
    CHECK(array_of(scan).members[2].role == "spare");
    CHECK(array_of(scan).members[3].role == "journal");
}

TEST_CASE("a partitioned array, and members that are whole disks") {
    Host host;
    host.disk("sdc", "8:32", 400000, "pci0/ata3");
    host.array("md1", "9:1", 390000, "raid1", {"sdc"});
    host.attribute("md1", "md/metadata_version", "1.0\n");
    host.attribute("md1", "md/raid_disks", "1\n");
    host.attribute("md1", "md/dev-sdc/slot", "0\n");
    host.attribute("md1", "md/dev-sdc/state", "in_sync\n");
    host.partition("md1", 1, "259:0", 100000);
    const FoundTable table{{.type = "dos", .id = "0x55667788"}, {{.number = 1, .start = 1048576, .size = 51200000, .type = "83", .uuid = "55667788-01"}}};
    host.probe.tables["/dev/md1"] = table;
    host.probe.tables["/dev/sdc"] = table;  // metadata at the end: the member shows the table of the array
    host.probe.signatures["/dev/md1p1"] = {"jfs", "", ""};
    host.file("/proc/self/mountinfo", "25 1 9:0 / / rw - jfs /dev/md0 rw\n26 25 259:0 / /srv rw - jfs /dev/md1p1 rw\n");
    const auto scan = host.scan();
    const auto* partition = layout::find(scan.layout, "part:md1p1");
    REQUIRE(partition != nullptr);
    CHECK(partition->on == std::vector<std::string>{"md:md1"});
    CHECK(layout::path_of(*partition) == "/dev/md1p1");
    CHECK(std::get<layout::MdArray>(layout::find(scan.layout, "md:md1")->what).table == table.table);
    CHECK_FALSE(std::get<layout::Disk>(layout::find(scan.layout, "disk:sdc")->what).table);
    CHECK(layout::find(scan.layout, "part:sdc1") == nullptr);
}

TEST_CASE("a degraded array is recorded with its full count, and the operator hears of it") {
    Host host;
    host.member("sdb1", "none", "faulty");
    const auto scan = host.scan();
    CHECK(array_of(scan).devices == 2);
    CHECK(array_of(scan).members.size() == 1);
    REQUIRE(scan.warnings.size() == 2);
    CHECK_THAT(scan.warnings[0], Contains("/dev/sdb1 in /dev/md0 is faulty"));
    CHECK_THAT(scan.warnings[1], Contains("/dev/md0 runs without its member 1 of 2"));
    CHECK(layout::find(scan.layout, "disk:sdb") == nullptr);
}

TEST_CASE("a member that dropped out takes its place again") {
    Host host;
    host.disk("sdc", "8:32", 400000, "pci0/ata3");
    host.partition("sdc", 1, "8:33", 200000);
    host.probe.tables["/dev/sdc"] = host.probe.tables["/dev/sdb"];
    host.udev("8:33", "E:ID_FS_TYPE=linux_raid_member\nE:ID_FS_UUID=cfd49123-4b87-266e-aafe-c1d19d17fc59\n");
    host.member("sdb1", "none", "faulty");
    const auto scan = host.scan();
    CHECK(layout::find(scan.layout, "md:md0")->on == std::vector<std::string>{"part:sda1", "part:sdc1"});
    CHECK(array_of(scan).members[1] == layout::MdMember{"1", false, false, 1048576});
    CHECK_THAT(scan.warnings.back(), Contains("/dev/sdc1 has dropped out of /dev/md0"));
}

TEST_CASE("what cannot be made by mdadm is refused by name") {
    const auto refusal = [](const std::map<std::string, std::string>& attributes) {
        Host host;
        for (const auto& [name, value] : attributes) {
            host.attribute("md0", "md/" + name, value + "\n");
        }
        const auto scan = host.scan();
        const auto* node = layout::find(scan.layout, "device:md0");
        REQUIRE(node != nullptr);
        CHECK(node->on.size() == 2);
        return layout::kind_of(*node);
    };
    CHECK(refusal({{"sync_action", "reshape"}}) == "Linux software RAID (raid1) that is being reshaped");
    CHECK(refusal({{"reshape_position", "4096"}}) == "Linux software RAID (raid1) that is being reshaped");
    CHECK(refusal({{"metadata_version", "external:imsm"}}) == "firmware RAID (imsm)");
    CHECK(refusal({{"metadata_version", "external:/md127/0"}}) == "firmware RAID (array in a container)");
    CHECK(refusal({{"bitmap/location", "file"}}) == "Linux software RAID (raid1) with its bitmap in a file");
    CHECK(refusal({{"bitmap/metadata", "clustered"}}) == "Linux software RAID (raid1) with a cluster's bitmap");
    CHECK(refusal({{"metadata_version", "none"}}) == "Linux software RAID (raid1) without metadata");
}

TEST_CASE("an array that is being rebuilt can be backed up") {
    Host host;
    host.attribute("md0", "md/sync_action", "recover\n");
    const auto scan = host.scan();
    REQUIRE(scan.warnings.size() == 1);
    CHECK_THAT(scan.warnings[0], Contains("/dev/md0 is being rebuilt"));
}
