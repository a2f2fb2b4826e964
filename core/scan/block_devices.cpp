// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/block_devices.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

constexpr std::uint64_t kSysfsSector = 512;  // /sys/class/block/*/size counts in these whatever the disk has

std::string file_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }
std::string directory_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

/// "vda2" before "vda10".
bool natural_less(std::string_view a, std::string_view b) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (is_digit(a[i]) && is_digit(b[j])) {
            const auto end_of = [&](std::string_view text, std::size_t from) {
                return static_cast<std::size_t>(std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_digit) - text.begin());
            };
            const auto i_end = end_of(a, i);
            const auto j_end = end_of(b, j);
            const auto left = base::parse_u64(a.substr(i, i_end - i)).value_or(0);
            const auto right = base::parse_u64(b.substr(j, j_end - j)).value_or(0);
            if (left != right) {
                return left < right;
            }
            i = i_end;
            j = j_end;
        } else if (a[i] != b[j]) {
            return a[i] < b[j];
        } else {
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

/// kpartx makes the partitions of a multipath map: "part2-mpath-3600140…" is number 2. 0 for all others.
unsigned mapped_partition(const std::string& dm_uuid) {
    constexpr std::string_view kHead = "part";
    const auto dash = dm_uuid.find('-');
    const bool of_map = dm_uuid.starts_with(kHead) && dash != std::string::npos && dm_uuid.compare(dash, 7, "-mpath-") == 0;
    return of_map ? static_cast<unsigned>(base::parse_u64(std::string_view(dm_uuid).substr(kHead.size(), dash - kHead.size())).value_or(0)) : 0;
}

BlockDevice read_device(const base::Root& root, const std::string& name) {
    BlockDevice device;
    device.name = name;
    device.sysfs = root.resolve("/sys/class/block/" + name).value_or("");
    device.number = root.read_line(device.sysfs + "/dev");
    device.size = base::parse_u64(root.read_line(device.sysfs + "/size")).value_or(0) * kSysfsSector;
    device.partition = static_cast<unsigned>(base::parse_u64(root.read_line(device.sysfs + "/partition")).value_or(0));
    device.dm_name = root.read_line(device.sysfs + "/dm/name");
    device.dm_uuid = root.read_line(device.sysfs + "/dm/uuid");
    device.md_level = root.read_line(device.sysfs + "/md/level");
    // The kernel writes '!' for a '/' in a device's name (cciss!c0d0).
    device.path = device.dm_name.empty() ? "/dev/" + base::replace_all(name, "!", "/") : "/dev/mapper/" + device.dm_name;
    if (device.partition != 0) {
        device.below = {file_name(directory_of(device.sysfs))};
    } else {
        device.below = root.list(device.sysfs + "/slaves");
        device.partition = device.below.size() == 1 ? mapped_partition(device.dm_uuid) : 0;
    }
    return device;
}

bool is_hex(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos; }

/// One spelling for the kernel's wwid ("naa.5000c5…", "eui.…") and udev's ID_WWN ("0x5000c5…"). "t10." ids repeat model and serial: left out.
std::string normal_wwn(const std::string& wwid) {
    if (wwid.starts_with("naa.") && is_hex(wwid.substr(4))) {
        return "0x" + base::to_lower(wwid.substr(4));
    }
    return wwid.starts_with("0x") || wwid.starts_with("eui.") || wwid.starts_with("nvme.") || wwid.starts_with("uuid.") ? base::to_lower(wwid) : "";
}

/// Page 0x80 of SCSI's vital product data: 4 bytes of head, then the serial number (SPC-4 7.8.13).
std::string vpd_serial(const base::Root& root, const std::string& sysfs) {
    const auto page = root.read_if_exists(sysfs + "/device/vpd_pg80").value_or("");
    return page.size() > 4 ? std::string(base::trim(std::string_view(page).substr(4))) : "";
}

/// Serials that say nothing: QEMU numbers its IDE and SATA disks QM00001, QM00002… by position; others are all one character.
bool says_nothing(const std::string& serial) {
    const bool qemu_default = serial.size() == 7 && serial.starts_with("QM") && base::parse_u64(serial.substr(2)).has_value();
    return qemu_default || std::all_of(serial.begin(), serial.end(), [&](char c) { return c == serial.front(); });
}

template <std::size_t kCount>
std::string first_that_says(const std::array<std::string, kCount>& candidates) {
    for (const auto& candidate : candidates) {
        const std::string trimmed(base::trim(candidate));
        if (!trimmed.empty() && !says_nothing(trimmed)) {
            return trimmed;
        }
    }
    return "";
}

std::string transport_of(const std::string& sysfs, const std::string& bus) {
    for (const auto* word : {"usb", "virtio", "nvme", "mmc", "xen"}) {
        if (sysfs.find(cat("/", word)) != std::string::npos) {
            return word;
        }
    }
    return !bus.empty() ? bus : sysfs.find("/host") != std::string::npos ? "scsi" : "";
}

/// Modules of the drivers that are bound to the disk and to what it hangs on, up to the root of the device tree.
std::vector<std::string> drivers_of(const base::Root& root, const BlockDevice& disk) {
    std::vector<std::string> modules;
    const auto take = [&](const std::string& directory) {
        const auto module = root.resolve(directory + "/driver/module");
        if (module && std::find(modules.begin(), modules.end(), file_name(*module)) == modules.end()) {
            modules.push_back(file_name(*module));
        }
    };
    for (std::string at = root.resolve(disk.sysfs + "/device").value_or(directory_of(disk.sysfs)); at.starts_with("/sys/devices/"); at = directory_of(at)) {
        take(at);
    }
    return modules;
}

}  // namespace

std::map<std::string, std::string> udev_properties(const base::Root& root, const BlockDevice& device) {
    std::map<std::string, std::string> properties;
    for (const auto& line : base::split_lines(root.read_if_exists(cat("/run/udev/data/b", device.number)).value_or(""))) {
        const auto equals = line.find('=');
        if (line.starts_with("E:") && equals != std::string::npos) {
            properties[line.substr(2, equals - 2)] = line.substr(equals + 1);
        }
    }
    return properties;
}

std::vector<std::string> udev_disk_links(const base::Root& root, const BlockDevice& device) {
    std::vector<std::string> links;
    for (const auto& line : base::split_lines(root.read_if_exists(cat("/run/udev/data/b", device.number)).value_or(""))) {
        if (line.starts_with("S:disk/by-id/") || line.starts_with("S:disk/by-path/")) {
            links.push_back("/dev/" + line.substr(2));
        }
    }
    std::sort(links.begin(), links.end());  // udev writes them in the order of a hash table
    return links;
}

BlockDevices::BlockDevices(const base::Root& root) {
    for (const auto& name : root.list("/sys/class/block")) {
        devices_.push_back(read_device(root, name));
    }
    std::sort(devices_.begin(), devices_.end(), [](const BlockDevice& a, const BlockDevice& b) { return natural_less(a.name, b.name); });
}

const BlockDevice* BlockDevices::by_name(std::string_view name) const {
    const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const BlockDevice& device) { return device.name == name; });
    return found == devices_.end() ? nullptr : &*found;
}

const BlockDevice* BlockDevices::by_number(std::string_view number) const {
    const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const BlockDevice& device) { return device.number == number; });
    return found == devices_.end() ? nullptr : &*found;
}

const BlockDevice* BlockDevices::by_path(const base::Root& root, std::string_view path) const {
    const auto same = [&](const BlockDevice& device) { return device.path == path; };
    if (const auto found = std::find_if(devices_.begin(), devices_.end(), same); found != devices_.end()) {
        return &*found;
    }
    const auto resolved = path.starts_with("/dev/") ? root.resolve(path) : std::nullopt;
    return resolved ? by_name(file_name(*resolved)) : nullptr;
}

std::vector<std::string> BlockDevices::chain(std::string_view name) const {
    std::vector<std::string> names{std::string(name)};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (const BlockDevice* device = by_name(names[i])) {
            for (const auto& below : device->below) {
                if (std::find(names.begin(), names.end(), below) == names.end()) {
                    names.push_back(below);
                }
            }
        }
    }
    return names;
}

bool is_disk(const BlockDevice& device) {
    constexpr std::array kNoDisks = {"loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd", "zd", "bcache", "drbd", "mtdblock"};
    const bool other = std::any_of(kNoDisks.begin(), kNoDisks.end(), [&](const char* prefix) { return device.name.starts_with(prefix); });
    // Hardware partitions of eMMC (mmcblk0boot0, mmcblk0rpmb) are no disks of their own.
    const bool emmc_area = device.name.starts_with("mmcblk") && (device.name.find("boot") != std::string::npos || device.name.find("rpmb") != std::string::npos);
    return !other && !emmc_area && device.partition == 0 && device.size != 0;
}

std::string volume_group_of(const BlockDevice& device) {
    if (!device.dm_uuid.starts_with("LVM-")) {
        return "";
    }
    std::string group;  // dm(8): VG-LV, a '-' inside a name is doubled
    for (std::size_t i = 0; i < device.dm_name.size(); ++i) {
        if (device.dm_name[i] == '-') {
            if (i + 1 >= device.dm_name.size() || device.dm_name[i + 1] != '-') {
                break;
            }
            ++i;
        }
        group += device.dm_name[i];
    }
    return group;
}

layout::DiskFacts disk_facts(const base::Root& root, const BlockDevice& disk) {
    const auto number = [&](const char* file, std::uint64_t otherwise) { return base::parse_u64(root.read_line(cat(disk.sysfs, "/", file))).value_or(otherwise); };
    auto udev = udev_properties(root, disk);
    layout::DiskFacts facts;
    facts.path = disk.path;
    facts.size = disk.size;
    facts.logical_sector = static_cast<std::uint32_t>(number("queue/logical_block_size", 512));
    facts.physical_sector = static_cast<std::uint32_t>(number("queue/physical_block_size", 512));
    facts.model = root.read_line(disk.sysfs + "/device/model");
    if (facts.model.empty()) {
        facts.model = udev["ID_MODEL"];
    }
    // The kernel's own words come first: they are the same in the rescue system, whatever rules its udev has.
    facts.serial = first_that_says(std::array{root.read_line(disk.sysfs + "/serial"), root.read_line(disk.sysfs + "/device/serial"), vpd_serial(root, disk.sysfs),
                                              udev["ID_SERIAL_SHORT"]});
    facts.wwn = normal_wwn(root.read_line(disk.sysfs + "/wwid"));
    for (const auto& candidate : {root.read_line(disk.sysfs + "/device/wwid"), udev["ID_WWN_WITH_EXTENSION"], udev["ID_WWN"]}) {
        facts.wwn = facts.wwn.empty() ? normal_wwn(candidate) : facts.wwn;
    }
    facts.by_path = udev["ID_PATH"];
    facts.links = udev_disk_links(root, disk);
    facts.transport = transport_of(disk.sysfs, udev["ID_BUS"]);
    facts.rotational = number("queue/rotational", 0) != 0;
    facts.removable = number("removable", 0) != 0;
    facts.drivers = drivers_of(root, disk);
    return facts;
}

bool is_removable(const layout::DiskFacts& facts) { return facts.removable || facts.transport == "usb"; }

}  // namespace nrear::scan
