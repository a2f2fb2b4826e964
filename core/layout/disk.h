// SPDX-License-Identifier: GPL-3.0-or-later
// A whole disk as it was recorded, and its partition table. The partitions are nodes of their own (partition.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nrear::layout {

/// What tells one disk from another, and what drives it. Texts are "" when the disk does not say.
struct DiskFacts {
    std::string path;                  ///< "/dev/vda"
    std::uint64_t size = 0;            ///< bytes
    std::uint32_t logical_sector = 512;
    std::uint32_t physical_sector = 512;
    std::string model;
    std::string serial;
    std::string wwn;                   ///< as udev's ID_WWN_WITH_EXTENSION: "0x5000c500a1b2c3d4"
    std::string by_path;               ///< udev's ID_PATH: "pci-0000:00:04.0"
    std::string transport;             ///< udev's ID_BUS or what sysfs shows: "virtio", "scsi", "ata", "nvme", "usb", "mmc"
    bool rotational = false;
    bool removable = false;            ///< of the medium, as sysfs says; USB disks mostly say false
    std::vector<std::string> drivers;  ///< kernel modules from the disk up to its bus: "virtio_blk", "virtio_pci"; built-in ones do not show
    bool operator==(const DiskFacts&) const = default;
};

/// Sources: the MBR as in the UEFI specification 5.2.1; GPT as in 5.3.
struct PartitionTable {
    std::string type;                        ///< "dos" or "gpt"; anything else is recorded but cannot be made again
    std::string id;                          ///< disk signature "0x1b2c3d4e" or disk GUID, upper case
    std::optional<std::uint64_t> first_lba;  ///< first and last usable sector of a GPT, in logical sectors
    std::optional<std::uint64_t> last_lba;
    std::optional<std::uint32_t> entries;    ///< size of the GPT's entry array
    bool operator==(const PartitionTable&) const = default;
};

struct Disk {
    DiskFacts facts;
    std::optional<PartitionTable> table;  ///< none: a file system lies on the bare disk
    bool operator==(const Disk&) const = default;
};

}  // namespace nrear::layout
