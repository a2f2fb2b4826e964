// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS: encrypted volumes. No key ever comes near a Layout, nor a salt or digest of one.
// Sources: cryptsetup(8), crypttab(5), the LUKS1 and LUKS2 on-disk format documents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/layout/fields.h"

namespace nrear::layout {

/// The opened volume and its header. Sits on the encrypted device. Id "luks:<mapping name>". Of its key slots one is described here, that of the passphrase
/// (or of the key file, where there is nothing else): it is made again with a new salt and the passphrase that recover asks for.
struct LuksVolume {
    static constexpr const char* kWord = "luks";  ///< in layout.json
    std::string path;                   ///< opened: "/dev/mapper/cr_root"
    std::string name;                   ///< of the mapping: "cr_root"
    std::string uuid;
    unsigned version = 2;               ///< 1 or 2
    std::string label;                  ///< LUKS2
    std::string subsystem;              ///< LUKS2
    std::string cipher;                 ///< "aes-xts-plain64"
    std::uint32_t key_bits = 0;
    std::string hash;
    std::uint32_t sector_size = 512;    ///< bytes; LUKS2
    std::uint64_t data_offset = 0;      ///< bytes from the start of the device
    std::uint64_t metadata_size = 0;    ///< bytes; LUKS2; 0 when keyslots_size is
    std::uint64_t keyslots_size = 0;    ///< bytes; LUKS2; 0 when this machine's cryptsetup (before 2.1) has no choice of it
    std::vector<std::string> flags;     ///< persistent ones of LUKS2, as luksDump calls them: "allow-discards"
    std::uint32_t slot = 0;             ///< number of the key slot
    std::string pbkdf;                  ///< "pbkdf2", "argon2i", "argon2id"
    std::uint64_t pbkdf_iterations = 0; ///< of argon2 its time cost; 0 when this machine's cryptsetup (before 2.0) only takes milliseconds
    std::uint64_t pbkdf_memory = 0;     ///< KiB; argon2
    std::uint32_t pbkdf_threads = 0;    ///< argon2
    std::string slot_cipher;            ///< LUKS2: what the slot itself is encrypted with, when that is not `cipher`
    std::uint32_t slot_key_bits = 0;    ///< with slot_cipher
    bool passphrase = true;             ///< somebody types a passphrase, or a token that cannot come back did that for him; false = the key file opens it alone
    std::string key_file;               ///< of crypttab: restored from the archive and enrolled; "" = none
    std::uint64_t key_file_offset = 0;  ///< bytes
    std::uint64_t key_file_size = 0;    ///< bytes that count; 0 = all
    bool operator==(const LuksVolume&) const = default;
};

void fields(Either<LuksVolume> auto& luks, auto&& visit) {
    visit("path", luks.path);
    visit("name", luks.name);
    visit("uuid", luks.uuid);
    visit("version", luks.version);
    visit("label", luks.label);
    visit("subsystem", luks.subsystem);
    visit("cipher", luks.cipher);
    visit("key_bits", luks.key_bits);
    visit("hash", luks.hash);
    visit("sector_size", luks.sector_size);
    visit("data_offset", luks.data_offset);
    visit("metadata_size", luks.metadata_size);
    visit("keyslots_size", luks.keyslots_size);
    visit("flags", luks.flags);
    visit("slot", luks.slot);
    visit("pbkdf", luks.pbkdf);
    visit("pbkdf_iterations", luks.pbkdf_iterations);
    visit("pbkdf_memory", luks.pbkdf_memory);
    visit("pbkdf_threads", luks.pbkdf_threads);
    visit("slot_cipher", luks.slot_cipher);
    visit("slot_key_bits", luks.slot_key_bits);
    visit("passphrase", luks.passphrase);
    visit("key_file", luks.key_file);
    visit("key_file_offset", luks.key_file_offset);
    visit("key_file_size", luks.key_file_size);
}

inline std::string kind_of(const LuksVolume& luks) { return "LUKS" + std::to_string(luks.version) + " encrypted volume"; }

/// The option of `cryptsetup open` that sets a persistent flag (with --persistent); "" for a flag that nrear does not know.
std::string luks_flag_option(const std::string& flag);

}  // namespace nrear::layout
