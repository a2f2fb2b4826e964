// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/mount_table.h"

#include <sys/mount.h>

#include <algorithm>

#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::base {

namespace {

/// Blanks, tabs, newlines and backslashes are \ooo in both files.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto number = text[i] == '\\' && i + 3 < text.size() ? parse_u64(text.substr(i + 1, 3), 8) : std::nullopt;
        if (number) {
            out += static_cast<char>(*number);
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

bool is_within(std::string_view path, std::string_view directory) {
    return directory == "/" || path == directory || (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

std::vector<MountEntry> parse_mountinfo(std::string_view text) {
    std::vector<MountEntry> mounts;
    for (const auto& line : split_lines(text)) {
        const auto words = split_words(line);
        const auto dash = std::find(words.begin(), words.end(), "-");
        if (words.size() < 5 || words.end() - dash < 3) {
            continue;
        }
        mounts.push_back({unescape(words[4]), unescape(dash[1]), unescape(dash[2])});
    }
    return mounts;
}

std::vector<MountEntry> mounts_below(const std::vector<MountEntry>& mounts, std::string_view path) {
    std::vector<MountEntry> below;
    std::copy_if(mounts.rbegin(), mounts.rend(), std::back_inserter(below), [&](const MountEntry& mount) { return is_within(mount.path, path); });
    return below;
}

std::vector<SwapEntry> parse_swaps(std::string_view text) {
    std::vector<SwapEntry> swaps;
    for (const auto& line : split_lines(text)) {
        const auto words = split_words(line);
        if (words.size() >= 2 && words[0].starts_with('/')) {
            swaps.push_back({unescape(words[0]), words[1]});
        }
    }
    return swaps;
}

std::vector<std::string> unmount_below(const std::string& path, bool detach) {
    std::vector<std::string> busy;
    for (const auto& mount : mounts_below(parse_mountinfo(read_file("/proc/self/mountinfo")), path)) {
        if (umount2(mount.path.c_str(), UMOUNT_NOFOLLOW) == 0) {
            continue;
        }
        busy.push_back(mount.path);
        if (detach) {
            umount2(mount.path.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
        }
    }
    return busy;
}

}  // namespace nrear::base
