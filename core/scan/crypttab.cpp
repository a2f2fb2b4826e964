// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/crypttab.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace nrear::scan {

std::optional<std::string> CrypttabEntry::option(std::string_view wanted) const {
    for (const auto& text : options) {
        if (text.starts_with(wanted) && text.size() > wanted.size() && text[wanted.size()] == '=') {
            return text.substr(wanted.size() + 1);
        }
    }
    return std::nullopt;
}

bool CrypttabEntry::has(std::string_view wanted) const {
    return option(wanted) || std::find(options.begin(), options.end(), wanted) != options.end();
}

std::vector<CrypttabEntry> parse_crypttab(std::string_view text) {
    std::vector<CrypttabEntry> rows;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        if (words.size() < 2 || words[0].starts_with('#')) {
            continue;
        }
        CrypttabEntry row{words[0], words[1], words.size() > 2 ? words[2] : "", {}};
        if (row.key_file == "none" || row.key_file == "-") {
            row.key_file.clear();
        }
        row.options = base::split(words.size() > 3 ? words[3] : "", ',');
        rows.push_back(std::move(row));
    }
    return rows;
}

const CrypttabEntry* find_row(const std::vector<CrypttabEntry>& rows, const std::string& name, const std::string& uuid) {
    const auto by_name = std::find_if(rows.begin(), rows.end(), [&](const CrypttabEntry& row) { return row.name == name; });
    if (by_name != rows.end()) {
        return &*by_name;
    }
    const auto by_uuid = std::find_if(rows.begin(), rows.end(), [&](const CrypttabEntry& row) {
        const auto device = base::replace_all(base::to_lower(row.device), "\"", "");
        return !uuid.empty() && (device == "uuid=" + uuid || device == "/dev/disk/by-uuid/" + uuid);
    });
    return by_uuid == rows.end() ? nullptr : &*by_uuid;
}

bool is_made_at_boot(const base::Root& root, const BlockDevice& device) {
    if (!device.dm_uuid.starts_with("CRYPT-PLAIN-")) {
        return false;
    }
    const auto rows = parse_crypttab(root.read_if_exists("/etc/crypttab").value_or(""));
    const auto* row = find_row(rows, device.dm_name, "");
    constexpr std::array kRandom = {"/dev/urandom", "/dev/random", "/dev/hwrng", "/dev/hw_random"};
    return row != nullptr && (row->has("swap") || row->has("tmp") || std::find(kRandom.begin(), kRandom.end(), row->key_file) != kRandom.end());
}

}  // namespace nrear::scan
