// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/fat_image.h"

#include <ctime>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::iso {

namespace {

using base::cat;

constexpr std::size_t kSector = 512;
constexpr std::size_t kClusterSectors = 4;  // 2048 bytes: a block of a CD
constexpr std::size_t kCluster = kSector * kClusterSectors;
constexpr std::size_t kReservedSectors = 4;
constexpr std::size_t kRootEntries = 64;
constexpr std::size_t kEntry = 32;
constexpr std::size_t kRootSectors = kRootEntries * kEntry / kSector;
constexpr std::size_t kFat12Clusters = 4084;  // at most; one more makes a reader take it for FAT16
constexpr std::size_t kMaximumSectors = 65535;
constexpr unsigned char kMedia = 0xf8;
constexpr unsigned char kDirectory = 0x10;
constexpr unsigned char kVolumeLabel = 0x08;
constexpr unsigned char kLongName = 0x0f;
constexpr std::size_t kLongNamePart = 13;  // characters in one entry
constexpr std::size_t kMaximumName = 255;

void put(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        bytes[at + i] = static_cast<char>((value >> (8 * i)) & 0xffU);
    }
}

struct Stamp {
    std::uint16_t date;
    std::uint16_t time;
};

Stamp stamp_of(std::int64_t seconds) {
    constexpr std::int64_t kFirst = 315532800;  // 1980-01-01: FAT counts from here
    const auto when = static_cast<time_t>(std::max(seconds, kFirst));
    tm parts{};
    gmtime_r(&when, &parts);
    const auto number = [](int value) { return static_cast<unsigned>(value); };
    return {static_cast<std::uint16_t>((number(parts.tm_year - 80) << 9U) | (number(parts.tm_mon + 1) << 5U) | number(parts.tm_mday)),
            static_cast<std::uint16_t>((number(parts.tm_hour) << 11U) | (number(parts.tm_min) << 5U) | (number(parts.tm_sec) / 2))};
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return upper(c); });
    return text;
}

bool is_short_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'()-@^_`{}~").find(c) != std::string_view::npos;
}

/// Eleven bytes, blank padded, of "NAME.EXT" in capitals; "" when the name does not fit the form.
std::string short_name(const std::string& name) {
    const auto dot = name.rfind('.');
    const auto base_name = name.substr(0, dot);
    const auto extension = dot == std::string::npos ? "" : name.substr(dot + 1);
    const auto fits = [](const std::string& part) { return std::all_of(part.begin(), part.end(), is_short_character); };
    if (base_name.empty() || base_name.size() > 8 || extension.size() > 3 || !fits(base_name) || !fits(extension)) {
        return "";
    }
    std::string padded = base_name + std::string(8 - base_name.size(), ' ') + extension;
    return padded + std::string(11 - padded.size(), ' ');
}

/// "GRUB    CFG" of "grub.cfg", "MOKMAN~1EFI" of "MokManager.efi": the first that no other name in the directory has.
std::string alias_of(const std::string& name, const std::set<std::string>& taken) {
    if (const auto capitals = short_name(upper(name)); !capitals.empty() && !taken.contains(capitals)) {
        return capitals;
    }
    const auto dot = name.rfind('.');
    const auto keep = [](const std::string& part, std::size_t most) {
        std::string kept;
        std::copy_if(part.begin(), part.end(), std::back_inserter(kept), is_short_character);
        return kept.substr(0, most);
    };
    const auto extension = dot == std::string::npos ? "" : keep(upper(name.substr(dot + 1)), 3);
    for (unsigned number = 1; number < 10000; ++number) {
        const auto tail = cat("~", number);
        const auto alias = short_name(cat(keep(upper(name.substr(0, dot)), 8 - tail.size()), tail, extension.empty() ? "" : ".", extension));
        if (!taken.contains(alias)) {
            return alias;
        }
    }
    throw Error(ErrorKind::kGeneral, "make the EFI boot image", cat("there is no short name left for ", name));
}

std::string directory_entry(const std::string& eleven, unsigned char attributes, Stamp stamp, std::size_t cluster, std::size_t size) {
    std::string entry(kEntry, '\0');
    entry.replace(0, eleven.size(), eleven);
    entry[11] = static_cast<char>(attributes);
    put(entry, 14, stamp.time, 2);
    put(entry, 16, stamp.date, 2);
    put(entry, 18, stamp.date, 2);
    put(entry, 22, stamp.time, 2);
    put(entry, 24, stamp.date, 2);
    put(entry, 26, cluster, 2);
    put(entry, 28, size, 4);
    return entry;
}

/// The entries before a short one that hold the name as it was given, last part first.
std::string long_name_entries(const std::string& name, const std::string& eleven) {
    unsigned char sum = 0;
    for (const char c : eleven) {
        sum = static_cast<unsigned char>(((sum & 1U) << 7U) + (sum >> 1U) + static_cast<unsigned char>(c));
    }
    constexpr std::array<std::size_t, kLongNamePart> kPlaces{1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    std::string all;
    for (std::size_t part = (name.size() + kLongNamePart - 1) / kLongNamePart; part > 0; --part) {
        std::string entry(kEntry, '\0');
        const bool last = all.empty();
        entry[0] = static_cast<char>(part | (last ? 0x40U : 0U));
        entry[11] = kLongName;
        entry[13] = static_cast<char>(sum);
        for (std::size_t i = 0; i < kLongNamePart; ++i) {
            const auto at = (part - 1) * kLongNamePart + i;
            put(entry, kPlaces[i], at < name.size() ? static_cast<unsigned char>(name[at]) : at == name.size() ? 0U : 0xffffU, 2);
        }
        all += entry;
    }
    return all;
}

struct Node {
    std::map<std::string, Node> children;  ///< by name: of a directory
    const IsoFile* file = nullptr;         ///< else of a file
};

void check_name(const std::string& name, const std::string& path) {
    const auto good = [](char c) { return c > ' ' && c <= '~' && std::string_view("\"*:<>?\\|").find(c) == std::string_view::npos; };
    if (name.empty() || name.size() > kMaximumName || name.back() == '.' || name.front() == '.' || !std::all_of(name.begin(), name.end(), good)) {
        throw Error(ErrorKind::kGeneral, "make the EFI boot image", cat("FAT cannot hold the name ", base::printable(path)));
    }
}

Node tree_of(const std::vector<IsoFile>& files) {
    Node root;
    for (const auto& file : files) {
        Node* place = &root;
        for (std::size_t begin = 0; begin <= file.path.size();) {
            const auto end = std::min(file.path.find('/', begin), file.path.size());
            const auto name = file.path.substr(begin, end - begin);
            check_name(name, file.path);
            // Case does not tell names apart.
            const auto same = std::find_if(place->children.begin(), place->children.end(), [&](const auto& it) { return upper(it.first) == upper(name); });
            place = same == place->children.end() ? &place->children[name] : &same->second;
            begin = end + 1;
            if (place->file != nullptr) {
                throw Error(ErrorKind::kGeneral, "make the EFI boot image", cat(place->file->path, " is in it twice"));
            }
        }
        if (!place->children.empty()) {
            throw Error(ErrorKind::kGeneral, "make the EFI boot image", cat(file.path, " is a directory in it too"));
        }
        place->file = &file;
    }
    return root;
}

/// Clusters as they are handed out, in order: every chain is one run.
class Clusters {
public:
    /// Number of the first one; 0 for nothing.
    std::size_t add(const std::string& bytes) {
        if (bytes.empty()) {
            return 0;
        }
        const auto first = reserve((bytes.size() + kCluster - 1) / kCluster);
        fill(first, bytes);
        return first;
    }
    std::size_t reserve(std::size_t count) {
        const auto first = chain_.size();
        for (std::size_t i = 0; i < count; ++i) {
            chain_.push_back(i + 1 == count ? kEnd : first + i + 1);
        }
        data_.resize((chain_.size() - 2) * kCluster, '\0');
        return first;
    }
    void fill(std::size_t first, const std::string& bytes) { data_.replace((first - 2) * kCluster, bytes.size(), bytes); }

    std::size_t count() const { return chain_.size() - 2; }
    const std::string& data() const { return data_; }
    bool fat16() const { return count() > kFat12Clusters; }

    std::string table() const {
        std::string bytes((chain_.size() * (fat16() ? 4 : 3) + 1) / 2, '\0');
        for (std::size_t i = 0; i < chain_.size(); ++i) {
            if (fat16()) {
                put(bytes, 2 * i, chain_[i], 2);
                continue;
            }
            const auto at = i + i / 2;
            const auto value = chain_[i] & 0xfffU;
            const auto first = i % 2 == 0 ? value & 0xffU : static_cast<unsigned char>(bytes[at]) | ((value & 0xfU) << 4U);
            bytes[at] = static_cast<char>(first);
            bytes[at + 1] = static_cast<char>(i % 2 == 0 ? value >> 8U : value >> 4U);
        }
        bytes.resize((bytes.size() + kSector - 1) / kSector * kSector, '\0');
        return bytes;
    }

private:
    static constexpr std::size_t kEnd = 0xffff;
    std::vector<std::size_t> chain_{0xff00U | kMedia, kEnd};  // the first two entries are no clusters
    std::string data_;
};

std::size_t entries_in(const Node& directory) {
    std::size_t count = 2;  // "." and "..", or the label in the root
    for (const auto& [name, child] : directory.children) {
        count += 1 + (short_name(name).empty() ? (name.size() + kLongNamePart - 1) / kLongNamePart : 0);
    }
    return count;
}

/// The entries of a directory, after what it holds has been placed. `own` is its first cluster, 0 for the root.
std::string place(const Node& directory, std::size_t own, Stamp stamp, Clusters& clusters) {
    std::string entries;
    std::set<std::string> taken;
    for (const auto& [name, child] : directory.children) {
        taken.insert(short_name(name));
    }
    for (const auto& [name, child] : directory.children) {
        auto eleven = short_name(name);
        if (eleven.empty()) {
            eleven = alias_of(name, taken);
            taken.insert(eleven);
            entries += long_name_entries(name, eleven);
        }
        if (child.file != nullptr) {
            entries += directory_entry(eleven, 0, stamp, clusters.add(child.file->content), child.file->content.size());
            continue;
        }
        const auto first = clusters.reserve((entries_in(child) * kEntry + kCluster - 1) / kCluster);
        clusters.fill(first, directory_entry(".          ", kDirectory, stamp, first, 0) + directory_entry("..         ", kDirectory, stamp, own, 0) +
                                 place(child, first, stamp, clusters));
        entries += directory_entry(eleven, kDirectory, stamp, first, 0);
    }
    return entries;
}

std::string boot_sector(std::string_view label, std::size_t sectors, std::size_t table_sectors, bool fat16, std::int64_t created) {
    std::string bytes(kReservedSectors * kSector, '\0');
    bytes.replace(0, 11, "\xeb\x3c\x90" "NREAR1.0");
    put(bytes, 11, kSector, 2);
    put(bytes, 13, kClusterSectors, 1);
    put(bytes, 14, kReservedSectors, 2);
    put(bytes, 16, 2, 1);  // tables
    put(bytes, 17, kRootEntries, 2);
    put(bytes, 19, sectors, 2);
    put(bytes, 21, kMedia, 1);
    put(bytes, 22, table_sectors, 2);
    put(bytes, 24, 32, 2);  // sectors per track and heads: of no meaning, never 0
    put(bytes, 26, 64, 2);
    put(bytes, 36, 0x80, 1);
    put(bytes, 38, 0x29, 1);  // the next three are there
    put(bytes, 39, static_cast<std::uint64_t>(created), 4);
    bytes.replace(43, 11, cat(label, std::string(11 - label.size(), ' ')));
    bytes.replace(54, 8, fat16 ? "FAT16   " : "FAT12   ");
    bytes.replace(62, 2, "\xeb\xfe");  // whoever runs it stays here
    put(bytes, 510, 0xaa55, 2);
    return bytes;
}

}  // namespace

std::string make_fat_image(const std::vector<IsoFile>& files, const FatOptions& options) {
    const auto tree = tree_of(files);
    if (entries_in(tree) > kRootEntries || options.label.size() > 11) {
        throw Error(ErrorKind::kGeneral, "make the EFI boot image", "its label or its root directory is too large");
    }
    const auto stamp = stamp_of(options.created);
    const auto label = cat(options.label, std::string(11 - options.label.size(), ' '));
    Clusters clusters;
    auto root = directory_entry(label, kVolumeLabel, stamp, 0, 0) + place(tree, 0, stamp, clusters);
    root.resize(kRootSectors * kSector, '\0');
    const auto table = clusters.table();
    auto sectors = kReservedSectors + 2 * table.size() / kSector + kRootSectors + clusters.count() * kClusterSectors;
    const auto padding = (kClusterSectors - sectors % kClusterSectors) % kClusterSectors;  // whole blocks of a CD; too little for one more cluster
    sectors += padding;
    if (sectors > kMaximumSectors) {
        throw Error(ErrorKind::kGeneral, "make the EFI boot image", cat("it would be ", base::human_size(sectors * kSector), ", at most ",
                                                                       base::human_size(kMaximumSectors * kSector), " are possible"));
    }
    return cat(boot_sector(options.label, sectors, table.size() / kSector, clusters.fat16(), options.created), table, table, root, clusters.data(),
               std::string(padding * kSector, '\0'));
}

}  // namespace nrear::iso
