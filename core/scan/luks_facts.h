// SPDX-License-Identifier: GPL-3.0-or-later
// `cryptsetup luksDump` to a LuksVolume. No I/O. Salts, digests and key material are not looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/luks.h"

namespace nrear::scan {

struct LuksToken {
    std::string type;                 ///< "clevis", "systemd-tpm2", "systemd-fido2", "luks2-keyring"
    std::vector<std::uint32_t> slots;
};

struct LuksFacts {
    layout::LuksVolume volume;         ///< without path, name and key file
    std::vector<std::uint32_t> slots;  ///< all in use that open the volume
    std::vector<LuksToken> tokens;
    std::string obstacle;              ///< for people, why it cannot be made again: "is being encrypted anew"; "" when it can

    /// Slots that no token holds: of passphrases and key files.
    std::vector<std::uint32_t> free_slots() const;
};

/// Source: cryptsetup(8) 1.6 to 2.7. Throws Error(kLayout) when the text lacks what luksFormat needs.
LuksFacts parse_luks_dump(std::string_view text);

/// The same text without salts, digests and what else of keys luksDump shows: what may go into a recorded host.
std::string without_key_data(std::string_view text);

}  // namespace nrear::scan
