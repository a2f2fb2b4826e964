// SPDX-License-Identifier: GPL-3.0-or-later
// Recording a host: the record scans to the same layout, and says nothing of whose host it was.
#include <catch2/catch.hpp>
#include <span>

#include "core/base/command.h"
#include "core/base/error.h"
#include "core/layout/layout.h"
#include "core/layout/layout_json.h"
#include "core/scan/disguise.h"
#include "core/scan/recorded_host.h"
#include "core/scan/recorded_tree.h"
#include "core/scan/scan_host.h"
#include "core/scan/scan_network.h"
#include "tests/unit/core_scan/sysfs_host.h"

using namespace nrear;
using namespace nrear::scan;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kSerial = "S21NXAG0123";
constexpr const char* kWwn = "5000c500a1b2c3d4";

/// Says what `ip` says, and that there is no sfdisk.
class FewPrograms final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command& command) override {
        const bool addresses = command.argv.size() > 2 && command.argv[2] == "addr";
        return {.output = addresses ? "2: eth0    inet 10.20.30.40/24 brd 10.20.30.255 scope global eth0\n" : ""};
    }
    bool exists(const std::string&) override { return false; }
};

void make_host(test::SysfsHost& host, test::FakeProbe& probe) {
    host.disk("sda", "8:0", 8388608, "pci0/ata1/host0/target0:0:0/0:0:0:0");
    host.partition("sda", 1, "8:1", 4194304);
    host.attribute("sda", "device/wwid", base::cat("naa.", kWwn, "\n"));
    host.udev("8:0", base::cat("S:disk/by-id/wwn-0x", kWwn, "\nE:ID_SERIAL=Disk_Maker_", kSerial, "\nE:ID_SERIAL_SHORT=", kSerial, "\nE:ID_WWN=0x", kWwn, "\nE:ID_PATH=pci-0000:00:1f.2-ata-1\n"));
    host.file("/proc/self/mountinfo", "25 1 8:1 / / rw,relatime - reiserfs /dev/sda1 rw\n40 25 0:40 / /net rw - nfs4 filer.corp.invalid:/export rw\n");
    host.file("/proc/sys/kernel/hostname", "ctl-berlin-7.corp.invalid\n");
    host.file("/proc/cmdline", "root=/dev/sda1 ip=10.20.30.40::10.20.30.1:255.255.255.0:ctl-berlin-7:eth0:none rd.iscsi.password=hush\n");
    host.file("/etc/fstab", "/dev/sda1 / reiserfs defaults 0 0\n//filer/share /smb cifs username=ann,password=hush,rw 0 0\n");
    host.file("/sys/devices/pci0/net/eth0/address", "52:54:00:ab:cd:ef\n");
    host.file("/sys/devices/pci0/net/eth0/device/uevent", "");
    base::make_directories(host.root().path("/sys/class/net"));
    REQUIRE(symlink("/sys/devices/pci0/net/eth0", host.root().path("/sys/class/net/eth0").c_str()) == 0);
    host.file("/etc/shadow", "root:hush:1::::::\n");
    probe.signatures["/dev/sda1"] = {"reiserfs", "ctl-berlin-7-root", "11111111-2222-4333-8444-555566667777"};
    FoundTable table{{.type = "dos", .id = "0x11223344"}, {{.number = 1, .start = 1048576, .size = 2147483648, .type = "83", .uuid = "11223344-01"}}};
    probe.tables["/dev/sda"] = table;
}

struct OneDiskHost {
    OneDiskHost() { make_host(host, probe); }
    test::SysfsHost host;
    test::FakeProbe probe;
};

/// Every file below, and every symlink's target, in one string.
std::string everything_in(const base::Root& root, const std::string& directory) {
    std::string all;
    for (const auto& name : root.list(directory)) {
        const auto path = directory + "/" + name;
        const auto target = root.read_link(path);
        all += path + "\n" + target.value_or("") + "\n";
        all += target ? "" : root.is_directory(path) ? everything_in(root, path) : root.read(path);
    }
    return all;
}

}  // namespace

TEST_CASE("a recorded host scans to the same layout, and tells nobody whose it was") {
    OneDiskHost made;
    auto& [host, probe] = made;
    FewPrograms programs;
    const base::TempDir place;
    const auto directory = place.path() + "/record";
    const auto record = record_host(host.root().path("/"), programs, probe, directory);
    CHECK(record.scan_error.empty());
    CHECK(record.faithful);

    const base::Root root(directory + "/root");
    RecordedCommandRunner runner(directory + "/commands.json");
    RecordedBlockProbe recorded(directory + "/blkid.json");
    auto before = scan_host(host.root(), programs, probe).layout;
    auto after = scan_host(root, runner, recorded).layout;
    auto& disk = std::get<layout::Disk>(before.nodes.front().what).facts;
    const auto& disguised = std::get<layout::Disk>(after.nodes.front().what).facts;
    CHECK(disk.serial == kSerial);
    CHECK(disk.wwn == base::cat("0x", kWwn));
    CHECK(disguised.serial.size() == disk.serial.size());
    CHECK(disguised.wwn.size() == disk.wwn.size());
    CHECK(disguised.by_path == disk.by_path);
    CHECK(after.nodes.size() == before.nodes.size());
    CHECK(after.host.name.size() == before.host.name.size());
    const auto network = scan_network(root, runner);
    REQUIRE(network.interfaces.size() == 1);
    CHECK(network.interfaces.front().addresses == std::vector<std::string>{"198.18.30.40/24"});
    CHECK(network.interfaces.front().mac == "02:00:00:00:00:01");
    CHECK_FALSE(runner.exists("sfdisk"));

    const auto all = everything_in(base::Root(directory), "");
    for (const char* secret : {kSerial, kWwn, "berlin", "corp", "filer", "hush", "ann", "10.20.", "52:54:00", "ab:cd:ef"}) {
        INFO(secret);
        CHECK_THAT(all, !Contains(secret));
    }
    CHECK_THAT(all, Contains("11111111-2222-4333-8444-555566667777") && Contains("0x11223344"));
    CHECK_FALSE(root.exists("/etc/shadow"));
}

TEST_CASE("a host that cannot be scanned is recorded as far as it was read") {
    OneDiskHost made;
    auto& [host, probe] = made;
    probe.broken["/dev/sda"] = true;
    FewPrograms programs;
    const base::TempDir place;
    const auto record = record_host(host.root().path("/"), programs, probe, place.path() + "/record");
    CHECK_THAT(record.scan_error, Contains("/dev/sda"));
    CHECK(base::Root(place.path() + "/record/root").exists("/sys/class/block/sda1"));
}

TEST_CASE("a host without the program that tells of its network is recorded with all of its storage") {
    class NoIp final : public base::CommandRunner {
    public:
        base::CommandResult run(const base::Command& command) override { throw Error(ErrorKind::kGeneral, "run " + command.argv.front(), "there is no such program"); }
        bool exists(const std::string&) override { return false; }
    };
    OneDiskHost made;
    auto& [host, probe] = made;
    NoIp programs;
    const base::TempDir place;
    const auto directory = place.path() + "/record";
    const auto record = record_host(host.root().path("/"), programs, probe, directory);
    CHECK_THAT(record.scan_error, Contains("run ip"));
    CHECK(record.faithful);
    RecordedCommandRunner runner(directory + "/commands.json");
    RecordedBlockProbe recorded(directory + "/blkid.json");
    const auto scan = scan_host(base::Root(directory + "/root"), runner, recorded);
    CHECK(scan.layout.nodes.size() == scan_host(host.root(), programs, probe).layout.nodes.size());
}

TEST_CASE("names that are not UTF-8 are recorded as they are") {
    const std::string place_of_data = "/srv/\xff\xe4";
    OneDiskHost made;
    auto& [host, probe] = made;
    host.partition("sda", 2, "8:2", 1000);
    probe.tables["/dev/sda"].partitions.push_back({.number = 2, .start = 3221225472, .size = 512000, .type = "83", .uuid = "11223344-02"});
    probe.signatures["/dev/sda1"].label = "\xfc" "ber";
    host.file("/proc/self/mountinfo", "25 1 8:1 / / rw - reiserfs /dev/sda1 rw\n26 25 8:2 / " + place_of_data + " rw - reiserfs /dev/sda2 rw\n");
    host.file("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n" + place_of_data + "/swap file 1000 0 -2\n");
    host.file(place_of_data + "/swap", "x");
    probe.signatures[place_of_data + "/swap"] = {.type = "swap", .label = "\xfe", .uuid = "11111111-2222-4333-8444-555566667777"};
    probe.sizes[place_of_data + "/swap"] = 1024000;
    FewPrograms programs;
    const base::TempDir place;
    const auto directory = place.path() + "/record";
    const auto record = record_host(host.root().path("/"), programs, probe, directory);
    CHECK(record.scan_error.empty());
    CHECK(record.faithful);
    RecordedCommandRunner runner(directory + "/commands.json");
    RecordedBlockProbe recorded(directory + "/blkid.json");
    const auto layout = scan_host(base::Root(directory + "/root"), runner, recorded).layout;
    CHECK(layout::find(layout, "mount:" + place_of_data) != nullptr);
    const auto* swap = layout::find(layout, "swapfile:" + place_of_data + "/swap");
    REQUIRE(swap != nullptr);
    CHECK(std::get<layout::SwapFile>(swap->what).label == "\xfe");
    CHECK(layout::from_json(layout::to_json(layout)) == layout);
}

TEST_CASE("what was read from a device says no more of the machine than the rest") {
    OneDiskHost made;
    auto& [host, probe] = made;
    host.file("/proc/self/mountinfo", "25 1 8:1 / / rw,relatime - xfs /dev/sda1 rw\n");
    const auto secrets = base::cat("ctl-berlin-7", std::string(1, '\xff'), kSerial);
    const std::string superblock = "XFSB" + std::string(1, '\0') + secrets + "\x01";
    probe.contents["/dev/sda1"] = superblock;
    FewPrograms programs;
    const base::TempDir place;
    const auto directory = place.path() + "/record";
    CHECK_THAT(record_host(host.root().path("/"), programs, probe, directory).scan_error, Contains("XFS"));  // but what was read is there
    const auto hex = [](const std::string& bytes) { return base::to_hex(std::as_bytes(std::span(bytes))); };
    const auto text = base::Root(directory).read("/blkid.json");
    CHECK_THAT(text, Contains("\"hex\": \"" + hex("XFSB")) && Contains(base::cat("\"length\": ", superblock.size())));
    CHECK_THAT(text, !Contains(hex("berlin")) && !Contains(hex(kSerial)));
}

TEST_CASE("nothing is recorded over what is there") {
    OneDiskHost made;
    auto& [host, probe] = made;
    FewPrograms programs;
    const base::TempDir place;
    base::write_file(place.path() + "/mine", "x");
    CHECK_THROWS_WITH(record_host(host.root().path("/"), programs, probe, place.path()), Contains("exists already"));
    CHECK(base::Root(place.path()).list("/") == std::vector<std::string>{"mine"});
}

TEST_CASE("a recorded tree answers as the root did") {
    const base::TempDir from;
    const auto file = [&](const std::string& path, const std::string& text) {
        base::make_directories(from.path() + path.substr(0, path.rfind('/')));
        base::write_file(from.path() + path, text);
    };
    file("/a/read", "text");
    file("/a/seen", "long text that nobody read");
    file("/a/never", "");
    file("/b/x/y", "");
    REQUIRE(symlink("/a", (from.path() + "/b/link").c_str()) == 0);
    base::make_directories(from.path() + "/empty");
    base::make_directories(from.path() + "/proc/77");
    base::write_file(from.path() + "/proc/77/mountinfo", "mounts");
    REQUIRE(symlink("77", (from.path() + "/proc/self").c_str()) == 0);

    RecordedTree tree;
    const auto look = [](const base::Root& root) {
        return root.read("/b/link/read") + (root.exists("/a/seen") ? "1" : "0") + (root.exists("/a/none") ? "1" : "0") + base::join(root.list("/b/x"), ",") +
               (root.is_directory("/empty") ? "1" : "0") + root.read("/proc/self/mountinfo") + base::join(root.list("/empty/none"), ",");
    };
    const auto expected = look(base::Root(from.path(), &tree));
    const base::TempDir to;
    tree.write(to.path(), [](const std::string& text) { return text; });
    CHECK(look(base::Root(to.path())) == expected);
    CHECK(expected == "text10y1mounts");
    CHECK_FALSE(base::Root(to.path()).exists("/a/never"));
    CHECK(base::Root(to.path()).read("/a/seen").empty());
    CHECK(base::Root(to.path()).read_link("/b/link") == "../a");
    CHECK(base::Root(to.path()).exists("/proc/self/mountinfo"));
    CHECK_FALSE(base::Root(to.path()).exists("/proc/77"));
}

TEST_CASE("the same thing gets the same disguise, of the same form") {
    Disguise disguise;
    disguise.learn_identifier("naa.5000c500a1b2c3d4");
    disguise.learn_identifier("0x5000c500a1b2c3d4");
    disguise.learn_identifier("WD-WX11A");
    disguise.learn_name("ctl-7");
    const auto wwn = disguise.apply("wwn-0x5000c500a1b2c3d4");
    CHECK(wwn.size() == 22);
    CHECK(wwn != "wwn-0x5000c500a1b2c3d4");
    CHECK(disguise.apply("35000c500a1b2c3d4") == "3" + wwn.substr(6));
    CHECK(disguise.apply("ata-WDC_WD-WX11A-part1") == base::cat("ata-WDC_", disguise.apply("WD-WX11A"), "-part1"));
    CHECK(disguise.apply("XWD-WX11AX") == "XWD-WX11AX");
    CHECK(base::replace_all(disguise.apply("ctl-7"), "-", "--") == disguise.apply("ctl--7"));
}

TEST_CASE("what names nobody stays") {
    Disguise disguise;
    for (const char* name : {"localhost", "root", "a"}) {
        disguise.learn_name(name);
    }
    for (const char* serial : {"QM01", "0000000000", ""}) {
        disguise.learn_identifier(serial);
    }
    for (const char* text : {"localhost root a", "QM01 0000000000", "127.0.0.1 0.0.0.0 255.255.255.0 192.0.2.7", "::1 fe80::1 2001:db8::7", "00:00:00:00:00:00", "pci-0000:00:1f.2-ata-1",
                             "4.18.0-305.3.1.el8", "6f1a2b3c-0000-4000-8000-000000000002", "a1b2c3d4:e5f60718:293a4b5c:6d7e8f90", "2 0:0:0:0 8:16"}) {
        CHECK(disguise.apply(text) == text);
    }
}

TEST_CASE("addresses keep what makes them neighbours") {
    Disguise disguise;
    CHECK(disguise.apply("10.1.2.3/24 via 10.1.2.254, 172.16.0.9") == "198.18.2.3/24 via 198.18.2.254, 198.19.0.9");
    CHECK(disguise.apply("2a02:123:4:5::7/64 2a02:123:4:5::1") == "2001:db8:1:5::7/64 2001:db8:1:5::1");
    CHECK(disguise.apply("eth0:52:54:00:12:34:56 BOOTIF=01-52-54-00-12-34-56") == "eth0:02:00:00:00:00:01 BOOTIF=01-02-00-00-00-00-01");
    CHECK(disguise.apply("ip-10.1.2.3:3260-iscsi-iqn.2001-04.com.corp:disk-lun-1") == "ip-198.18.2.3:3260-iscsi-iqn.2001-04.aaa.aaaa:aaa1-lun-1");
    CHECK(disguise.apply("sftp://ann:hush@host/x,user=ann,password=hush") == "sftp://ann:***@host/x,user=xxx,password=xxxx");
}
