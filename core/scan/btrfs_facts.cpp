// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/btrfs_facts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

Error unreadable(const char* program, std::string why) { return Error(ErrorKind::kLayout, "read the facts of a btrfs file system", cat(program, " ", std::move(why))); }

std::optional<std::uint64_t> number_after(const std::vector<std::string>& words, std::string_view name) {
    const auto found = std::find(words.begin(), words.end(), name);
    return found == words.end() || found + 1 == words.end() ? std::nullopt : base::parse_u64(*(found + 1));
}

std::uint64_t flag_bits(std::string_view text) {
    return base::parse_u64(text.starts_with("0x") ? text.substr(2) : text, 16).value_or(0);
}

struct Feature {
    unsigned bit;
    const char* name;  ///< "" for what follows from others (profiles, node size) or comes with use
};
// Source: include/uapi/linux/btrfs.h, BTRFS_FEATURE_INCOMPAT_* and BTRFS_FEATURE_COMPAT_RO_*.
constexpr Feature kIncompatible[] = {{0, ""},                {1, ""},          {2, "mixed-bg"},  {3, ""},   {4, ""},          {5, ""},      {6, "extref"},           {7, "raid56"},
                                     {8, "skinny-metadata"}, {9, "no-holes"}, {10, ""},         {11, "raid1c34"}, {12, "zoned"}, {13, "extent-tree-v2"}, {14, "raid-stripe-tree"}, {16, "squota"}};
constexpr Feature kCompatibleReadOnly[] = {{0, "free-space-tree"}, {1, ""}, {2, ""}, {3, "block-group-tree"}};

template <std::size_t kCount>
void take_features(std::uint64_t flags, const Feature (&known)[kCount], const char* unknown, std::vector<std::string>& features) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        if ((flags >> bit & 1U) == 0) {
            continue;
        }
        const auto* found = std::find_if(std::begin(known), std::end(known), [&](const Feature& feature) { return feature.bit == bit; });
        const auto name = found == std::end(known) ? cat(unknown, bit) : std::string(found->name);
        if (!name.empty()) {
            features.push_back(name);
        }
    }
}

/// Bytes by kind and profile: what holds most is what new chunks get; mkfs of old leaves empty "single" ones behind.
class Chunks {
public:
    void add(const std::string& kind, const std::string& profile, std::uint64_t size, bool holds_something) {
        auto& entry = sizes_[kind][base::to_lower(profile)];
        entry.first += size;
        entry.second = entry.second || holds_something;
    }

    BtrfsProfiles finish(const char* program) {
        BtrfsProfiles profiles;
        const bool mixed = sizes_.contains("Data+Metadata");
        profiles.data = largest(mixed ? "Data+Metadata" : "Data", profiles.more);
        profiles.metadata = mixed ? profiles.data : largest("Metadata", profiles.more);
        if (profiles.metadata.empty()) {
            throw unreadable(program, "shows no metadata");
        }
        if (profiles.data.empty()) {
            profiles.data = "single";  // nothing has ever been written
        }
        return profiles;
    }

private:
    std::string largest(const std::string& kind, std::vector<std::string>& more) const {
        const auto found = sizes_.find(kind);
        if (found == sizes_.end()) {
            return "";
        }
        const auto best = std::max_element(found->second.begin(), found->second.end(), [](const auto& a, const auto& b) { return a.second.first < b.second.first; });
        for (const auto& [profile, entry] : found->second) {
            if (profile != best->first && entry.second) {
                more.push_back(cat(kind, " ", profile));
            }
        }
        return best->first;
    }

    std::map<std::string, std::map<std::string, std::pair<std::uint64_t, bool>>> sizes_;
};

/// The path of a line of `btrfs subvolume list` stands last, after the word "path".
std::optional<FoundSubvolume> parse_subvolume_line(const std::string& line) {
    constexpr std::string_view kPath = " path ";
    const auto path = line.find(kPath);
    const auto words = base::split_words(line.substr(0, path));
    const auto id = number_after(words, "ID");
    if (path == std::string::npos || !id || words.front() != "ID") {
        return std::nullopt;
    }
    const auto origin = std::find(words.begin(), words.end(), "parent_uuid");
    const bool snapshot = origin != words.end() && origin + 1 != words.end() && *(origin + 1) != "-";
    return FoundSubvolume{*id, number_after(words, "parent").value_or(0), snapshot, line.substr(path + kPath.size())};
}

}  // namespace

std::string parse_btrfs_version(std::string_view text) {
    const auto words = base::split_words(text);  // "btrfs-progs v6.2", "btrfs-progs v4.9.1"
    for (const auto& word : words) {
        if (word.size() > 1 && word.front() == 'v' && word[1] >= '0' && word[1] <= '9') {
            return word.substr(1);
        }
    }
    return "";
}

BtrfsDevices parse_btrfs_show(std::string_view text) {
    constexpr std::string_view kPath = " path ";
    std::map<std::uint64_t, std::string> by_id;
    BtrfsDevices devices;
    std::uint64_t total = 0;
    for (const auto& line : base::split_lines(text)) {
        const auto path = line.find(kPath);
        const auto words = base::split_words(line.substr(0, path));
        total = number_after(words, "devices").value_or(total);
        const auto id = number_after(words, "devid");
        if (!id || path == std::string::npos) {
            continue;
        }
        const auto name = line.substr(path + kPath.size());
        const bool missing = base::trim(name) == "MISSING" || base::trim(name).ends_with(" MISSING") || !name.starts_with('/');
        if (!missing) {
            by_id[*id] = name;
        }
    }
    for (auto& [id, path] : by_id) {
        devices.paths.push_back(std::move(path));
    }
    if (devices.paths.empty()) {
        throw unreadable("btrfs filesystem show", "names no device");
    }
    devices.missing = total > devices.paths.size() ? static_cast<std::uint32_t>(total - devices.paths.size()) : 0;
    return devices;
}

void parse_btrfs_super(std::string_view text, layout::BtrfsFilesystem& btrfs) {
    std::map<std::string, std::vector<std::string>> values;
    for (const auto& line : base::split_lines(text)) {
        auto words = base::split_words(line);
        if (words.size() >= 2) {
            const auto name = words.front();
            words.erase(words.begin());
            values.try_emplace(name, std::move(words));
        }
    }
    const auto number = [&](const char* name) {
        const auto found = values.find(name);
        const auto value = found == values.end() ? std::nullopt : base::parse_u64(found->second.front());
        if (!value) {
            throw unreadable("btrfs inspect-internal dump-super", cat("shows no ", name));
        }
        return static_cast<std::uint32_t>(*value);
    };
    btrfs.node_size = number("nodesize");
    btrfs.sector_size = number("sectorsize");
    number("csum_type");
    const auto& checksum = values.at("csum_type");  // "0 (crc32c)"
    btrfs.checksum = checksum.size() > 1 && checksum[1].size() > 2 ? checksum[1].substr(1, checksum[1].size() - 2) : "crc32c";
    if (!values.contains("incompat_flags")) {
        throw unreadable("btrfs inspect-internal dump-super", "shows no incompat_flags");
    }
    btrfs.features.clear();
    take_features(flag_bits(values.at("incompat_flags").front()), kIncompatible, "incompat-", btrfs.features);
    if (const auto found = values.find("compat_ro_flags"); found != values.end()) {
        take_features(flag_bits(found->second.front()), kCompatibleReadOnly, "compat-ro-", btrfs.features);
    }
}

BtrfsProfiles parse_btrfs_df(std::string_view text) {
    Chunks chunks;  // "Data, RAID1: total=67108864, used=0"
    for (const auto& line : base::split_lines(text)) {
        const auto comma = line.find(", ");
        const auto colon = line.find(": total=");
        if (comma == std::string::npos || colon == std::string::npos || colon < comma) {
            continue;
        }
        const auto rest = base::split(line.substr(colon + 2), ',');
        const auto value = [&](std::size_t index) {
            const auto equals = index < rest.size() ? rest[index].find('=') : std::string::npos;
            return equals == std::string::npos ? 0 : base::parse_u64(rest[index].substr(equals + 1)).value_or(0);
        };
        chunks.add(line.substr(0, comma), line.substr(comma + 2, colon - comma - 2), value(0), value(1) != 0);
    }
    return chunks.finish("btrfs filesystem df");
}

BtrfsProfiles parse_btrfs_chunks(std::string_view text) {
    Chunks chunks;  // "length 8388608 owner 2 stripe_len 65536 type SYSTEM|RAID1"
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        const auto length = number_after(words, "length");
        const auto type = std::find(words.begin(), words.end(), "type");
        if (!length || type == words.end() || type + 1 == words.end()) {
            continue;
        }
        std::vector<std::string> kinds;
        std::string profile = "single";
        for (const auto& word : base::split(*(type + 1), '|')) {
            if (word == "DATA" || word == "METADATA" || word == "SYSTEM") {
                kinds.push_back(word == "DATA" ? "Data" : word == "METADATA" ? "Metadata" : "System");
            } else {
                profile = word;
            }
        }
        chunks.add(base::join(kinds, "+"), profile, *length, false);
    }
    return chunks.finish("btrfs inspect-internal dump-tree");
}

std::vector<FoundSubvolume> parse_btrfs_subvolumes(std::string_view text, std::uint64_t mounted) {
    std::vector<FoundSubvolume> found;
    for (const auto& line : base::split_lines(text)) {
        if (auto subvolume = parse_subvolume_line(line)) {
            found.push_back(*std::move(subvolume));
        } else if (!found.empty()) {
            found.back().path += "\n" + line;  // of a name with a line break in it
        }
    }
    const auto by_id = [&](std::uint64_t id) { return std::find_if(found.begin(), found.end(), [&](const FoundSubvolume& other) { return other.id == id; }); };
    const auto top = by_id(mounted);
    const std::string prefix = top == found.end() ? "" : top->path + "/";
    for (auto& subvolume : found) {
        std::size_t steps = 0;  // bounded, should the ids ever run in a circle
        auto parent = subvolume.parent;
        for (auto above = by_id(parent); parent != mounted && above != found.end() && steps < found.size(); ++steps, above = by_id(parent)) {
            parent = above->parent;
        }
        if (parent == mounted) {
            subvolume.path = prefix + subvolume.path;
        }
    }
    std::sort(found.begin(), found.end(), [](const FoundSubvolume& a, const FoundSubvolume& b) { return a.id < b.id; });
    return found;
}

std::vector<std::uint64_t> parse_btrfs_ids(std::string_view text) {
    std::vector<std::uint64_t> ids;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        const auto id = words.size() > 1 && words.front() == "ID" ? base::parse_u64(words[1]) : std::nullopt;
        if (id) {
            ids.push_back(*id);
        }
    }
    return ids;
}

std::string parse_btrfs_compression(std::string_view text) {
    constexpr std::string_view kName = "compression=";
    const auto line = base::trim(text);
    return line.starts_with(kName) ? std::string(line.substr(kName.size())) : "";
}

std::uint64_t subvolume_id_in(std::string_view options) {
    constexpr std::string_view kName = "subvolid=";
    for (auto at = options.find(kName); at != std::string_view::npos; at = options.find(kName, at + 1)) {
        if (at == 0 || options[at - 1] == ',' || options[at - 1] == '=' || options[at - 1] == ' ') {
            const auto digits = options.substr(at + kName.size());
            return base::parse_u64(digits.substr(0, digits.find_first_not_of("0123456789"))).value_or(0);
        }
    }
    return 0;
}

}  // namespace nrear::scan
