// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "core/base/text.h"

namespace nrear::cli {

namespace {

constexpr std::array<std::string_view, 5> kSerialNames{"/dev/ttyS", "/dev/ttyAMA", "/dev/ttyUSB", "/dev/hvc", "/dev/console"};
constexpr std::array<std::string_view, 4> kPlainTerminals{"", "dumb", "linux", "vt100"};

bool starts_with_any(std::string_view text, std::span<const std::string_view> starts) {
    return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return text.starts_with(start); });
}

bool is_utf8_locale(const EnvironmentVariable& variable) {
    for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto value = variable(name).value_or("");
        if (!value.empty()) {
            const std::string lower = base::to_lower(value);
            return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
        }
    }
    return false;
}

}  // namespace

TerminalFacts terminal_facts(const std::string& tty_name, std::size_t columns, const EnvironmentVariable& variable, bool no_color) {
    const std::string term = variable("TERM").value_or("");
    const bool plain = std::find(kPlainTerminals.begin(), kPlainTerminals.end(), term) != kPlainTerminals.end();
    TerminalFacts facts;
    facts.is_terminal = !tty_name.empty();
    facts.is_serial = starts_with_any(tty_name, kSerialNames);
    facts.utf8 = is_utf8_locale(variable) && !(facts.is_terminal && plain);
    facts.colors = facts.is_terminal && !no_color && variable("NO_COLOR").value_or("").empty() && !plain;
    if (columns == 0) {
        columns = static_cast<std::size_t>(base::parse_u64(variable("COLUMNS").value_or("")).value_or(0));
    }
    constexpr std::size_t kUsual = 80;
    constexpr std::size_t kNarrowest = 20;
    constexpr std::size_t kWidest = 1000;
    facts.columns = columns == 0 ? kUsual : std::clamp(columns, kNarrowest, kWidest);
    return facts;
}

TerminalFacts facts_of_descriptor(int fd, bool no_color) {
    std::array<char, 256> name{};
    const bool terminal = isatty(fd) == 1;
    if (terminal && ttyname_r(fd, name.data(), name.size()) != 0) {
        name[0] = '?';
    }
    winsize size{};
    const std::size_t columns = terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    const auto variable = [](const std::string& key) -> std::optional<std::string> {
        const char* value = std::getenv(key.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    return terminal_facts(terminal ? name.data() : "", columns, variable, no_color);
}

std::string to_ascii(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            out += text[i];
            continue;
        }
        if ((byte & 0xC0U) == 0x80U) {
            continue;  // the rest of a character that was already replaced
        }
        const auto character = text.substr(i, 3);
        out += character == "\xE2\x80\xA6" ? "..." : character == "\xE2\x80\x93" || character == "\xE2\x80\x94" ? "-" : "?";
    }
    return out;
}

void Output::raw(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd_, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
            constexpr int kPatience = 1000;  // milliseconds; flow control of a serial line can stop output for ever
            if (poll(&wait, 1, kPatience) <= 0) {
                return;
            }
        } else if (errno != EINTR) {
            return;
        }
    }
}

void Output::write(std::string_view text) {
    if (text.empty()) {
        return;
    }
    clear_live();
    line_open_ = text.back() != '\n';
    raw(facts_.utf8 ? std::string(text) : to_ascii(text));
}

void Output::data(std::string_view text) {
    if (facts_.is_terminal) {
        write(text);
    } else {
        raw(text);
    }
}

void Output::live(std::string_view text) {
    std::string line = to_ascii(text).substr(0, facts_.columns - 1);
    const std::size_t length = line.size();
    line.resize(std::max(length, live_length_), ' ');
    raw(base::cat("\r", line));
    live_length_ = length;
}

void Output::clear_live() {
    if (live_length_ > 0) {
        raw(base::cat("\r", std::string(live_length_, ' '), "\r"));
        live_length_ = 0;
    }
}

void Output::end_line() {
    clear_live();
    if (line_open_) {
        raw("\n");
        line_open_ = false;
    }
}

std::string Output::red(std::string_view text) const { return facts_.colors ? base::cat("\033[1;31m", text, "\033[0m") : std::string(text); }

std::string Output::yellow(std::string_view text) const { return facts_.colors ? base::cat("\033[33m", text, "\033[0m") : std::string(text); }

}  // namespace nrear::cli
