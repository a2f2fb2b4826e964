// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong with single files: counted all, kept the first thousand. Never stops a run, never swallowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::archive {

/// Something about one file that the operator should know.
struct FileWarning {
    enum class Kind { kChanged, kGrew, kShrank, kVanished, kUnreadable, kSocket, kMetadata, kNotRestored };
    Kind kind;
    std::string path;    ///< raw bytes
    std::string detail;  ///< "grew while it was read: archived its first 4096 bytes"
};

inline constexpr std::size_t kKeptWarnings = 1000;

inline void add_warning(std::vector<FileWarning>& kept, std::uint64_t& count, FileWarning warning) {
    ++count;
    if (kept.size() < kKeptWarnings) {
        kept.push_back(std::move(warning));
    }
}

}  // namespace nrear::archive
