// SPDX-License-Identifier: GPL-3.0-or-later
// What can only be learnt by reading a block device or asking the kernel about a mounted file system. The third seam for tests, beside Root and
// CommandRunner: BlkidProbe reads devices, RecordedBlockProbe (recorded_host.h) answers from a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/layout/disk.h"
#include "core/layout/partition.h"
#include "core/scan/lvm_label.h"

namespace nrear::scan {

/// What a device holds, by its magic numbers.
struct Signature {
    std::string type;   ///< libblkid's TYPE: "ext4", "xfs", "LVM2_member", "linux_raid_member", "crypto_LUKS", "swap", "iso9660"
    std::string label;
    std::string uuid;
    std::uint32_t page_size = 0;  ///< of swap space, bytes: it is made for one page size
    bool operator==(const Signature&) const = default;
};

struct FoundTable {
    layout::PartitionTable table;
    std::vector<layout::Partition> partitions;  ///< by number; path is empty
    bool operator==(const FoundTable&) const = default;
};

/// Devices by path ("/dev/vda"); a file that is used like one ("/swapfile") is one, too. All throw Error when the device cannot be read.
class BlockProbe {
public:
    virtual ~BlockProbe() = default;
    /// The file system, RAID member or the like on it; nothing when none is known. A partition table is none.
    virtual std::optional<Signature> signature(const std::string& device) = 0;
    virtual std::optional<FoundTable> partition_table(const std::string& device) = 0;
    /// Whose boot code its first sector holds: "grub2", "unfinished" (layout::kUnfinishedMark), "other", or "" for none.
    virtual std::string boot_code(const std::string& device) = 0;
    /// Whether its first and last MiB are all zeros.
    virtual bool reads_as_zeros(const std::string& device) = 0;
    /// The bytes at an offset as they are on the device now, not as the page cache remembers them; fewer at its end. For small, fixed places: superblocks.
    virtual std::string read(const std::string& device, std::uint64_t offset, std::size_t size) = 0;
    /// Bytes that the device, or a file, holds.
    virtual std::uint64_t size(const std::string& device) = 0;
    /// What LVM wrote on a physical volume; nothing when it is none.
    virtual std::optional<LvmLabel> lvm_label(const std::string& device) = 0;
    /// Bytes in use on the local file system mounted there; 0 when it can't tell. Never asked about network file systems.
    virtual std::uint64_t used_bytes(const std::string& mount_point) = 0;
};

}  // namespace nrear::scan
