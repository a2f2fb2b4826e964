// SPDX-License-Identifier: GPL-3.0-or-later
// Fewer disks than before: what is left out, what moves, what makes do with less, and what refuses.
#include "core/plan/leave_out.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/judge.h"
#include "core/layout/unsupported.h"
#include "core/plan/fit.h"
#include "core/plan/imagined_disks.h"
#include "core/plan/make_plan.h"
#include "tests/support/random_layout.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using Catch::Contains;
using layout::Layout;

namespace {

constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kExtent = 4 * kMiB;

std::string text(const std::vector<std::string>& lines) { return base::join(lines, "\n"); }

Error error_of(const Layout& layout, const std::vector<layout::NodeId>& disks) {
    try {
        leave_out(layout, disks);
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::kGeneral, "no error was thrown");
}

template <class T>
T& get(Layout& layout, const char* id) {
    return std::get<T>(layout::find(layout, id)->what);
}

/// sample_layout() and vdb: a swap partition, and a file system with data on /srv, with a mount point and a swap file in it.
Layout with_data_disk() {
    auto layout = layout::test::sample_layout();
    get<layout::ExtFilesystem>(layout, "fs:vda2").used = 2 * kGiB;
    layout::Disk disk{.facts = {.path = "/dev/vdb", .size = 5 * kGiB, .links = {"/dev/disk/by-id/virtio-DATA"}}, .table = layout::PartitionTable{.type = "gpt", .id = "G"}};
    const layout::Partition swap{.path = "/dev/vdb1", .number = 1, .start = kMiB, .size = kGiB, .type = "S", .uuid = "P-1"};
    const layout::Partition data{.path = "/dev/vdb2", .number = 2, .start = kGiB + kMiB, .size = 3 * kGiB, .type = "D", .uuid = "P-2", .name = "data"};
    const layout::ExtFilesystem ext{.path = "/dev/vdb2", .type = "ext4", .uuid = "data-uuid", .label = "DATA", .blocks = 3 * kGiB / 4096, .inodes = 1000, .used = kGiB};
    const std::vector<layout::Node> more = {
        {"disk:vdb", {}, disk},
        {"part:vdb1", {"disk:vdb"}, swap},
        {"part:vdb2", {"disk:vdb"}, data},
        {"swap:vdb1", {"part:vdb1"}, layout::Swap{.path = "/dev/vdb1", .uuid = "swap-uuid", .label = "", .fstab_spec = "UUID=swap-uuid"}},
        {"fs:vdb2", {"part:vdb2"}, ext},
        {"mount:/srv", {"fs:vdb2", "mount:/"}, layout::Mount{.mount_point = "/srv", .path = "/dev/vdb2", .type = "ext4", .fstab_spec = "LABEL=DATA"}},
        {"swapfile:/srv/swap", {"mount:/srv"}, layout::SwapFile{.path = "/srv/swap", .uuid = "f", .label = "", .size = kMiB}},
        {"dir:/srv/nfs2", {"mount:/srv"}, layout::MountPointDirectory{"/srv/nfs2", "filer:/x", "nfs4", 0755, "network file system"}}};
    layout.nodes.insert(layout.nodes.end(), more.begin(), more.end());
    return layout;
}

/// Two members of 4 GiB, an array over them, and / on it; `level` and more members as told.
Layout raid_host(const std::string& level, unsigned members, const std::string& layout_word = "") {
    Layout layout;
    layout.host = layout::test::sample_layout().host;
    layout::MdArray array{.path = "/dev/md0", .name = "node:root", .uuid = "0:1:2:3", .level = level, .metadata = "1.2", .size = 4 * kGiB, .component_size = 4 * kGiB, .devices = members, .layout = layout_word};
    layout::Node md{"md:md0", {}, {}};
    layout::Node boot{"boot", {"mount:/"}, layout::BootLoader{"grub2", "/boot/grub", "i386-pc"}};
    for (unsigned i = 0; i < members; ++i) {
        const std::string name = base::cat("vd", std::string(1, static_cast<char>('a' + i)));
        layout.nodes.push_back({"disk:" + name, {}, layout::Disk{.facts = {.path = "/dev/" + name, .size = 5 * kGiB}, .table = layout::PartitionTable{.type = "dos", .id = base::cat("0x", i + 1)}}});
        layout.nodes.push_back({base::cat("part:", name, "1"), {"disk:" + name}, layout::Partition{.path = base::cat("/dev/", name, "1"), .number = 1, .start = kMiB, .size = 4 * kGiB + 2 * kMiB, .type = "fd"}});
        md.on.push_back(base::cat("part:", name, "1"));
        array.members.push_back({.role = std::to_string(i)});
        boot.on.push_back("disk:" + name);
    }
    md.what = array;
    layout.nodes.push_back(md);
    layout.nodes.push_back({"fs:md0", {"md:md0"}, layout::ExtFilesystem{.path = "/dev/md0", .type = "ext4", .uuid = "root-uuid", .blocks = kGiB / 1024, .inodes = 1000, .used = kGiB}});
    layout.nodes.push_back({"mount:/", {"fs:md0"}, layout::Mount{.mount_point = "/", .path = "/dev/md0", .type = "ext4"}});
    layout.nodes.push_back(boot);
    return layout;
}

layout::LogicalVolume volume(const std::string& name, std::vector<layout::LvmArea> areas, std::uint64_t extents) {
    layout::LogicalVolume out{.path = "/dev/mapper/vg-" + name, .group = "vg", .name = name, .uuid = name, .type = areas.size() > 1 ? "striped" : "linear", .size = extents * kExtent, .pool = "",
                              .status = {"READ", "WRITE", "VISIBLE"}};
    layout::LvmSegment segment;
    segment.type = "striped";
    segment.extents = extents;
    segment.areas = std::move(areas);
    out.segments = {segment};
    return out;
}

/// / on a partition of vda; a volume group over vdb and vdc (1000 extents each): /var linear on both, of 300 and 400 extents, half full.
Layout lvm_host() {
    auto layout = layout::test::sample_layout();
    layout::VolumeGroup group{.name = "vg", .uuid = "vg", .extent_size = kExtent, .status = {"RESIZEABLE", "READ", "WRITE"}};
    for (const char letter : {'b', 'c'}) {
        const auto name = base::cat("vd", std::string(1, letter));
        layout.nodes.push_back({"disk:" + name, {}, layout::Disk{.facts = {.path = "/dev/" + name, .size = 1000 * kExtent + kMiB}, .table = {}}});
        layout.nodes.push_back({"pv:" + name, {"disk:" + name},
                                layout::PhysicalVolume{.path = "/dev/" + name, .uuid = "PV" + name, .group = "vg", .size = 1000 * kExtent + kMiB, .data_start = kMiB, .extents = 1000}});
    }
    auto var = volume("var", {{"PVvdb", "", 0}}, 300);
    auto rest = var.segments.front();
    rest.extents = 400;
    rest.areas = {{"PVvdc", "", 100}};
    var.segments.push_back(rest);
    var.size = 700 * kExtent;
    layout.nodes.push_back({"vg:vg", {"pv:vdb", "pv:vdc"}, group});
    layout.nodes.push_back({"lv:vg/var", {"vg:vg"}, var});
    layout.nodes.push_back({"fs:dm-0", {"lv:vg/var"}, layout::ExtFilesystem{.path = var.path, .type = "ext4", .uuid = "var-uuid", .blocks = var.size / 4096, .inodes = 1000, .used = kGiB}});
    layout.nodes.push_back({"mount:/var", {"fs:dm-0", "mount:/"}, layout::Mount{.mount_point = "/var", .path = var.path, .type = "ext4"}});
    return layout;
}

std::vector<layout::PresentDisk> disks_like(const Layout& layout, const std::vector<std::string>& absent) {
    std::vector<layout::PresentDisk> out;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
        if (std::find(absent.begin(), absent.end(), disk.facts.path) == absent.end()) {
            out.push_back({.facts = disk.facts, .blank = true});
        }
    });
    return out;
}

FitResult fit_without(const Layout& layout, const std::string& path) {
    FitOptions options;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) { options.map[disk.facts.path] = disk.facts.path == path ? kNoDisk : disk.facts.path; });
    return fit(layout, disks_like(layout, {path}), options);
}

}  // namespace

TEST_CASE("the disk that the system stands on cannot be left out") {
    const auto error = error_of(layout::test::sample_layout(), {"disk:vda"});
    CHECK(error.kind() == ErrorKind::kLayout);
    CHECK_THAT(error.why(), Contains("/ is on it") && Contains("/boot is on it") && Contains("no other disk has the boot loader"));
    CHECK_THAT(error.hint(), Contains("nothing was written") && Contains("--map /dev/vda="));
    auto layout = with_data_disk();
    get<layout::Mount>(layout, "mount:/srv").mount_point = "/usr";
    CHECK_THAT(error_of(layout, {"disk:vdb"}).why(), Contains("/usr is on it"));
}

TEST_CASE("a disk with swap and data: the files go into the file system above, the lines of fstab are named") {
    const auto left = leave_out(with_data_disk(), {"disk:vdb"});
    CHECK_NOTHROW(layout::check(left.layout));
    CHECK(layout::unsupported(left.layout).empty());
    for (const char* id : {"disk:vdb", "part:vdb1", "swap:vdb1", "fs:vdb2", "mount:/srv"}) {
        CHECK(layout::find(left.layout, id) == nullptr);
    }
    CHECK(layout::find(left.layout, "swapfile:/srv/swap")->on == std::vector<layout::NodeId>{"mount:/"});
    CHECK(layout::find(left.layout, "dir:/srv/nfs2")->on == std::vector<layout::NodeId>{"mount:/"});
    CHECK(std::get<layout::ExtFilesystem>(layout::find(left.layout, "fs:vda2")->what).used == 3 * kGiB);
    CHECK_THAT(text(left.notes), Contains("/dev/vdb is left out") && Contains("no swap space on /dev/vdb1") && Contains("/srv has no file system of its own: its files (1.0 GiB) are put into that of /"));
    for (const char* name : {"UUID=swap-uuid", "LABEL=DATA", "/dev/vdb2", "PARTUUID=P-2", "PARTLABEL=data", "/dev/disk/by-id/virtio-DATA-part1", "/dev/disk/by-uuid/data-uuid"}) {
        CHECK(std::find(left.gone.begin(), left.gone.end(), name) != left.gone.end());
    }
    const auto noresume = std::pair<std::string, std::string>("resume=UUID=swap-uuid", "noresume");
    CHECK(std::find(left.words.begin(), left.words.end(), noresume) != left.words.end());
}

TEST_CASE("a label that something else has as well is no name of what is gone") {
    auto layout = with_data_disk();
    get<layout::ExtFilesystem>(layout, "fs:vda2").label = "DATA";
    const auto left = leave_out(layout, {"disk:vdb"});
    CHECK(std::find(left.gone.begin(), left.gone.end(), "LABEL=DATA") == left.gone.end());
}

TEST_CASE("files that would not fit, of unknown size, or that would lose their encryption are refused") {
    auto layout = with_data_disk();
    get<layout::ExtFilesystem>(layout, "fs:vdb2").used = 8 * kGiB;
    try {
        fit_without(layout, "/dev/vdb");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kLayout);
        CHECK_THAT(error.what(), Contains("/dev/vda2") && Contains("9663676416 bytes"));
        CHECK_THAT(error.hint(), Contains("attach a disk"));
    }
    get<layout::ExtFilesystem>(layout, "fs:vdb2").used = 0;
    CHECK_THAT(error_of(layout, {"disk:vdb"}).why(), Contains("not known"));
    layout = with_data_disk();
    layout.nodes.push_back({"luks:data", {"part:vdb2"}, layout::LuksVolume{.path = "/dev/mapper/data", .name = "data", .uuid = "L"}});
    layout::find(layout, "fs:vdb2")->on = {"luks:data"};
    CHECK_THAT(error_of(layout, {"disk:vdb"}).why(), Contains("/srv is encrypted"));
}

TEST_CASE("the plan without a disk: nothing on it, its lines commented out, the kernel no longer told to resume from it") {
    auto layout = with_data_disk();
    layout.host.kernel_command_line = "root=UUID=x resume=UUID=swap-uuid";
    const auto fitted = fit_without(layout, "/dev/vdb");
    CHECK(fitted.left_out == std::vector<std::string>{"/dev/vdb"});
    const auto plan = make_plan(fitted.layout, {.renames = fitted.renames, .gone = fitted.gone});
    std::string titles;
    for (const auto& step : plan.steps) {
        titles += step.title + "\n";
        CHECK_THAT(step.title, !Contains("/dev/vdb"));
    }
    CHECK_THAT(titles, Contains("Comment out what was left out") && Contains("resume=UUID=swap-uuid -> noresume"));
    CHECK(std::get<RebuildInitramfs>(plan.steps.back().action).forced);
}

TEST_CASE("a mirror runs with one member, a stripe set does not; a spare takes the place of a member") {
    auto left = leave_out(raid_host("raid1", 2), {"disk:vda"});
    CHECK(layout::unsupported(left.layout).empty());
    CHECK(layout::find(left.layout, "md:md0")->on == std::vector<layout::NodeId>{"part:vdb1"});
    CHECK(layout::find(left.layout, "boot")->on == std::vector<layout::NodeId>{"mount:/", "disk:vdb"});
    CHECK_THAT(text(left.notes), Contains("/dev/md0 runs without 1 of its 2 members"));
    std::string commands;
    for (const auto& step : make_plan(left.layout).steps) {
        if (const auto* run = std::get_if<RunCommand>(&step.action); run != nullptr && run->argv.front() == "mdadm") {
            commands = base::join(run->argv, " ");
        }
    }
    CHECK_THAT(commands, Catch::EndsWith(" missing /dev/vdb1"));

    CHECK_THAT(error_of(raid_host("raid0", 2), {"disk:vda"}).why(), Contains("/ is on it"));
    CHECK_NOTHROW(leave_out(raid_host("raid5", 3), {"disk:vda"}));
    CHECK_THAT(error_of(raid_host("raid5", 3), {"disk:vda", "disk:vdb"}).why(), Contains("/ is on it"));
    CHECK_NOTHROW(leave_out(raid_host("raid10", 4, "n2"), {"disk:vda"}));
    CHECK_THAT(error_of(raid_host("raid10", 4, "n2"), {"disk:vda", "disk:vdb"}).why(), Contains("/ is on it"));

    auto layout = raid_host("raid1", 3);
    auto& array = get<layout::MdArray>(layout, "md:md0");
    array.devices = 2;
    array.members[2].role = "spare";
    left = leave_out(layout, {"disk:vda"});
    const auto& whole = std::get<layout::MdArray>(layout::find(left.layout, "md:md0")->what);
    CHECK(whole.members.at(1).role == "0");
    CHECK_THAT(text(left.notes), Contains("has a spare less"));
}

TEST_CASE("a physical volume: what was on it moves to the others, and gives way when it has to") {
    auto layout = lvm_host();
    auto fitted = fit_without(layout, "/dev/vdb");
    CHECK(fitted.changes.empty());
    CHECK_THAT(text(change_lines(fitted)), Contains("volume group vg: what was on /dev/vdb moves to its other physical volumes"));
    CHECK(layout::check_extents(fitted.layout, *layout::find(fitted.layout, "vg:vg")).empty());
    CHECK(layout::find(fitted.layout, "vg:vg")->on == std::vector<layout::NodeId>{"pv:vdc"});
    CHECK(std::get<layout::LogicalVolume>(layout::find(fitted.layout, "lv:vg/var")->what).size == 700 * kExtent);

    auto& var = get<layout::LogicalVolume>(layout, "lv:vg/var");
    var.segments[0].extents = 900;
    var.size = 1300 * kExtent;
    get<layout::ExtFilesystem>(layout, "fs:dm-0").blocks = var.size / 4096;
    fitted = fit_without(layout, "/dev/vdb");
    CHECK(std::get<layout::LogicalVolume>(layout::find(fitted.layout, "lv:vg/var")->what).size == 1000 * kExtent);
    CHECK(std::get<layout::ExtFilesystem>(layout::find(fitted.layout, "fs:dm-0")->what).blocks == 1000 * kExtent / 4096);
    CHECK(layout::check_extents(fitted.layout, *layout::find(fitted.layout, "vg:vg")).empty());

    get<layout::ExtFilesystem>(layout, "fs:dm-0").used = 1200 * kExtent;
    CHECK_THROWS_WITH(fit_without(layout, "/dev/vdb"), Contains("vg") && Contains("extents"));
}

TEST_CASE("stripes and images of RAID stay on devices of their own, or the disk stays") {
    auto layout = lvm_host();
    layout.nodes.push_back({"lv:vg/fast", {"vg:vg"}, volume("fast", {{"PVvdb", "", 500}, {"PVvdc", "", 500}}, 20)});
    CHECK_THAT(error_of(layout, {"disk:vdb"}).why(), Contains("vg/fast lies on 2 physical volumes at once (stripes), 1 is left"));
    auto only = lvm_host();
    get<layout::PhysicalVolume>(only, "pv:vdc").metadata_copies = 0;
    CHECK_THAT(error_of(only, {"disk:vdb"}).why(), Contains("only /dev/vdb holds the metadata of volume group vg"));
}

TEST_CASE("a btrfs over three disks goes on with two when its profile allows and its files fit") {
    auto layout = layout::test::sample_layout();
    layout::Node node{"fs:vdb", {}, layout::BtrfsFilesystem{.path = "/dev/vdb", .uuid = "b", .label = "", .data_profile = "raid1", .metadata_profile = "raid1", .tools = "6.2", .used = kGiB}};
    for (const char* name : {"vdb", "vdc", "vdd"}) {
        layout.nodes.push_back({base::cat("disk:", name), {}, layout::Disk{.facts = {.path = base::cat("/dev/", name), .size = 4 * kGiB}, .table = {}}});
        node.on.push_back(base::cat("disk:", name));
    }
    layout.nodes.push_back(node);
    layout.nodes.push_back({"mount:/data", {"fs:vdb", "mount:/"}, layout::Mount{.mount_point = "/data", .path = "/dev/vdb", .type = "btrfs", .subvolume = "/"}});
    const auto fitted = fit_without(layout, "/dev/vdb");
    CHECK(std::get<layout::Mount>(layout::find(fitted.layout, "mount:/data")->what).path == "/dev/vdc");
    CHECK(std::get<layout::BtrfsFilesystem>(layout::find(fitted.layout, "fs:vdb")->what).path == "/dev/vdc");
    CHECK_THAT(error_of(layout, {"disk:vdb", "disk:vdc"}).why(), Contains("raid1") && Contains("needs 2 devices, 1 is left"));
    get<layout::BtrfsFilesystem>(layout, "fs:vdb").used = 5 * kGiB;
    CHECK_THROWS_WITH(fit_without(layout, "/dev/vdb"), Contains("btrfs file system on /dev/vdc"));
}

TEST_CASE("a disk without a counterpart is offered to be left out when it can be, and named when not") {
    const auto layout = with_data_disk();
    const auto present = disks_like(layout, {"/dev/vdb"});
    auto result = fit(layout, present);
    REQUIRE(result.open.size() == 1);
    CHECK(result.open[0].candidates.empty());
    CHECK_THAT(text(result.open[0].without), Contains("/srv has no file system of its own"));
    try {
        fit(layout, present, {.unattended = true});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kLayout);
        CHECK_THAT(error.hint(), Contains("--map /dev/vdb=none"));
    }
    result = fit(layout, present, {.map = {{"vdb", kNoDisk}}, .unattended = true});
    CHECK(result.open.empty());
    CHECK(result.matches.size() == 1);
    try {
        fit(layout::test::sample_layout(), {});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK_THAT(error.hint(), Contains("it cannot be left out: / is on it"));
    }
    CHECK_THROWS_WITH(fit(layout, present, {.map = {{"vdx", kNoDisk}}}), Contains("knows no disk vdx"));
}

TEST_CASE("nothing happens to disks that the recorded machine did not have") {
    const auto layout = with_data_disk();
    auto present = disks_like(layout, {});
    const auto before = fit(layout, present);
    present.push_back({.facts = {.path = "/dev/vdc", .size = 50 * kGiB, .serial = "NEW"}, .blank = true});
    present.push_back({.facts = {.path = "/dev/vdd", .size = 5 * kGiB, .serial = "OLD"}});
    const auto after = fit(layout, present);
    CHECK(after.layout == before.layout);
    CHECK(after.open.empty());
    CHECK(make_plan(after.layout) == make_plan(before.layout));
}

TEST_CASE("plan --disk vdb=none imagines a machine without it") {
    const auto layout = with_data_disk();
    const auto wish = parse_imagined_disk("vdb=none");
    CHECK(wish.absent);
    const auto machine = imagine(layout, {wish});
    CHECK(machine.disks.size() == 1);
    CHECK(machine.map.at("/dev/vdb") == kNoDisk);
    CHECK(fit(layout, machine.disks, {.map = machine.map}).left_out.size() == 1);
}

TEST_CASE("property: without any one disk a layout is refused, or whole and without a trace of it") {
    std::size_t done = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        auto layout = test::random_layout(seed);
        for (auto& node : layout.nodes) {
            std::visit(
                [](auto& what) {
                    if constexpr (requires { what.used = 1; }) {
                        what.used = kMiB;
                    }
                },
                node.what);
        }
        layout::each<layout::Disk>(layout, [&](const layout::Node& node, const layout::Disk& disk) {
            try {
                const auto left = leave_out(layout, {node.id});
                CHECK_NOTHROW(layout::check(left.layout));
                CHECK(layout::unsupported(left.layout).empty());
                CHECK(layout::find(left.layout, node.id) == nullptr);
                CHECK_FALSE(left.notes.empty());
                for (const auto& step : make_plan(left.layout).steps) {
                    CHECK_THAT(step.title, !Catch::EndsWith(" " + disk.facts.path) && !Contains(disk.facts.path + " "));
                }
                ++done;
            } catch (const Error& error) {
                CHECK(error.kind() == ErrorKind::kLayout);
                CHECK_FALSE(error.hint().empty());
            }
        });
    }
    CHECK(done > 20);
}

}  // namespace nrear::plan
