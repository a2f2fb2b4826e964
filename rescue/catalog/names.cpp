// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/names.h"

#include <algorithm>
#include <array>

#include "core/base/clock.h"
#include "core/base/text.h"

namespace nrear::catalog {

namespace {

using base::cat;

constexpr std::size_t kShortId = 8;
constexpr std::string_view kForeign = "foreign";
constexpr std::array<std::string_view, 12> kArchiveEndings{".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz", ".tar.lzma", ".tar.lz4", ".tar.lzo", ".tar.Z", ".tar", ".tgz", ".tbz", ".txz"};
constexpr std::array<std::string_view, 3> kOtherEndings{".json", ".log", ".iso"};

template <class Endings>
std::string_view without_ending(std::string_view name, const Endings& endings) {
    const auto found = std::find_if(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
    return found == endings.end() ? name : name.substr(0, name.size() - found->size());
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::size_t digits_at_end(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.rbegin(), text.rend(), is_digit) - text.rbegin());
}

std::string_view without_separator(std::string_view text) {
    return !text.empty() && std::string_view("-_.").find(text.back()) != std::string_view::npos ? text.substr(0, text.size() - 1) : text;
}

constexpr std::size_t kDate = 8;

bool in_range(std::string_view digits, std::uint64_t least, std::uint64_t most) {
    const auto number = base::parse_u64(digits);
    return number && *number >= least && *number <= most;
}

/// Serial numbers in host names are no dates.
bool is_date(std::string_view digits) {
    return digits.size() == kDate && in_range(digits.substr(0, 4), 2000, 2199) && in_range(digits.substr(4, 2), 1, 12) && in_range(digits.substr(6, 2), 1, 31);
}

/// HHMM or HHMMSS.
bool is_time(std::string_view digits) {
    return (digits.size() == 4 || digits.size() == 6) && in_range(digits.substr(0, 2), 0, 23) && in_range(digits.substr(2, 2), 0, 59) &&
           (digits.size() == 4 || in_range(digits.substr(4, 2), 0, 60));
}

}  // namespace

std::string history_name(const record::BackupRecord& record) {
    // The record comes from a server: what becomes part of a path is what we would have written.
    std::string id;
    std::copy_if(record.id.begin(), record.id.end(), std::back_inserter(id), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); });
    id.resize(kShortId, '0');
    return cat(base::utc_time_for_name(base::parse_utc_time(record.created).value_or(0)), "-", id);
}

std::string foreign_history_name(std::int64_t mtime) { return cat(base::utc_time_for_name(mtime), "-", kForeign); }

bool is_history_name(std::string_view name) {
    // YYYYmmdd-HHMMSS-…
    constexpr std::size_t kTime = 6;
    constexpr std::size_t kPrefix = kDate + 1 + kTime + 1;
    if (name.size() <= kPrefix || !all_digits(name.substr(0, kDate)) || name[kDate] != '-' || !all_digits(name.substr(kDate + 1, kTime)) || name[kPrefix - 1] != '-') {
        return false;
    }
    const auto rest = name.substr(kPrefix);
    return std::all_of(rest.begin(), rest.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; });
}

std::string series_of(std::string_view archive_name) {
    const auto digits = digits_at_end(archive_name);
    const auto rest = archive_name.substr(0, archive_name.size() - digits);
    const auto last = archive_name.substr(rest.size());
    if (last.size() >= kDate && is_date(last.substr(0, kDate)) && (last.size() == kDate || is_time(last.substr(kDate)))) {
        return std::string(without_separator(rest));
    }
    // "20221122-0101"
    const auto before = without_separator(rest);
    if (is_time(last) && before.size() < rest.size() && digits_at_end(before) == kDate && is_date(before.substr(before.size() - kDate))) {
        return std::string(without_separator(before.substr(0, before.size() - kDate)));
    }
    return std::string(archive_name);
}

std::string stem_of(std::string_view file_name) {
    const auto unindexed = without_ending(file_name, std::array<std::string_view, 1>{record::kIndexSuffix});
    const auto archive = without_ending(unindexed, kArchiveEndings);
    return std::string(archive.size() < unindexed.size() ? archive : without_ending(file_name, kOtherEndings));
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, kShortId)); }

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string in(const std::string& directory, const std::string& name) { return cat(directory, directory.ends_with('/') ? "" : "/", name); }

std::string file_list_name(const std::string& record_name) { return cat(record_name.substr(0, record_name.rfind('.')), ".log"); }

bool is_archive_name(std::string_view name) { return without_ending(name, kArchiveEndings).size() < name.size(); }

}  // namespace nrear::catalog
