// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/random_layout.h"

#include <random>
#include <utility>

#include "core/base/text.h"

namespace nrear::test {

namespace {

using base::cat;

constexpr std::uint64_t kMiB = 1 << 20;

class Generator {
public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    layout::Layout run() {
        layout_.host = {.name = "node", .os_id = "debian", .architecture = "x86_64", .kernel = "6.1.0"};
        const auto disks = 1 + pick(4);
        for (unsigned i = 0; i < disks; ++i) {
            add_disk(i);
        }
        for (std::size_t i = devices_.size(); i > 1; --i) {
            std::swap(devices_[i - 1], devices_[pick(static_cast<std::uint32_t>(i))]);
        }
        add_filesystems();
        layout_.nodes.push_back({"boot", {"mount:/", "disk:sda"}, layout::BootLoader{"grub2", "/boot/grub", "i386-pc"}});
        return std::move(layout_);
    }

private:
    struct Device {
        layout::NodeId id;
        std::string path;
        std::string name;
    };

    /// 0 … below-1. Not by std::uniform_int_distribution, which is another one with each library.
    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
    bool chance(std::uint32_t of) { return pick(of) == 0; }

    std::string uuid() {
        const auto part = [&](std::size_t digits) {
            std::string text;
            for (std::size_t i = 0; i < digits; ++i) {
                text += "0123456789abcdef"[pick(16)];
            }
            return text;
        };
        return cat(part(8), "-", part(4), "-4", part(3), "-8", part(3), "-", part(12));
    }
    std::string label() {
        constexpr const char* kLabels[] = {"", "root", "a b", "d\xc3\xa4ten", "quote\"'", "back\\slash"};
        return kLabels[pick(6)];
    }

    void add_disk(unsigned index) {
        const std::string name = index == 3 ? "nvme0n1" : cat("sd", std::string(1, static_cast<char>('a' + index)));
        const std::string path = "/dev/" + name;
        layout::Disk disk{{.path = path, .size = (4096 + pick(100000)) * kMiB, .logical_sector = chance(4) ? 4096U : 512U, .serial = cat("S", index)}, {}};
        if (index != 0 && chance(4)) {  // a bare one
            layout_.nodes.push_back({"disk:" + name, {}, disk});
            devices_.push_back({"disk:" + name, path, name});
            return;
        }
        const bool gpt = chance(2);
        disk.table = layout::PartitionTable{.type = gpt ? "gpt" : "dos", .id = gpt ? base::to_lower(uuid()) : cat("0x", base::hex(pick(0xffffffff), 8))};
        layout_.nodes.push_back({"disk:" + name, {}, disk});
        std::uint64_t start = kMiB;
        const unsigned count = 1 + pick(4);
        for (unsigned number = 1; number <= count; ++number) {
            start += pick(3) * kMiB;  // gaps
            const auto size = (300 + pick(600)) * kMiB;
            layout::Partition partition{.path = layout::partition_path(path, number), .number = number, .start = start, .size = size};
            partition.type = gpt ? "0FC63DAF-8483-4772-8E79-3D69D8477DE4" : "83";
            partition.uuid = gpt ? uuid() : "";
            partition.name = gpt ? label() : "";
            partition.active = !gpt && number == 1 && chance(2);
            start += size;
            const auto part_name = layout::partition_path(name, number);
            layout_.nodes.push_back({"part:" + part_name, {"disk:" + name}, partition});
            devices_.push_back({"part:" + part_name, partition.path, part_name});
        }
    }

    void add_filesystems() {
        bool root = false;
        while (!devices_.empty()) {
            const auto device = take();
            const auto kind = pick(root ? 5 : 2);
            if (kind == 0) {
                add_ext(device, root);
            } else if (kind == 1) {
                add_btrfs(device, root);
            } else if (kind == 2) {
                layout_.nodes.push_back({"swap:" + device.name, {device.id}, layout::Swap{.path = device.path, .uuid = uuid(), .label = label()}});
            } else if (kind == 3) {
                add_ext(device, root);
            }  // else it stays empty
            root = true;
        }
    }

    Device take() {
        auto device = devices_.back();
        devices_.pop_back();
        return device;
    }

    void mount(const layout::NodeId& filesystem, const std::string& path, const std::string& type, bool has_root, const std::string& subvolume) {
        const std::string where = has_root ? cat("/srv/", ++mounts_, label()) : "/";
        layout::Node node{"mount:" + where, {filesystem}, layout::Mount{.mount_point = where, .path = path, .type = type, .options = "rw", .subvolume = subvolume}};
        if (has_root) {
            node.on.push_back("mount:/");
        }
        layout_.nodes.push_back(std::move(node));
    }

    void add_ext(const Device& device, bool root) {
        layout::ExtFilesystem ext{.path = device.path, .type = "ext4", .uuid = uuid(), .label = label(), .blocks = 65536, .inodes = 16384, .features = {"has_journal", "extent"}, .errors = "continue"};
        layout_.nodes.push_back({"fs:" + device.name, {device.id}, ext});
        if (!root || chance(2)) {
            mount("fs:" + device.name, device.path, "ext4", root, "");
        }
    }

    void add_btrfs(const Device& device, bool root) {
        layout::BtrfsFilesystem btrfs{.path = device.path, .uuid = uuid(), .label = label(), .data_profile = "single", .metadata_profile = "dup", .features = {"extref", "no-holes"}, .tools = "6.2"};
        layout::Node node{"fs:" + device.name, {device.id}, {}};
        if (!devices_.empty() && chance(2)) {
            node.on.push_back(take().id);
            btrfs.metadata_profile = "raid1";
        }
        const auto count = pick(6);
        for (std::uint64_t id = 256; id < 256 + count; ++id) {
            const auto holder = btrfs.subvolumes.empty() || chance(2) ? "" : btrfs.subvolumes[pick(static_cast<std::uint32_t>(btrfs.subvolumes.size()))].path + (chance(2) ? "/" : "/dir/");
            btrfs.subvolumes.push_back({.id = id, .path = cat(holder, "sub ", id), .read_only = chance(4), .compression = chance(4) ? "zstd" : ""});
        }
        const std::string chosen = btrfs.subvolumes.empty() ? "" : btrfs.subvolumes.front().path;
        btrfs.default_subvolume = chance(2) ? chosen : "";
        node.what = btrfs;
        layout_.nodes.push_back(std::move(node));
        mount("fs:" + device.name, device.path, "btrfs", root, "/" + chosen);
    }

    std::mt19937 random_;
    layout::Layout layout_;
    std::vector<Device> devices_;
    unsigned mounts_ = 0;
};

}  // namespace

layout::Layout random_layout(std::uint32_t seed) { return Generator(seed).run(); }

}  // namespace nrear::test
