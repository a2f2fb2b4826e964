// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace nrear::base {

namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";

template <class Number>
std::optional<Number> parse_number(std::string_view text, int number_base) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number, number_base);
    if (text.empty() || result.ec != std::errc{} || result.ptr != end) {
        return std::nullopt;
    }
    return number;
}

/// Length of the well-formed UTF-8 sequence at the start of `bytes`, 0 when there is none.
std::size_t utf8_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = at(0);
    const std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 0x6 ? 2 : (lead >> 4) == 0xE ? 3 : (lead >> 3) == 0x1E ? 4 : 0;
    if (length == 0 || length > bytes.size()) {
        return 0;
    }
    unsigned code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0U) != 0x80U) {
            return 0;
        }
        code = (code << 6) | (at(i) & 0x3FU);
    }
    static constexpr std::array<unsigned, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < kSmallest[length] || code > 0x10FFFF || surrogate ? 0 : length;
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> fields;
    if (text.empty()) {
        return fields;
    }
    for (std::size_t start = 0;;) {
        const auto end = text.find(separator, start);
        fields.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos) {
            return fields;
        }
        start = end + 1;
    }
}

std::vector<std::string> split_lines(std::string_view text) {
    auto lines = split(text, '\n');
    if (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    return lines;
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    for (auto start = text.find_first_not_of(kBlank); start != std::string_view::npos;) {
        const auto end = std::min(text.find_first_of(kBlank, start), text.size());
        words.emplace_back(text.substr(start, end - start));
        start = text.find_first_not_of(kBlank, end);
    }
    return words;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        out += i == 0 ? std::string_view{} : separator;
        out += parts[i];
    }
    return out;
}

std::string to_lower(std::string_view ascii) {
    std::string out(ascii);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::optional<std::uint64_t> parse_u64(std::string_view text, int number_base) {
    return parse_number<std::uint64_t>(text, number_base);
}

std::optional<std::int64_t> parse_i64(std::string_view text, int number_base) {
    return parse_number<std::int64_t>(text, number_base);
}

std::string hex(std::uint64_t number, int minimum_digits) {
    char buffer[16];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, number, 16);
    std::string digits(buffer, result.ptr);
    const auto width = static_cast<std::size_t>(std::max(minimum_digits, 0));
    return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
}

std::string to_hex(std::span<const std::byte> bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        out += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
        out += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15U];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const auto byte = parse_u64(digits.substr(i, 2), 16);
        if (!byte) {
            return std::nullopt;
        }
        bytes += static_cast<char>(*byte);
    }
    return bytes;
}

std::string shell_quote(std::string_view word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
        return std::string(word);
    }
    return "'" + replace_all(std::string(word), "'", "'\\''") + "'";
}

std::string shell_join(std::span<const std::string> argv) {
    std::string out;
    for (const auto& word : argv) {
        out += (out.empty() ? "" : " ") + shell_quote(word);
    }
    return out;
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto length = utf8_length(bytes);
        if (length == 0) {
            return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view raw_bytes) {
    std::string out;
    while (!raw_bytes.empty()) {
        const auto c = static_cast<unsigned char>(raw_bytes[0]);
        const auto length = utf8_length(raw_bytes);
        // U+0080..U+009F are control characters too (C1): some terminals obey them.
        const bool c1 = length == 2 && c == 0xC2 && static_cast<unsigned char>(raw_bytes[1]) < 0xA0;
        if (c == '\\') {
            out += "\\\\";
        } else if (length == 0 || c < 0x20 || c == 0x7F || c1) {
            for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i) {
                const auto byte = static_cast<unsigned char>(raw_bytes[i]);
                out += '\\';
                out += static_cast<char>('0' + (byte >> 6));
                out += static_cast<char>('0' + ((byte >> 3) & 7));
                out += static_cast<char>('0' + (byte & 7));
            }
        } else {
            out += raw_bytes.substr(0, length);
        }
        raw_bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string human_size(std::uint64_t bytes) {
    if (bytes < 1024) {
        return cat(bytes, " B");
    }
    std::size_t unit = 0;
    std::uint64_t scale = 1024;
    while (bytes / scale >= 1024 && unit < 5) {
        scale *= 1024;
        ++unit;
    }
    const std::uint64_t whole = bytes / scale;
    const std::uint64_t tenth = bytes % scale / (scale / 1024) * 10 / 1024;
    return cat(whole, ".", tenth, " ", "KMGTPE"[unit], "iB");
}

std::string human_duration(std::uint64_t seconds) {
    const auto two = [](std::uint64_t n) { return cat(n < 10 ? "0" : "", n); };
    const std::uint64_t hours = seconds / 3600;
    const std::uint64_t minutes = seconds / 60 % 60;
    return hours > 0 ? cat(hours, ":", two(minutes), ":", two(seconds % 60)) : cat(minutes, ":", two(seconds % 60));
}

std::string duration_words(std::uint64_t seconds) { return seconds >= 120 && seconds % 60 == 0 ? cat(seconds / 60, " min") : cat(seconds, " s"); }

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto digits = text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
    const auto number = parse_u64(digits);
    auto unit = text.substr(digits.size());
    if (!number) {
        return std::nullopt;
    }
    if (unit.empty() || unit == "B") {
        return number;
    }
    const auto power = std::string_view("kmgtpe").find(to_lower(unit.substr(0, 1)));
    unit.remove_prefix(1);
    if (power == std::string_view::npos || (!unit.empty() && unit != "B" && unit != "iB")) {
        return std::nullopt;
    }
    const unsigned shift = 10U * (static_cast<unsigned>(power) + 1U);
    return *number > (UINT64_MAX >> shift) ? std::nullopt : std::optional(*number << shift);
}

std::string mask_url_passwords(std::string_view text) {
    std::string out;
    for (auto scheme = text.find("://"); scheme != std::string_view::npos; scheme = text.find("://")) {
        const auto start = scheme + 3;
        const auto end = std::min(text.find_first_of("/ \t\n\"')", start), text.size());
        const auto authority = text.substr(start, end - start);
        const auto at = authority.rfind('@');
        const auto colon = authority.substr(0, at).find(':');
        if (at == std::string_view::npos || colon == std::string_view::npos) {
            out += text.substr(0, end);
        } else {
            out += cat(text.substr(0, start + colon + 1), "***", text.substr(start + at, end - start - at));
        }
        text.remove_prefix(end);
    }
    return out + std::string(text);
}

}  // namespace nrear::base
