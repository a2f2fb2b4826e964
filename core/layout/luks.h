// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS: encrypted volumes. No key ever comes near a Layout. Source: cryptsetup(8), crypttab(5), the LUKS1 and LUKS2 on-disk format documents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// The opened volume and its header. Sits on the encrypted device. Id "luks:<mapping name>".
struct LuksVolume {
    static constexpr const char* kWord = "luks";  ///< in layout.json
    std::string path;                ///< opened: "/dev/mapper/cr_root"
    std::string name;                ///< of the mapping: "cr_root"
    std::string uuid;
    unsigned version = 2;            ///< 1 or 2
    std::string label;               ///< LUKS2
    std::string cipher;              ///< "aes-xts-plain64"
    std::uint32_t key_bits = 0;
    std::string hash;
    std::uint32_t sector_size = 512; ///< bytes; LUKS2
    std::string pbkdf;               ///< "pbkdf2", "argon2i", "argon2id"
    std::uint64_t data_offset = 0;   ///< bytes from the start of the device
    std::string key_file;            ///< of crypttab: restored from the archive and enrolled; "" = a passphrase
    bool operator==(const LuksVolume&) const = default;
};

void fields(Either<LuksVolume> auto& luks, auto&& visit) {
    visit("path", luks.path);
    visit("name", luks.name);
    visit("uuid", luks.uuid);
    visit("version", luks.version);
    visit("label", luks.label);
    visit("cipher", luks.cipher);
    visit("key_bits", luks.key_bits);
    visit("hash", luks.hash);
    visit("sector_size", luks.sector_size);
    visit("pbkdf", luks.pbkdf);
    visit("data_offset", luks.data_offset);
    visit("key_file", luks.key_file);
}

inline std::string kind_of(const LuksVolume& luks) { return "LUKS" + std::to_string(luks.version) + " encrypted volume"; }

}  // namespace nrear::layout
