// SPDX-License-Identifier: GPL-3.0-or-later
// BlockProbe by libblkid's low-level API: no cache, no udev, read only.
#pragma once

#include "core/scan/block_probe.h"

namespace nrear::scan {

class BlkidProbe final : public BlockProbe {
public:
    std::optional<Signature> signature(const std::string& device) override;
    std::optional<FoundTable> partition_table(const std::string& device) override;
    std::string boot_code(const std::string& device) override;
    bool reads_as_zeros(const std::string& device) override;
    std::string read(const std::string& device, std::uint64_t offset, std::size_t size) override;
    std::uint64_t size(const std::string& device) override;
    std::optional<LvmLabel> lvm_label(const std::string& device) override;
    std::uint64_t used_bytes(const std::string& mount_point) override;
};

/// Classifies a boot sector of 512 bytes; shorter ones are "".
std::string classify_boot_code(std::string_view sector);

}  // namespace nrear::scan
