// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/posix_acl.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kNoId = 0xffffffff;

enum Tag : std::uint16_t { kUserObject = 1, kUser = 2, kGroupObject = 4, kGroup = 8, kMask = 16, kOther = 32 };

struct AclEntry {
    std::uint16_t tag;
    std::uint16_t permissions;
    std::uint32_t id;
};

std::uint32_t get_little(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    }
    return value;
}

void put_little(std::string& out, std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xff);
    }
}

std::string_view tag_name(std::uint16_t tag) {
    switch (tag) {
        case kUserObject:
        case kUser:
            return "user";
        case kGroupObject:
        case kGroup:
            return "group";
        case kMask:
            return "mask";
        case kOther:
            return "other";
        default:
            return {};
    }
}

std::optional<std::uint16_t> parse_permissions(std::string_view text) {
    std::uint16_t permissions = 0;
    for (const char c : text) {
        switch (c) {
            case 'r': permissions |= 4; break;
            case 'w': permissions |= 2; break;
            case 'x': permissions |= 1; break;
            case '-': break;
            default: return std::nullopt;
        }
    }
    return permissions;
}

/// A number, else the fourth field (star and libarchive put the id there), else the name's id.
std::optional<std::uint32_t> parse_id(const std::vector<std::string>& fields, bool is_group, const AclNameLookup& lookup) {
    for (const std::size_t i : {std::size_t{1}, std::size_t{3}}) {
        const auto number = i < fields.size() ? base::parse_u64(fields[i]) : std::nullopt;
        if (number && *number < kNoId) {
            return static_cast<std::uint32_t>(*number);
        }
    }
    return lookup ? lookup(is_group, fields[1]) : std::nullopt;
}

std::optional<AclEntry> parse_entry(std::string_view text, const AclNameLookup& lookup) {
    auto fields = base::split(text, ':');
    if (fields.size() == 2 && (fields[0] == "other" || fields[0] == "o" || fields[0] == "mask" || fields[0] == "m")) {
        fields.insert(fields.begin() + 1, "");  // "other:r--", as Solaris and libarchive write it
    }
    if (fields.size() < 3) {
        return std::nullopt;
    }
    const auto permissions = parse_permissions(base::trim(fields[2]));
    if (!permissions) {
        return std::nullopt;
    }
    const std::string& tag = fields[0];
    const bool named = !fields[1].empty();
    if (tag == "user" || tag == "u" || tag == "group" || tag == "g") {
        const bool is_group = tag[0] == 'g';
        if (!named) {
            return AclEntry{is_group ? kGroupObject : kUserObject, *permissions, kNoId};
        }
        const auto id = parse_id(fields, is_group, lookup);
        return id ? std::optional(AclEntry{is_group ? kGroup : kUser, *permissions, *id}) : std::nullopt;
    }
    if (named || (tag != "mask" && tag != "m" && tag != "other" && tag != "o")) {
        return std::nullopt;
    }
    return AclEntry{tag[0] == 'm' ? kMask : kOther, *permissions, kNoId};
}

}  // namespace

std::optional<std::string> acl_text_from_xattr(std::string_view value) {
    if (value.size() < 4 || (value.size() - 4) % 8 != 0 || get_little(value, 0, 4) != kVersion) {
        return std::nullopt;
    }
    std::string text;
    for (std::size_t at = 4; at < value.size(); at += 8) {
        const auto tag = static_cast<std::uint16_t>(get_little(value, at, 2));
        const std::uint32_t permissions = get_little(value, at + 2, 2);
        const std::string_view name = tag_name(tag);
        if (name.empty() || permissions > 7) {
            return std::nullopt;
        }
        text += text.empty() ? "" : ",";
        text += name;
        text += ':';
        if (tag == kUser || tag == kGroup) {
            text += std::to_string(get_little(value, at + 4, 4));
        }
        text += ':';
        text += (permissions & 4) != 0 ? 'r' : '-';
        text += (permissions & 2) != 0 ? 'w' : '-';
        text += (permissions & 1) != 0 ? 'x' : '-';
    }
    return text;
}

std::optional<std::string> acl_xattr_from_text(std::string_view text, const AclNameLookup& lookup) {
    std::vector<AclEntry> entries;
    for (const auto& line : base::split(base::replace_all(std::string(text), ",", "\n"), '\n')) {
        const std::string_view part = base::trim(std::string_view(line).substr(0, line.find('#')));
        if (part.empty()) {
            continue;
        }
        const auto entry = parse_entry(part, lookup);
        if (!entry) {
            return std::nullopt;
        }
        entries.push_back(*entry);
    }
    if (entries.empty()) {
        return std::nullopt;
    }
    // The kernel wants them by tag, then by id.
    std::sort(entries.begin(), entries.end(), [](const AclEntry& a, const AclEntry& b) { return a.tag != b.tag ? a.tag < b.tag : a.id < b.id; });
    std::string value;
    put_little(value, kVersion, 4);
    for (const auto& entry : entries) {
        put_little(value, entry.tag, 2);
        put_little(value, entry.permissions, 2);
        put_little(value, entry.id, 4);
    }
    return value;
}

}  // namespace nrear::archive
