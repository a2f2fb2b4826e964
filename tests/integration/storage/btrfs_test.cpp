// SPDX-License-Identifier: GPL-3.0-or-later
// btrfs file systems of many shapes on loop devices, made again by the plan's commands and compared by what the btrfs tools show.
#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>

#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "core/plan/execute.h"
#include "core/plan/plan_steps.h"
#include "core/scan/btrfs_facts.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

using layout::BtrfsFilesystem;

/// A sparse file as a block device.
class Loop {
public:
    Loop(const base::TempDir& directory, const std::string& name, std::uint64_t size) {
        path_ = std::string(base::trim(run({"losetup", "--show", "-f", make_image(directory, name, size)})));
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() {
        base::PosixCommandRunner runner;
        runner.run({.argv = {"losetup", "-d", path_}});
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// The file system's top level, mounted for a scope.
class Mounted {
public:
    Mounted(const base::TempDir& directory, const std::vector<std::string>& devices) : path(directory.path() + "/mnt") {
        base::make_directories(path);
        std::string options = "subvolid=5";
        for (const auto& device : devices) {
            options += ",device=" + device;
        }
        run({"mount", "-t", "btrfs", "-o", options, devices.front(), path});
    }
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;
    ~Mounted() { base::unmount_below(path, true); }
    const std::string path;
};

/// What the tools show of shape and identity, without what no file system shares with its copy.
std::vector<std::string> shape(const base::TempDir& directory, const std::vector<std::string>& devices) {
    std::vector<std::string> lines;
    for (const auto& line : base::split_lines(run({"btrfs", "inspect-internal", "dump-super", devices.front()}))) {
        for (const char* name : {"csum_type", "fsid", "label", "total_bytes", "sectorsize", "nodesize", "num_devices", "compat_ro_flags", "incompat_flags", "dev_item.devid"}) {
            if (line.starts_with(name)) {
                lines.push_back(line);
            }
        }
    }
    const Mounted mounted(directory, devices);
    const auto profiles = scan::parse_btrfs_df(run({"btrfs", "filesystem", "df", "--raw", mounted.path}));
    lines.push_back(base::cat(profiles.data, " ", profiles.metadata));
    for (const auto& subvolume : scan::parse_btrfs_subvolumes(run({"btrfs", "subvolume", "list", "-p", "-u", "-q", mounted.path}), 5)) {
        const auto path = mounted.path + "/" + subvolume.path;
        lines.push_back(base::cat(subvolume.path, " ", run({"lsattr", "-d", path}).substr(0, 22), " ", run({"btrfs", "property", "get", "-t", "inode", path, "compression"}),
                                  run({"btrfs", "property", "get", "-t", "subvol", path, "ro"})));
    }
    const auto chosen = run({"btrfs", "subvolume", "get-default", mounted.path});
    lines.push_back(chosen.substr(chosen.find(" path ") == std::string::npos ? 0 : chosen.find(" path ")));
    return lines;
}

std::string blkid(const std::string& device, const char* tag) {
    base::PosixCommandRunner runner;  // its status is 2 where there is no such tag
    return std::string(base::trim(runner.run({.argv = {"blkid", "-p", "-o", "value", "-s", tag, device}}).output));
}

BtrfsFilesystem recorded(const base::TempDir& directory, const std::vector<std::string>& devices) {
    BtrfsFilesystem btrfs{.path = devices.front(), .uuid = blkid(devices.front(), "UUID"), .label = blkid(devices.front(), "LABEL")};
    btrfs.tools = scan::parse_btrfs_version(run({"btrfs", "--version"}));
    scan::parse_btrfs_super(run({"btrfs", "inspect-internal", "dump-super", devices.front()}), btrfs);
    const auto chunks = scan::parse_btrfs_chunks(run({"btrfs", "inspect-internal", "dump-tree", "-t", "3", devices.front()}));
    const Mounted mounted(directory, devices);
    const auto profiles = scan::parse_btrfs_df(run({"btrfs", "filesystem", "df", "--raw", mounted.path}));
    CHECK(chunks.data == profiles.data);
    CHECK(chunks.metadata == profiles.metadata);
    btrfs.data_profile = profiles.data;
    btrfs.metadata_profile = profiles.metadata;
    const auto read_only = scan::parse_btrfs_ids(run({"btrfs", "subvolume", "list", "-r", mounted.path}));
    const auto chosen = scan::parse_btrfs_ids(run({"btrfs", "subvolume", "get-default", mounted.path}));
    for (const auto& found : scan::parse_btrfs_subvolumes(run({"btrfs", "subvolume", "list", "-p", "-u", "-q", mounted.path}), 5)) {
        const auto path = mounted.path + "/" + found.path;
        btrfs.subvolumes.push_back({.id = found.id, .path = found.path, .read_only = std::count(read_only.begin(), read_only.end(), found.id) > 0,
                                    .compression = scan::parse_btrfs_compression(run({"btrfs", "property", "get", "-t", "inode", path, "compression"})),
                                    .no_copy_on_write = run({"lsattr", "-d", path}).substr(0, 22).find('C') != std::string::npos});
        if (found.id == chosen.at(0)) {
            btrfs.default_subvolume = found.path;
        }
    }
    return btrfs;
}

/// Makes it again on the same devices, blank.
void remake(const BtrfsFilesystem& btrfs, const std::vector<std::string>& devices) {
    layout::Layout layout;
    layout::Node node{"fs:x", {}, btrfs};
    for (const auto& device : devices) {
        run({"wipefs", "-aq", device});
        layout.nodes.push_back({"disk:" + device, {}, layout::Disk{{.path = device}, {}}});
        node.on.push_back("disk:" + device);
    }
    plan::Phases phases;
    plan::plan_node(layout, node, btrfs, phases);
    base::PosixCommandRunner runner;
    plan::execute({phases.storage}, runner, {}, {});
    plan::execute({phases.last}, runner, {}, {});
}

struct Shape {
    const char* name;
    std::vector<std::string> make;  ///< options of mkfs.btrfs
    std::size_t devices;
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all = {
        {"what mkfs.btrfs makes by itself", {}, 1},
        {"as EL 7 makes them", {"-L", "old one", "-O", "^no-holes", "-R", "^free-space-tree", "-m", "dup", "-d", "single"}, 1},
        {"neither of the older features", {"-O", "^extref,^skinny-metadata,^no-holes", "-n", "4096"}, 1},
        {"another checksum, large nodes", {"--csum", "blake2", "-n", "65536"}, 1},
        {"data and metadata mixed", {"--mixed", "-n", "4096"}, 1},
        {"mirrors", {"-m", "raid1", "-d", "raid1"}, 2},
        {"metadata three times", {"-m", "raid1c3", "-d", "raid0"}, 3},
    };
    return all;
}

}  // namespace

TEST_CASE("a btrfs comes back with its features, profiles, label and UUID") {
    for (const auto& shape_of : shapes()) {
        INFO(shape_of.name);
        const base::TempDir directory;
        std::vector<std::unique_ptr<Loop>> loops;
        std::vector<std::string> devices;
        for (std::size_t i = 0; i < shape_of.devices; ++i) {
            loops.push_back(std::make_unique<Loop>(directory, base::cat("disk", i), std::uint64_t{300} << 20));
            devices.push_back(loops.back()->path());
        }
        std::vector<std::string> make{"mkfs.btrfs", "-q"};
        make.insert(make.end(), shape_of.make.begin(), shape_of.make.end());
        make.insert(make.end(), devices.begin(), devices.end());
        run(make);
        const auto before = shape(directory, devices);
        remake(recorded(directory, devices), devices);
        CHECK(shape(directory, devices) == before);
        CHECK_NOTHROW(run({"btrfs", "check", "--readonly", devices.front()}));
    }
}

TEST_CASE("a tree of subvolumes comes back, with its properties and its default") {
    const base::TempDir directory;
    const Loop loop(directory, "disk", std::uint64_t{300} << 20);
    run({"mkfs.btrfs", "-q", loop.path()});
    {
        const Mounted mounted(directory, {loop.path()});
        const auto at = [&](const std::string& name) { return mounted.path + "/" + name; };
        for (const char* name : {"@", "gone", "@home", "@/var", "@ odd  name\nof two lines", "@/\xff\xfe"}) {
            run({"btrfs", "subvolume", "create", at(name)});
        }
        run({"btrfs", "subvolume", "delete", "-c", at("gone")});
        base::make_directories(at("@/usr/share"));
        run({"btrfs", "subvolume", "create", at("@/usr/share/deep")});
        run({"btrfs", "subvolume", "create", at("younger")});
        run({"mv", at("@home"), at("younger/home")});  // now an older one inside a younger one
        run({"chattr", "+C", at("@/var")});
        run({"btrfs", "property", "set", "-t", "inode", at("younger/home"), "compression", "zstd"});
        run({"btrfs", "property", "set", "-t", "subvol", at("@/usr/share/deep"), "ro", "true"});
        run({"btrfs", "subvolume", "set-default", at("@")});
    }
    const auto sorted = [&] {
        auto lines = shape(directory, {loop.path()});
        std::sort(lines.begin(), lines.end());  // the one that was moved gets an id after its holder's
        return lines;
    };
    const auto before = sorted();
    auto btrfs = recorded(directory, {loop.path()});
    remake(btrfs, {loop.path()});
    CHECK(sorted() == before);

    btrfs.tools = "4.9";  // sets the default by the id that the kernel will have given, makes the free space tree by mounting
    remake(btrfs, {loop.path()});
    CHECK(sorted() == before);
}

}  // namespace nrear::storage_test
