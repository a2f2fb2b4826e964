// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/device_kind.h"

#include <array>

#include "core/base/text.h"

namespace nrear::scan {

namespace {

struct Prefix {
    const char* prefix;
    const char* kind;
};

/// Each tool marks its devices by the head of their uuid; the longer heads come first. Source: libdm of LVM2, cryptsetup, multipath-tools, dmraid, vdo,
/// stratisd.
constexpr std::array kUuids = {
    Prefix{"LVM-", "LVM logical volume"},
    Prefix{"CRYPT-LUKS", "LUKS encrypted volume"},
    Prefix{"CRYPT-VERITY", "dm-verity device"},
    Prefix{"CRYPT-INTEGRITY", "dm-integrity device"},
    Prefix{"CRYPT-BITLK", "BitLocker volume"},
    Prefix{"CRYPT-TCRYPT", "VeraCrypt volume"},
    Prefix{"CRYPT-PLAIN", "plain dm-crypt volume"},
    Prefix{"CRYPT-", "encrypted volume"},
    Prefix{"mpath-", "multipath disk"},
    Prefix{"part", "partition of a device-mapper disk"},
    Prefix{"DMRAID-", "firmware RAID (dmraid)"},
    Prefix{"VDO-", "VDO volume"},
    Prefix{"stratis-1-", "Stratis pool"},
};

constexpr std::array kNames = {
    Prefix{"dm-", "device-mapper device"},
    Prefix{"bcache", "bcache device"},
    Prefix{"zd", "ZFS volume"},
    Prefix{"drbd", "DRBD device"},
    Prefix{"nbd", "network block device (NBD)"},
    Prefix{"rbd", "Ceph RBD image"},
    Prefix{"loop", "file used as a disk"},
    Prefix{"mtdblock", "flash memory"},
};

template <std::size_t kCount>
const char* kind_by(const std::array<Prefix, kCount>& table, const std::string& name) {
    for (const auto& [prefix, kind] : table) {
        if (name.starts_with(prefix)) {
            return kind;
        }
    }
    return nullptr;
}

}  // namespace

std::string device_kind(const BlockDevice& device) {
    if (!device.md_level.empty()) {
        return base::cat("Linux software RAID (", device.md_level, ")");
    }
    if (const char* kind = kind_by(kUuids, device.dm_uuid)) {
        return kind;
    }
    const char* kind = kind_by(kNames, device.name);
    return kind == nullptr ? "block device of an unknown kind" : kind;
}

}  // namespace nrear::scan
