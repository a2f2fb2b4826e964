// SPDX-License-Identifier: GPL-3.0-or-later
// What LVM writes on a physical volume: its label and the metadata text of its volume group, read from the device itself. No command of LVM is asked:
// vgcfgbackup can only write to a file, and what it is given as "-f" it replaces (/dev/stdout too).
// Source: lib/label/label.h and lib/format_text/layout.h of lvm2, the same from 2.02 to 2.03.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace nrear::scan {

struct LvmLabel {
    std::string uuid;                   ///< of the physical volume, with LVM's dashes
    std::uint64_t size = 0;             ///< bytes of the device when it was made
    std::uint64_t metadata_copies = 0;  ///< metadata areas
    std::uint64_t metadata_size = 0;    ///< bytes of the smallest of them
    bool metadata_ignored = false;      ///< LVM keeps no text here although there is room (pvchange --metadataignore)
    std::string metadata;               ///< the text; "" when the volume is in no group, or holds none
    bool operator==(const LvmLabel&) const = default;
};

/// Bytes of the device; fewer at its end.
using ReadBytes = std::function<std::string(std::uint64_t offset, std::size_t size)>;

/// Nothing when the device is no physical volume. Throws Error(kIntegrity) for one whose areas or checksums are wrong.
std::optional<LvmLabel> read_lvm_label(const ReadBytes& read);

}  // namespace nrear::scan
