// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/tool_version.h"

#include <charconv>

namespace nrear::layout {

std::optional<ToolVersion> parse_tool_version(std::string_view text) {
    ToolVersion version;
    const char* end = text.data() + text.size();
    const auto release = std::from_chars(text.data(), end, version.release);
    if (release.ec != std::errc() || release.ptr == end || *release.ptr != '.') {
        return std::nullopt;
    }
    const auto update = std::from_chars(release.ptr + 1, end, version.update);
    if (update.ec != std::errc()) {
        return std::nullopt;
    }
    if (update.ptr != end && *update.ptr == '.') {
        std::from_chars(update.ptr + 1, end, version.patch);  // stays 0 when no number follows
    }
    return version;
}

}  // namespace nrear::layout
