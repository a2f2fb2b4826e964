// SPDX-License-Identifier: GPL-3.0-or-later
// What a stream is connected to, and writing to it. No cursor movements anywhere: a live line is a carriage return and blanks, which every terminal knows.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nrear::cli {

/// What decides about output: taken from the process once, given by tests.
struct TerminalFacts {
    bool is_terminal = false;
    bool is_serial = false;    ///< a slow line
    bool utf8 = false;         ///< the locale and the terminal can show it
    bool colors = false;
    std::size_t columns = 80;
};

using EnvironmentVariable = std::function<std::optional<std::string>(const std::string& name)>;

/// `tty_name` "" = no terminal; `columns` 0 = unknown (serial lines).
TerminalFacts terminal_facts(const std::string& tty_name, std::size_t columns, const EnvironmentVariable& variable, bool no_color);

/// Of this process.
TerminalFacts facts_of_descriptor(int fd, bool no_color);

/// Text for a terminal without UTF-8: "…" becomes "...", what has no such spelling "?".
std::string to_ascii(std::string_view text);

/// One output of the program: knows about a live line that must be cleared before anything else is printed.
class Output {
public:
    Output(int fd, TerminalFacts facts) : fd_(fd), facts_(facts) {}

    const TerminalFacts& facts() const { return facts_; }
    int descriptor() const { return fd_; }
    /// Writes text (with its own line ends), made fit for the terminal. What cannot be written is lost: a broken terminal must not stop a backup.
    void write(std::string_view text);
    /// Writes what a command prints as its result: into a file or pipe exactly as it is.
    void data(std::string_view text);
    /// Shows `text` as the line that changes; shorter than the terminal is wide.
    void live(std::string_view text);
    /// Removes the live line, so that something else can be printed.
    void clear_live();
    /// An unfinished line ("Create … ") is ended, so that something else can be printed.
    void end_line();
    /// "text" in bold red or yellow where there are colours.
    std::string red(std::string_view text) const;
    std::string yellow(std::string_view text) const;

private:
    void raw(std::string_view text);

    int fd_;
    TerminalFacts facts_;
    std::size_t live_length_ = 0;
    bool line_open_ = false;
};

}  // namespace nrear::cli
