// SPDX-License-Identifier: GPL-3.0-or-later
// Small text functions; they stand in for <format>, which GCC 12 lacks. Nothing here depends on the locale.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace nrear::base {

namespace detail {
inline void append(std::string& out, std::string_view text) { out += text; }
inline void append(std::string& out, char c) { out += c; }
template <class Number>
    requires(std::is_integral_v<Number> && !std::is_same_v<Number, char> && !std::is_same_v<Number, bool>)
void append(std::string& out, Number number) {
    char buffer[24];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, number);
    out.append(buffer, result.ptr);
}
}  // namespace detail

/// Joins strings, characters and integers to one string: cat("part ", 3, ": ", name).
template <class... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

std::string_view trim(std::string_view text);                                ///< blanks, tabs, CR, LF at both ends
std::vector<std::string> split(std::string_view text, char separator);       ///< keeps empty fields; "" gives none
std::vector<std::string> split_lines(std::string_view text);                 ///< without '\n'; a last empty line is dropped
std::vector<std::string> split_words(std::string_view text);                 ///< at runs of blanks, tabs and newlines
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower(std::string_view ascii);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// The whole of `text` as a number, or nothing (no sign for unsigned, no blanks, no overflow).
std::optional<std::uint64_t> parse_u64(std::string_view text, int number_base = 10);
std::optional<std::int64_t> parse_i64(std::string_view text, int number_base = 10);

std::string hex(std::uint64_t number, int minimum_digits = 1);
std::string to_hex(std::span<const std::byte> bytes);                        ///< two lower-case digits a byte
std::optional<std::string> from_hex(std::string_view digits);                ///< the bytes; nothing when it is not pairs of hex digits


/// One word for a POSIX shell; plain words stay as they are.
std::string shell_quote(std::string_view word);
std::string shell_join(std::span<const std::string> argv);

/// A file name as it may be shown on a terminal or in a log: control characters and bytes that are not UTF-8 as \ooo, backslash doubled.
std::string printable(std::string_view raw_bytes);

/// True when the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

/// "18.6 GiB", "512 B". Never rounds up to the next unit.
std::string human_size(std::uint64_t bytes);
/// "0:07", "12:30", "1:02:03".
std::string human_duration(std::uint64_t seconds);
/// For sentences: "4 s", "10 min"; in minutes when there are at least two, and no rest.
std::string duration_words(std::uint64_t seconds);
/// "20G", "512M", "1T", "4096", with K/M/G/T/P as powers of 1024, an optional "iB" or "B" after it; nothing if it is no size.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Passwords of all URLs in the text become "***": "sftp://user:***@host/path" for "sftp://user:secret@host/path".
std::string mask_url_passwords(std::string_view text);

}  // namespace nrear::base
