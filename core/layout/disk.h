// SPDX-License-Identifier: GPL-3.0-or-later
// A whole disk as it was recorded, and its partition table. The partitions are nodes of their own (partition.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/fields.h"
#include "core/layout/multipath.h"

namespace nrear::layout {

/// What tells one disk from another, and what drives it. Texts are "" when the disk does not say.
struct DiskFacts {
    std::string path;                  ///< "/dev/vda", "/dev/mapper/mpatha"
    std::uint64_t size = 0;            ///< bytes
    std::uint32_t logical_sector = 512;
    std::uint32_t physical_sector = 512;
    std::string model;
    std::string serial;
    std::string wwn;                   ///< as udev's ID_WWN_WITH_EXTENSION: "0x5000c500a1b2c3d4"
    std::string by_path;               ///< udev's ID_PATH: "pci-0000:00:04.0"
    std::vector<std::string> links;    ///< udev's names for it that come from the hardware, sorted: "/dev/disk/by-id/ata-DISK_S1", "/dev/disk/by-path/pci-0000:00:04.0"
    std::string transport;             ///< udev's ID_BUS or what sysfs shows: "virtio", "scsi", "ata", "nvme", "usb", "mmc"
    bool rotational = false;
    bool removable = false;            ///< of the medium, as sysfs says; USB disks mostly say false
    std::vector<std::string> drivers;  ///< kernel modules from the disk up to its bus: "virtio_blk", "virtio_pci"; built-in ones do not show
    std::optional<Multipath> multipath;  ///< the disk is a multipath map; model, serial, wwn and the like are those of its paths
    bool operator==(const DiskFacts&) const = default;
};

void fields(Either<DiskFacts> auto& disk, auto&& visit) {
    visit("path", disk.path);
    visit("size", disk.size);
    visit("logical_sector", disk.logical_sector);
    visit("physical_sector", disk.physical_sector);
    visit("model", disk.model);
    visit("serial", disk.serial);
    visit("wwn", disk.wwn);
    visit("by_path", disk.by_path);
    visit("links", disk.links);
    visit("transport", disk.transport);
    visit("rotational", disk.rotational);
    visit("removable", disk.removable);
    visit("drivers", disk.drivers);
    visit("multipath", disk.multipath);
}

/// Sources: the MBR as in the UEFI specification 5.2.1; GPT as in 5.3.
struct PartitionTable {
    std::string type;                        ///< "dos" or "gpt"; anything else is recorded but cannot be made again
    std::string id;                          ///< disk signature "0x1b2c3d4e" or disk GUID, upper case
    std::optional<std::uint64_t> first_lba;  ///< first and last usable sector of a GPT, in logical sectors
    std::optional<std::uint64_t> last_lba;
    std::optional<std::uint32_t> entries;    ///< size of the GPT's entry array
    bool operator==(const PartitionTable&) const = default;
};

void fields(Either<PartitionTable> auto& table, auto&& visit) {
    visit("type", table.type);
    visit("id", table.id);
    visit("first_lba", table.first_lba);
    visit("last_lba", table.last_lba);
    visit("entries", table.entries);
}

/// Bytes that the table keeps at the end of its device: a GPT its second header and entries (UEFI specification 5.3), others nothing.
std::uint64_t bytes_at_end(const PartitionTable& table, std::uint32_t sector);

struct Disk {
    static constexpr const char* kWord = "disk";  ///< in layout.json
    DiskFacts facts;
    std::optional<PartitionTable> table;  ///< none: a file system lies on the bare disk
    bool operator==(const Disk&) const = default;
};

void fields(Either<Disk> auto& disk, auto&& visit) {
    fields(disk.facts, visit);
    visit("table", disk.table);
}

inline std::string kind_of(const Disk& disk) { return disk.facts.multipath ? "multipath disk" : "disk"; }

/// Whether a person means that disk: "/dev/vda", "vda"; of a map "mpatha", too.
bool is_called(const DiskFacts& disk, std::string_view name);

/// Name of a partition's device. A map's separator comes between; otherwise a 'p' when the disk's name ends in a digit.
std::string partition_path(const DiskFacts& disk, unsigned number);

/// What comes between the name of a disk's device and a partition's number when nobody says another: "p" behind a digit, "" otherwise.
std::string usual_separator(std::string_view disk_path);

}  // namespace nrear::layout
