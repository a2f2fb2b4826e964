// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/disguise.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_letter(c); }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_hex(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_hex_digit); }

/// Names that many machines have, and words that mean something to a scan.
constexpr std::array kCommonNames = {"localhost", "localdomain", "local", "node", "host", "server", "rescue", "root", "boot", "home", "data", "disk", "swap", "block", "virtual"};

/// WWNs are spelled with different heads; the number is what they share.
std::string_view without_head(std::string_view identifier) {
    for (const std::string_view head : {"naa.", "eui.", "nvme.", "uuid.", "mpath-", "0x"}) {
        if (identifier.starts_with(head)) {
            identifier.remove_prefix(head.size());
        }
    }
    // scsi_id puts the type of the designator, 3 = NAA, before the number (SPC-4 7.8.6).
    const bool scsi_id = (identifier.size() == 17 || identifier.size() == 33) && identifier.starts_with('3') && is_hex(identifier);
    return scsi_id ? identifier.substr(1) : identifier;
}

/// Numbers of this length are unmistakable wherever they stand; anything else has to be a word.
bool is_unmistakable(std::string_view word) { return word.size() >= 12 && is_hex(word); }

/// Every maximal run of characters for which `belongs` holds, through `replace`.
template <class Belongs, class Replace>
std::string replace_runs(const std::string& text, Belongs&& belongs, Replace&& replace) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && belongs(text[end])) {
            ++end;
        }
        if (end == at) {
            out += text[at++];
        } else {
            out += replace(text.substr(at, end - at));
            at = end;
        }
    }
    return out;
}

/// Values of options that are nobody's business, as x; what follows `ends` is kept.
std::string mask_values(std::string text, std::string_view key, std::string_view ends) {
    const std::string lower = base::to_lower(text);
    for (auto at = lower.find(key); at != std::string::npos; at = lower.find(key, at + 1)) {
        const bool word = at == 0 || !is_alnum(text[at - 1]);
        for (std::size_t i = at + key.size(); word && i < text.size() && ends.find(text[i]) == std::string_view::npos; ++i) {
            text[i] = 'x';
        }
    }
    return text;
}

std::string mask_secrets(std::string text) {
    for (const char* key : {"password=", "passwd=", "pass=", "passphrase=", "secret=", "token=", "rootpw=", "user=", "username=", "netroot=iscsi:"}) {
        text = mask_values(std::move(text), key, std::string_view(key).ends_with(':') ? "@ \t\n" : ", \t\n\"'");
    }
    return base::mask_url_passwords(text);
}

/// Letters and digits made anonymous, the rest kept; the number stands at the end.
std::string filled(std::string_view word, std::string_view letters, std::size_t number) {
    std::string out(word);
    std::size_t next = 0;
    for (char& c : out) {
        if (is_letter(c)) {
            const char letter = letters[next++ % letters.size()];
            c = c >= 'a' ? letter : static_cast<char>(letter - 'a' + 'A');
        } else if (is_digit(c)) {
            c = '0';
        }
    }
    for (std::size_t i = out.size(); i-- > 0 && number > 0;) {
        if (is_alnum(out[i])) {
            out[i] = static_cast<char>('0' + number % 10);
            number /= 10;
        }
    }
    return out;
}

}  // namespace

void Disguise::learn(std::string_view word, std::string_view letters) {
    if (learnt_.contains(word)) {
        return;
    }
    for (std::size_t number = handed_out_.size() + 1; number < handed_out_.size() + 1000; ++number) {
        auto replacement = filled(word, letters, number);
        if (handed_out_.insert(replacement).second) {
            learnt_.emplace(word, std::move(replacement));
            return;
        }
    }
}

void Disguise::learn_identifier(std::string_view identifier) {
    const auto word = without_head(base::trim(identifier));
    constexpr std::size_t kShortest = 5;  // shorter ones are numbers of slots and the like, and would be found everywhere
    const bool one_character = std::all_of(word.begin(), word.end(), [&](char c) { return c == word.front(); });
    if (word.size() >= kShortest && !one_character && !knows_part_of(word)) {
        learn(word, "a");
    }
}

void Disguise::learn_name(std::string_view name) {
    const bool common = std::find(kCommonNames.begin(), kCommonNames.end(), name) != kCommonNames.end();
    const bool example = name.starts_with("example.") || name.find(".example.") != std::string_view::npos;
    if (name.size() < 3 || common || example || !std::any_of(name.begin(), name.end(), is_letter)) {
        return;
    }
    learn(name, "host");
    // Device-mapper doubles a '-' in names.
    if (name.find('-') != std::string_view::npos) {
        learnt_.emplace(base::replace_all(std::string(name), "-", "--"), base::replace_all(learnt_.find(name)->second, "-", "--"));
    }
}

bool Disguise::knows_part_of(std::string_view text) const { return replace_learnt(std::string(text)) != text; }

void Disguise::learn_udev(std::string_view content) {
    std::string whole;
    for (const auto& line : base::split_lines(content)) {
        for (const char* key : {"E:ID_SERIAL_SHORT=", "E:ID_SCSI_SERIAL=", "E:SCSI_IDENT_SERIAL=", "E:DM_SERIAL=", "E:ID_WWN=", "E:ID_WWN_WITH_EXTENSION=", "E:DM_WWN="}) {
            if (line.starts_with(key)) {
                learn_identifier(line.substr(std::string_view(key).size()));
            }
        }
        if (line.starts_with("E:ID_SERIAL=")) {
            whole = line.substr(line.find('=') + 1);
        }
    }
    learn_identifier(whole);  // model and serial: only when nothing in it is known
}

/// Servers of network mounts: "server:/export", "//server/share".
void Disguise::learn_servers(std::string_view content) {
    for (const auto& word : base::split_words(content)) {
        const auto colon = word.find(":/");
        std::string server;
        if (word.starts_with("//")) {
            server = word.substr(2, word.find('/', 2) - 2);
        } else if (colon != std::string::npos && word.find_first_of("/=[") > colon) {
            server = word.substr(0, colon);
        }
        if (server.find(':') == std::string::npos) {
            learn_name(server);
        }
    }
}

void Disguise::learn_from(std::string_view path, std::string_view content) {
    const auto first_line = base::trim(content.substr(0, content.find('\n')));
    if (path.starts_with("/run/udev/data/")) {
        learn_udev(content);
    } else if (path.ends_with("/vpd_pg80")) {
        learn_identifier(content.size() > 4 ? content.substr(4) : "");
    } else if (path.ends_with("/wwid") && first_line.starts_with("t10.")) {
        const auto words = base::split_words(first_line);  // vendor, model, serial
        learn_identifier(words.back());
    } else if (path.ends_with("/serial") || path.ends_with("/wwid") || (path.ends_with("/dm/uuid") && first_line.starts_with("mpath-"))) {
        learn_identifier(first_line);
    } else if (path == "/proc/sys/kernel/hostname") {
        const auto dot = first_line.find('.');
        learn_name(first_line.substr(0, dot));
        learn_name(dot == std::string_view::npos ? "" : first_line.substr(dot + 1));
    } else if (path == "/etc/machine-id") {
        learn_identifier(first_line);
    } else if (path == "/etc/fstab" || path.ends_with("/mountinfo")) {
        learn_servers(content);
    }
}

std::string Disguise::replace_learnt(const std::string& text) const {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::pair<const std::string, std::string>* best = nullptr;
        for (const auto& entry : learnt_) {
            const auto& word = entry.first;
            if (text.compare(at, word.size(), word) != 0 || (best != nullptr && best->first.size() > word.size())) {
                continue;
            }
            const std::size_t end = at + word.size();
            const bool stands_alone = (at == 0 || !is_alnum(text[at - 1]) || !is_alnum(word.front())) && (end == text.size() || !is_alnum(text[end]) || !is_alnum(word.back()));
            if (stands_alone || is_unmistakable(word)) {
                best = &entry;
            }
        }
        out += best == nullptr ? std::string(1, text[at]) : best->second;
        at += best == nullptr ? 1 : best->first.size();
    }
    return out;
}

std::string Disguise::numbered(const std::string& kind, const std::string& original) {
    auto& known = numbers_[kind];
    return std::to_string(known.try_emplace(original, known.size() + 1).first->second);
}

/// Six or more pairs of digits in a row: Ethernet, and the longer ones of InfiniBand and Fibre Channel.
std::string Disguise::hardware_addresses(const std::string& run, char separator) {
    auto fields = base::split(run, separator);
    constexpr std::size_t kEthernet = 6;
    for (std::size_t first = 0; first < fields.size();) {
        std::size_t end = first;
        while (end < fields.size() && fields[end].size() == 2) {
            ++end;
        }
        const bool with_type = separator == '-' && end - first == kEthernet + 1;  // BOOTIF=01-52-54-…
        const std::size_t from = first + (with_type ? 1 : 0);
        const std::vector<std::string> pairs(fields.begin() + static_cast<std::ptrdiff_t>(from), fields.begin() + static_cast<std::ptrdiff_t>(std::max(from, end)));
        const auto address = base::to_lower(base::join(pairs, ":"));
        const bool special = std::all_of(address.begin(), address.end(), [](char c) { return c == '0' || c == ':'; }) ||
                             std::all_of(address.begin(), address.end(), [](char c) { return c == 'f' || c == ':'; });
        if (pairs.size() >= kEthernet && !special) {
            const auto digits = base::hex(base::parse_u64(numbered("hardware", address)).value_or(0), static_cast<int>(2 * pairs.size() - 2));
            fields[from] = "02";  // locally administered
            for (std::size_t i = 1; i < pairs.size(); ++i) {
                fields[from + i] = digits.substr(2 * i - 2, 2);
            }
        }
        first = std::max(end, first + 1);
    }
    return base::join(fields, std::string(1, separator));
}

std::string Disguise::ipv4(const std::string& run) {
    const auto parts = base::split(run, '.');
    std::array<std::uint64_t, 4> numbers{};
    if (parts.size() != numbers.size()) {
        return run;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = base::parse_u64(parts[i]);
        if (!number || *number > 255 || parts[i].size() > 3) {
            return run;
        }
        numbers[i] = *number;
    }
    const auto [a, b, c, d] = numbers;
    const bool says_nothing = a == 0 || a == 127 || a >= 224 || (a == 169 && b == 254) || (a == 192 && b == 0 && c == 2) || (a == 198 && b == 51 && c == 100) ||
                              (a == 203 && b == 0 && c == 113);
    if (says_nothing) {
        return run;
    }
    // 198.18.0.0/15 is for measurements (RFC 2544), 100.64.0.0/10 for carriers (RFC 6598): both are nobody's address.
    const auto number = base::parse_u64(numbered("ipv4", cat(a, ".", b))).value_or(0);
    return number <= 2 ? cat("198.", 17 + number, ".", c, ".", d) : cat("100.", 64 + number % 64, ".", c, ".", d);
}

std::string Disguise::ipv6(const std::string& run) {
    in6_addr address{};
    const bool looks_global = run.find(':') == 4;
    if (!looks_global || inet_pton(AF_INET6, run.c_str(), &address) != 1) {
        return run;
    }
    auto& bytes = address.s6_addr;
    const bool documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
    if (documentation || bytes[0] == 0xff) {
        return run;
    }
    const auto put = [&](std::size_t at, std::size_t width, const std::string& kind) {
        const std::string original(reinterpret_cast<const char*>(bytes), at + width);
        auto number = base::parse_u64(numbered(kind, original)).value_or(0);
        for (std::size_t i = width; i-- > 0; number >>= 8U) {
            bytes[at + i] = static_cast<std::uint8_t>(number & 0xffU);
        }
    };
    if (std::any_of(&bytes[8], &bytes[14], [](std::uint8_t byte) { return byte != 0; })) {
        put(8, 8, "interface");  // made of the MAC address, often
    }
    if (!(bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80)) {
        put(0, 6, "ipv6");
        constexpr std::array<std::uint8_t, 4> kDocumentation = {0x20, 0x01, 0x0d, 0xb8};  // RFC 3849
        std::copy(kDocumentation.begin(), kDocumentation.end(), &bytes[0]);
    }
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(AF_INET6, &address, text, sizeof text) == nullptr ? run : text;
}

std::string Disguise::apply(const std::string& text) {
    // An iSCSI name is known by its form: "iqn.2001-04.com.example:storage.disk1" up to the LUN that udev appends.
    for (auto at = text.find("iqn."); at != std::string::npos; at = text.find("iqn.", at + 1)) {
        const auto name = std::string_view(text).substr(at, std::min(text.find("-lun-", at), text.find_first_of(" \t\n,\"/", at)) - at);
        constexpr std::size_t kDate = sizeof "iqn.2001-04." - 1;
        if (name.size() > kDate) {
            learn(name.substr(kDate), "a");
        }
    }
    auto out = mask_secrets(replace_learnt(text));
    const auto in_hex = [](char separator) { return [separator](char c) { return is_hex_digit(c) || c == separator; }; };
    out = replace_runs(out, in_hex(':'), [&](const std::string& run) { return ipv6(hardware_addresses(run, ':')); });
    out = replace_runs(out, in_hex('-'), [&](const std::string& run) { return hardware_addresses(run, '-'); });
    return replace_runs(out, [](char c) { return is_digit(c) || c == '.'; }, [&](const std::string& run) { return ipv4(run); });
}

}  // namespace nrear::scan
