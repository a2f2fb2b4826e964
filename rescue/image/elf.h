// SPDX-License-Identifier: GPL-3.0-or-later
// What the image needs to know of an ELF file (System V gABI, elf(5)): which libraries it asks for and where it looks. Never runs it, never ldd.
// Foreign data: every offset is checked, a damaged file is "no ELF".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::image {

struct ElfFile {
    bool is_64 = false;
    bool big_endian = false;
    std::uint16_t machine = 0;              ///< e_machine
    std::string interpreter;                ///< PT_INTERP, "" for libraries and static programs
    std::vector<std::string> needed;        ///< DT_NEEDED, in order
    std::vector<std::string> dlopen;        ///< libraries that .note.dlopen says are opened while running (https://systemd.io/ELF_DLOPEN_METADATA/)
    std::vector<std::string> rpath;         ///< DT_RPATH, split at ':'; $ORIGIN as it stands
    std::vector<std::string> runpath;       ///< DT_RUNPATH, the same
    std::string soname;                     ///< DT_SONAME
};

/// Nothing when it is no ELF file or a damaged one. Throws Error only when reading fails.
std::optional<ElfFile> read_elf(base::RandomAccessSource& source);

/// Values of one key of a kernel module's .modinfo section ("firmware"); none when it is no ELF file.
std::vector<std::string> read_modinfo(base::RandomAccessSource& module, std::string_view key);

}  // namespace nrear::image
