// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/ls_text.h"

#include <array>
#include <nlohmann/json.hpp>

#include "archive/entry_path.h"
#include "core/base/clock.h"
#include "core/base/json_text.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using archive::absolute_path;
using archive::EntryType;
using archive::IndexEntry;
using base::cat;
using Json = nlohmann::ordered_json;

struct TypeInfo {
    char letter;
    const char* word;
};

TypeInfo type_info(EntryType type) {
    switch (type) {
        case EntryType::kFile: return {'-', "file"};
        case EntryType::kHardLink: return {'h', "hard link"};
        case EntryType::kSymlink: return {'l', "symlink"};
        case EntryType::kCharDevice: return {'c', "character device"};
        case EntryType::kBlockDevice: return {'b', "block device"};
        case EntryType::kDirectory: return {'d', "directory"};
        case EntryType::kFifo: return {'p', "fifo"};
    }
    return {'?', "unknown"};
}

/// "rwsr-xr-t", as ls(1) has it.
std::string permissions(std::uint32_t mode) {
    std::string text = "rwxrwxrwx";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((mode >> (8 - i) & 1U) == 0) {
            text[i] = '-';
        }
    }
    constexpr std::array<std::string_view, 3> kSpecial{"sS", "sS", "tT"};
    for (std::size_t i = 0; i < 3; ++i) {
        if ((mode >> (11 - i) & 1U) != 0) {
            char& place = text[3 * i + 2];
            place = kSpecial[i][place == 'x' ? 0 : 1];
        }
    }
    return text;
}

std::string right(const std::string& text, std::size_t width) { return text.size() < width ? std::string(width - text.size(), ' ') + text : text; }

bool is_device(const IndexEntry& entry) { return entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice; }

std::string time_text(std::int64_t seconds) { return base::replace_all(base::utc_time(seconds).substr(0, 19), "T", " "); }

std::string long_line(const IndexEntry& entry) {
    const auto size = is_device(entry) ? cat(entry.device_major, ", ", entry.device_minor) : std::to_string(entry.size);
    std::string target;
    if (!entry.link_target.empty()) {
        const bool hard = entry.type == EntryType::kHardLink;
        target = cat(hard ? " link to " : " -> ", base::printable(hard ? absolute_path(entry.link_target) : entry.link_target));
    }
    return cat(type_info(entry.type).letter, permissions(entry.mode), " ", right(std::to_string(entry.uid), 5), " ", right(std::to_string(entry.gid), 5), " ", right(size, 11), " ",
               time_text(entry.mtime.seconds), " ", base::printable(absolute_path(entry.path)), target);
}

std::string json_line(const IndexEntry& entry) {
    Json out;
    out["path"] = base::json_text<Json>(absolute_path(entry.path));
    out["type"] = type_info(entry.type).word;
    std::array<char, 8> mode{};
    snprintf(mode.data(), mode.size(), "%04o", entry.mode & 07777U);
    out["mode"] = mode.data();
    out["uid"] = entry.uid;
    out["gid"] = entry.gid;
    out["size"] = entry.size;
    out["mtime"] = base::utc_time(entry.mtime.seconds);
    out["mtime_nanoseconds"] = entry.mtime.nanoseconds;
    if (!entry.link_target.empty()) {
        out["target"] = base::json_text<Json>(entry.type == EntryType::kHardLink ? absolute_path(entry.link_target) : entry.link_target);
    }
    if (is_device(entry)) {
        out["device"] = {entry.device_major, entry.device_minor};
    }
    if (const auto size = archive::hash_size(entry); size > 0 && !entry.sparse) {
        // Of small files the index has the first bytes only.
        out[size == entry.sha256.size() ? "sha256" : "sha256_start"] = base::to_hex(std::span(entry.sha256).first(size));
    }
    return out.dump() + "\n";
}

}  // namespace

std::string nothing_matches(const std::string& typed) {
    const auto shown = base::printable(typed);
    return cat("nothing in the backup matches ", shown, typed.find('/') == std::string::npos ? cat("; '**/", shown, "' would match anywhere") : "");
}

std::string ls_line(const IndexEntry& entry, LsForm form) {
    switch (form) {
        case LsForm::kPaths: return base::printable(absolute_path(entry.path)) + "\n";
        case LsForm::kLong: return long_line(entry) + "\n";
        case LsForm::kNull: return absolute_path(entry.path) + '\0';
        case LsForm::kJson: return json_line(entry);
    }
    return {};
}

}  // namespace nrear::cli
