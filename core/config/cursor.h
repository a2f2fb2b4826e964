// SPDX-License-Identifier: GPL-3.0-or-later
// A place in the text of a configuration file, and errors that name it. Internal to the parser.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::config {

class Cursor {
public:
    Cursor(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    bool at_end() const { return position_ >= text_.size(); }
    /// '\0' past the end: the text holds none (parse() refuses it).
    char peek(std::size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
    bool looking_at(std::string_view word) const { return text_.substr(position_).starts_with(word); }
    char take() {
        const char c = text_[position_++];
        line_ += c == '\n';
        return c;
    }
    void skip(std::size_t count) {
        while (count-- > 0 && !at_end()) {
            take();
        }
    }
    std::size_t position() const { return position_; }
    unsigned line() const { return line_; }
    std::string_view from(std::size_t start) const { return text_.substr(start, position_ - start); }
    /// What is left of the current line.
    std::string_view rest_of_line() const {
        const auto rest = text_.substr(position_);
        return rest.substr(0, rest.find('\n'));
    }

    /// Blanks, and line ends that a backslash hides.
    void skip_blanks() {
        for (;;) {
            if (peek() == ' ' || peek() == '\t') {
                take();
            } else if (peek() == '\\' && peek(1) == '\n') {
                skip(2);
            } else {
                return;
            }
        }
    }
    void skip_comment() {
        while (!at_end() && peek() != '\n') {
            take();
        }
    }

    [[noreturn]] void fail(unsigned line, const std::string& what, const std::string& hint) const {
        throw Error(ErrorKind::kConfig, base::cat(file_, ":", line, ": ", what), "", hint);
    }
    [[noreturn]] void fail(const std::string& what, const std::string& hint) const { fail(line_, what, hint); }

private:
    std::string_view text_;
    const std::string& file_;
    std::size_t position_ = 0;
    unsigned line_ = 1;
};

inline bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
inline bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Ends an unquoted word; all but blanks and line ends mean something to a shell that is not in the grammar.
inline bool is_metacharacter(char c) { return c == '\0' || std::string_view(" \t\n;&|<>()").find(c) != std::string_view::npos; }

}  // namespace nrear::config
