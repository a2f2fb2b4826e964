// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace nrear::image {

namespace {

std::string_view letter(EntryKind kind) {
    constexpr std::array<std::string_view, 4> kLetters{"d", "f", "l", "c"};
    return kLetters[static_cast<std::size_t>(kind)];
}

std::string octal(unsigned mode) {
    std::string digits(4, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, mode >>= 3U) {
        *digit = static_cast<char>('0' + (mode & 7U));
    }
    return digits;
}

}  // namespace

std::uint64_t ImageManifest::content_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : entries) {
        bytes += entry.size;
    }
    return bytes;
}

const ImageEntry* ImageManifest::find(const std::string& path) const {
    const auto found = std::lower_bound(entries.begin(), entries.end(), path, [](const ImageEntry& entry, const std::string& wanted) {
        return entry.path < wanted;
    });
    return found != entries.end() && found->path == path ? &*found : nullptr;
}

std::string to_text(const ImageManifest& manifest) {
    std::string text;
    for (const auto& entry : manifest.entries) {
        const auto target = entry.kind == EntryKind::kSymlink ? base::cat(" -> ", base::printable(entry.content)) : "";
        text += base::cat(letter(entry.kind), " ", octal(entry.mode), " ", entry.size, " ", base::printable(entry.path), target, "  ", entry.reason, "\n");
    }
    return text;
}

std::string to_json(const ImageManifest& manifest) {
    auto files = nlohmann::ordered_json::array();
    for (const auto& entry : manifest.entries) {
        auto& file = files.emplace_back();
        file["path"] = entry.path;
        file["kind"] = letter(entry.kind);
        file["size"] = entry.size;
        file["reason"] = entry.reason;
    }
    nlohmann::ordered_json out;
    out["format"] = 1;
    out["kind"] = "image";
    out["entries"] = std::move(files);
    return out.dump(0, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace nrear::image
