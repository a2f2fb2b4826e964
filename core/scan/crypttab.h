// SPDX-License-Identifier: GPL-3.0-or-later
// /etc/crypttab to rows, and which encrypted devices the system makes anew at each boot. Source: crypttab(5) of systemd and of Debian's cryptsetup.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"
#include "core/scan/block_devices.h"

namespace nrear::scan {

struct CrypttabEntry {
    std::string name;                  ///< of the mapping
    std::string device;                ///< "UUID=…", "/dev/vda3"
    std::string key_file;              ///< "" when there is none ("none", "-")
    std::vector<std::string> options;  ///< "discard", "keyfile-size=64"

    /// Value of the option "name=value"; nothing when it is not there.
    std::optional<std::string> option(std::string_view wanted) const;
    bool has(std::string_view wanted) const;
};

std::vector<CrypttabEntry> parse_crypttab(std::string_view text);

/// The row that opens a mapping, by its name or by the UUID of the LUKS header ("" = none); nullptr when there is none.
const CrypttabEntry* find_row(const std::vector<CrypttabEntry>& rows, const std::string& name, const std::string& uuid);

/// Plain dm-crypt that gets a random key, or is formatted, at each boot (swap, /tmp): the recovered system makes it by itself.
bool is_made_at_boot(const base::Root& root, const BlockDevice& device);

}  // namespace nrear::scan
