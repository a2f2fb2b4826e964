// SPDX-License-Identifier: GPL-3.0-or-later
// Which files a scan takes for swap files, and what it learns of them.
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/scan/recorded_host.h"
#include "core/scan/scan_host.h"
#include "tests/unit/core_scan/sysfs_host.h"

using namespace nrear;
using namespace nrear::scan;
using Catch::Matchers::Contains;

namespace {

/// None that a scan may run, but stat where SELinux labels files.
class Programs final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command& command) override {
        if (command.argv.front() != "stat") {
            return {};
        }
        CHECK(command.argv.back() == "/swapfile");
        return label_status == 0 ? base::CommandResult{.output = "system_u:object_r:swapfile_t:s0\n"} : base::CommandResult{.status = 1, .error_output = "stat: no label\n"};
    }
    int label_status = 0;
    bool exists(const std::string&) override { return false; }
};

constexpr const char* kUuid = "11111111-2222-4333-8444-555566667777";
constexpr const char* kHeader = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

/// "/" on sda1, "/data" on sda2, a network file system on /net, a directory of /data bound to /mnt/bound.
struct Host : test::SysfsHost {
    Host() {
        disk("sda", "8:0", 8388608, "pci0/ata1");
        partition("sda", 1, "8:1", 2000000);
        partition("sda", 2, "8:2", 2000000);
        probe.tables["/dev/sda"] = {{.type = "dos", .id = "0x11223344"},
                                    {{.number = 1, .start = 1048576, .size = 1024000000, .type = "83"}, {.number = 2, .start = 2097152000, .size = 1024000000, .type = "83"}}};
        file("/proc/self/mountinfo",
             "25 1 8:1 / / rw,relatime - jfs /dev/sda1 rw\n26 25 8:2 / /data rw - jfs /dev/sda2 rw\n27 25 0:40 / /net rw - nfs4 filer:/x rw\n"
             "28 25 8:2 /sub /mnt/bound rw - jfs /dev/sda2 rw\n");
    }
    void swap_file(const std::string& path, std::uint64_t size = 67108864) {
        file(path, "x");
        probe.signatures[path] = {.type = "swap", .label = "", .uuid = kUuid, .page_size = 4096};
        probe.sizes[path] = size;
    }
    void swaps(const std::string& rows) { file("/proc/swaps", kHeader + rows); }
    Scan scan() { return scan_host(root(), programs, probe); }

    test::FakeProbe probe;
    Programs programs;
};

std::vector<std::string> swap_files(const Scan& scan) {
    std::vector<std::string> found;
    layout::each<layout::SwapFile>(scan.layout, [&](const layout::Node& node, const layout::SwapFile& swap) {
        REQUIRE(node.on.size() == 1);
        found.push_back(swap.path + " on " + node.on.front());
    });
    return found;
}

std::string warnings(const Scan& scan) { return base::join(scan.warnings, "\n"); }

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("a swap file in use is recorded with its header and the size of the file") {
    Host host;
    host.swap_file("/data/swap file", 67108868);
    host.probe.signatures["/data/swap file"] = {.type = "swap", .label = "more", .uuid = kUuid, .page_size = 65536};
    host.swaps("/data/swap\\040file                          file\t\t65472\t\t0\t\t7\n");
    const auto scan = host.scan();
    const auto* node = layout::find(scan.layout, "swapfile:/data/swap file");
    REQUIRE(node != nullptr);
    CHECK(node->on == std::vector<layout::NodeId>{"mount:/data"});
    CHECK(std::get<layout::SwapFile>(node->what) ==
          layout::SwapFile{.path = "/data/swap file", .uuid = kUuid, .label = "more", .page_size = 65536, .size = 67108868});
    CHECK(scan.warnings.empty());
}

TEST_CASE("where SELinux is on, a swap file is recorded with its label") {
    Host host;
    host.swap_file("/swapfile");
    host.swaps("/swapfile file 65532 0 -2\n");
    const auto label = [&] { return std::get<layout::SwapFile>(layout::find(host.scan().layout, "swapfile:/swapfile")->what).selinux_label; };
    CHECK(label().empty());
    host.file("/sys/fs/selinux/enforce", "1");
    CHECK(label() == "system_u:object_r:swapfile_t:s0");
    host.programs.label_status = 1;
    CHECK(label().empty());
    CHECK_THAT(warnings(host.scan()), Contains("/swapfile cannot be read (stat: no label)"));
}

TEST_CASE("a swap file that fstab lists and that is off counts when it has a swap header") {
    Host host;
    host.swap_file("/swap1");
    host.swap_file("/data/swap2");
    host.file("/data/images", "x");
    host.file("/etc/fstab", "/swap1 none swap sw,pri=3 0 0\n/link none swap noauto 0 0\n/data/images none swap sw 0 0\n/missing none swap sw 0 0\n/dev/sda3 none swap sw 0 0\n"
                            "/data none swap sw 0 0\nUUID=1 none swap sw 0 0\n/net/swap none swap sw 0 0\n");
    REQUIRE(symlink("/data/swap2", host.root().path("/link").c_str()) == 0);
    host.file("/net/swap", "x");
    host.probe.broken["/net/swap"] = true;  // must not be touched
    host.swaps("/swap1 file 65532 0 3\n");
    const auto scan = host.scan();
    CHECK(swap_files(scan) == Found{"/swap1 on mount:/", "/data/swap2 on mount:/data"});
    CHECK(scan.warnings.empty());
}

TEST_CASE("a swap file that is seen by a bind mount is recorded where its file system comes back") {
    Host host;
    host.swap_file("/data/sub/swap");
    host.swaps("/mnt/bound/swap file 65532 0 -2\n");
    CHECK(swap_files(host.scan()) == Found{"/data/sub/swap on mount:/data"});
}

TEST_CASE("a swap file is left out with its file system") {
    Host host;
    host.swap_file("/data/swap");
    host.file("/etc/fstab", "/data/swap none swap sw 0 0\n");
    host.swaps("/data/swap file 65532 0 -2\n");
    ScanOptions options;
    options.exclude_mountpoints = {"/data"};
    const auto scan = scan_host(host.root(), host.programs, host.probe, options);
    CHECK(swap_files(scan).empty());
    CHECK_THAT(warnings(scan), Contains("the swap file /data/swap is in use and does not come back"));
}

TEST_CASE("a swap file that nobody sees any more is told of") {
    Host host;
    host.swaps("/old\\040(deleted) file 65532 0 -2\n");
    const auto scan = host.scan();
    CHECK(swap_files(scan).empty());
    CHECK_THAT(warnings(scan), Contains("the swap file /old (deleted) is in use but is not to be seen"));
}

TEST_CASE("memory and devices are no swap files") {
    Host host;
    host.disk("zram0", "252:0", 2000000, "virtual/zram");
    host.swaps("/dev/zram0 partition 999996 0 100\n");
    CHECK(swap_files(host.scan()).empty());
}

TEST_CASE("resume_offset= names a place on the disk that is another one after recover") {
    Host host;
    host.file("/proc/cmdline", "root=/dev/sda1 resume=/dev/sda1 resume_offset=34816 quiet\n");
    CHECK(host.scan().warnings.empty());
    host.swap_file("/swapfile");
    host.swaps("/swapfile file 65532 0 -2\n");
    CHECK_THAT(warnings(host.scan()), Contains("resume_offset=34816: where /swapfile begins"));
}

TEST_CASE("a recorded host keeps the header and the size of its swap file, not its content") {
    Host host;
    host.file("/proc/self/mountinfo", "25 1 8:1 / / rw,relatime - jfs /dev/sda1 rw\n");
    host.swap_file("/swapfile");
    host.swaps("/swapfile file 65532 0 -2\n");
    const base::TempDir place;
    const auto directory = place.path() + "/record";
    const auto record = record_host(host.root().path("/"), host.programs, host.probe, directory);
    CHECK(record.scan_error.empty());
    CHECK(record.faithful);
    RecordedCommandRunner runner(directory + "/commands.json");
    RecordedBlockProbe probe(directory + "/blkid.json");
    const base::Root root(directory + "/root");
    const auto scan = scan_host(root, runner, probe);
    CHECK(swap_files(scan) == Found{"/swapfile on mount:/"});
    CHECK(scan.layout == host.scan().layout);
    CHECK(root.read("/swapfile").empty());
    CHECK_THROWS_WITH(probe.size("/dev/sda1"), Contains("/dev/sda1"));
}
