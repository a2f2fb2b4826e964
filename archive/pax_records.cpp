// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/pax_records.h"

#include <algorithm>

#include "archive/inode_flags.h"
#include "archive/pax_writer.h"
#include "archive/posix_acl.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::string_view kSchilyXattr = "SCHILY.xattr.";
constexpr std::string_view kLibarchiveXattr = "LIBARCHIVE.xattr.";

[[noreturn]] void malformed(std::string_view what) {
    throw Error(ErrorKind::kIntegrity, "read the archive", base::cat("an extended header is malformed: ", what));
}

std::uint64_t number(std::string_view keyword, std::string_view value) {
    const auto parsed = base::parse_u64(value);
    if (!parsed || *parsed > INT64_MAX) {
        malformed(base::cat(keyword, " is no number"));
    }
    return *parsed;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = text[i] == '%' && i + 2 < text.size() ? base::parse_u64(text.substr(i + 1, 2), 16) : std::nullopt;
        out += code ? static_cast<char>(*code) : text[i];
        i += code ? 2 : 0;
    }
    return out;
}

std::string base64_decoded(std::string_view text) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) {
            break;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
        }
    }
    return out;
}

/// `replace`: libarchive writes each attribute in two ways; SCHILY's is the exact one.
void keep_xattr(PaxHeader& header, std::string name, std::string value, bool replace) {
    if (name == kAclAccessXattr || name == kAclDefaultXattr) {
        auto text = acl_text_from_xattr(value);
        auto& acl = name == kAclAccessXattr ? header.acl_access : header.acl_default;
        if (text && acl.empty()) {
            acl = std::move(*text);
        }
        return;
    }
    if (name.empty() || name.starts_with("system.") || name.find('\0') != std::string::npos) {
        return;
    }
    const auto known = std::find_if(header.xattrs.begin(), header.xattrs.end(), [&](const Xattr& xattr) { return xattr.name == name; });
    if (known == header.xattrs.end()) {
        header.xattrs.push_back({std::move(name), std::move(value)});
    } else if (replace) {
        known->value = std::move(value);
    }
}

void read_comment(PaxHeader& header, std::string_view value) {
    if (value.starts_with(kInodeFlagsComment)) {
        header.inode_flags = parse_inode_flags(value.substr(kInodeFlagsComment.size()));
    }
}

/// Format 0.1: "offset,length,offset,length"
void read_sparse_map(PaxHeader& header, std::string_view value) {
    const auto numbers = base::split(value, ',');
    if (numbers.size() % 2 != 0) {
        malformed("GNU.sparse.map has an odd number of numbers");
    }
    header.has_sparse_map = true;
    header.sparse_map.clear();
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
        header.sparse_map.push_back({number("GNU.sparse.map", numbers[i]), number("GNU.sparse.map", numbers[i + 1])});
    }
}

void read_sparse_record(PaxHeader& header, std::string_view keyword, std::string_view value) {
    if (keyword == "major") {
        header.sparse_major = static_cast<int>(number(keyword, value) & 0xff);
    } else if (keyword == "name") {
        header.sparse_name = value;
    } else if (keyword == "realsize" || keyword == "size") {
        header.sparse_size = number(keyword, value);
    } else if (keyword == "map") {
        read_sparse_map(header, value);
    } else if (keyword == "numblocks") {
        header.has_sparse_map = true;
    } else if (keyword == "offset") {
        header.sparse_map.push_back({number(keyword, value), 0});
    } else if (keyword == "numbytes") {
        if (header.sparse_map.empty()) {
            malformed("GNU.sparse.numbytes without an offset");
        }
        header.sparse_map.back().length = number(keyword, value);
    }
}

std::optional<std::string> text_or_nothing(std::string_view value) { return value.empty() ? std::nullopt : std::optional<std::string>(value); }

void read_record(PaxHeader& header, std::string_view keyword, std::string_view value) {
    if (keyword == "path") {
        header.path = text_or_nothing(value);
    } else if (keyword == "linkpath") {
        header.link_path = text_or_nothing(value);
    } else if (keyword == "size") {
        header.size = number(keyword, value);
    } else if (keyword == "uid") {
        header.uid = number(keyword, value);
    } else if (keyword == "gid") {
        header.gid = number(keyword, value);
    } else if (keyword == "mtime") {
        header.mtime = parse_pax_time(value);
        if (!header.mtime) {
            malformed("mtime is no time");
        }
    } else if (keyword == "comment") {
        read_comment(header, value);
    } else if (keyword == "SCHILY.acl.access") {
        header.acl_access = value;
    } else if (keyword == "SCHILY.acl.default") {
        header.acl_default = value;
    } else if (keyword == "SCHILY.fflags") {
        header.inode_flags = parse_inode_flags(value);
    } else if (keyword == "RHT.security.selinux") {
        keep_xattr(header, "security.selinux", std::string(value) + '\0', false);
    } else if (keyword.starts_with(kSchilyXattr)) {
        // GNU tar escapes only these two.
        keep_xattr(header, base::replace_all(base::replace_all(std::string(keyword.substr(kSchilyXattr.size())), "%3D", "="), "%25", "%"), std::string(value), true);
    } else if (keyword.starts_with(kLibarchiveXattr)) {
        keep_xattr(header, percent_decoded(keyword.substr(kLibarchiveXattr.size())), base64_decoded(value), false);
    } else if (keyword.starts_with("GNU.sparse.")) {
        read_sparse_record(header, keyword.substr(11), value);
    }
}

}  // namespace

void read_pax_records(std::string_view records, PaxHeader& header) {
    header.any = true;
    while (!records.empty() && records[0] != '\0') {
        const std::size_t blank = records.find(' ');
        const auto length = base::parse_u64(records.substr(0, blank));
        if (blank == std::string_view::npos || !length || *length < blank + 3 || *length > records.size() || records[*length - 1] != '\n') {
            malformed("a record's length is wrong");
        }
        const std::string_view record = records.substr(blank + 1, static_cast<std::size_t>(*length) - blank - 2);
        const std::size_t equals = record.find('=');
        if (equals == std::string_view::npos) {
            malformed("a record has no '='");
        }
        read_record(header, record.substr(0, equals), record.substr(equals + 1));
        records.remove_prefix(static_cast<std::size_t>(*length));
    }
}

std::optional<Timestamp> parse_pax_time(std::string_view text) {
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t dot = text.find('.');
    const auto whole = base::parse_u64(text.substr(0, dot));
    std::string digits(dot == std::string_view::npos ? "" : text.substr(dot + 1));
    if (!whole || *whole > INT64_MAX || digits.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    digits.resize(9, '0');
    const auto part = static_cast<std::uint32_t>(*base::parse_u64(digits));
    const auto seconds = static_cast<std::int64_t>(*whole);
    if (!negative) {
        return Timestamp{seconds, part};
    }
    return part == 0 ? Timestamp{-seconds, 0} : Timestamp{-seconds - 1, 1'000'000'000 - part};
}

}  // namespace nrear::archive
