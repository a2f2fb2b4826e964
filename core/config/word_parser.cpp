// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/word_parser.h"

#include <algorithm>
#include <array>

namespace nrear::config {

namespace {

using base::cat;

constexpr std::string_view kSingleQuoteHint = "put text that holds a '$' or a '`' in single quotes: NAME='…'";
constexpr unsigned kDeepest = 16;

void add_text(Word& word, std::string_view text, bool quoted) {
    if (!word.empty() && word.back().kind == Piece::Kind::kText && word.back().quoted == quoted) {
        word.back().text += text;
    } else {
        word.push_back({.kind = Piece::Kind::kText, .text = std::string(text), .quoted = quoted});
    }
}

/// ‘ ’ “ ” as word processors and web pages make them of ' and ".
bool is_typographic_quote(const Cursor& cursor) {
    constexpr std::array<std::string_view, 4> kQuotes{"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D"};
    return std::any_of(kQuotes.begin(), kQuotes.end(), [&](std::string_view quote) { return cursor.looking_at(quote); });
}

/// Watches an unquoted word for {a,b} and {1..3}, which a shell makes several words of.
class BraceWatch {
public:
    bool closes(char c, char next) {
        if (c == '{') {
            open_ = true;
            several_ = false;
        }
        several_ = several_ || (open_ && (c == ',' || (c == '.' && next == '.')));
        return open_ && several_ && c == '}';
    }

private:
    bool open_ = false;
    bool several_ = false;
};

}  // namespace

Word WordParser::parse(Place place) {
    Word word;
    BraceWatch braces;
    while (!is_metacharacter(cursor_.peek()) && !(place == Place::kCommand && cursor_.peek() == '`')) {
        if (place != Place::kAssignment && braces.closes(cursor_.peek(), cursor_.peek(1))) {
            cursor_.fail("braces that a shell would expand to several words", "write the words one by one, or in quotes if the braces are meant");
        }
        unquoted(word, place);
    }
    return word;
}

void WordParser::unquoted(Word& word, Place place) {
    switch (cursor_.peek()) {
        case '\'': return single_quoted(word);
        case '"': return double_quoted(word);
        case '\\': return escaped(word, false);
        case '$': return dollar(word, false);
        case '`': return substitution(word, false, '`');
        default: break;
    }
    if (is_typographic_quote(cursor_)) {
        cursor_.fail("a typographic quotation mark", "write ' or \" instead");
    }
    if (cursor_.peek() == '~' && home(word, place)) {
        return;
    }
    add_text(word, std::string(1, cursor_.take()), false);
}

void WordParser::single_quoted(Word& word) {
    const unsigned line = cursor_.line();
    cursor_.take();
    const auto start = cursor_.position();
    while (cursor_.peek() != '\'') {
        if (cursor_.at_end()) {
            cursor_.fail(line, "the ' that starts here has no end", "close it with another '; a ' inside is written '\\''");
        }
        cursor_.take();
    }
    add_text(word, cursor_.from(start), true);
    cursor_.take();
}

void WordParser::double_quoted(Word& word) {
    const unsigned line = cursor_.line();
    cursor_.take();
    // Only "" itself is an empty word: "${NAME[@]}" without elements is no word at all.
    if (cursor_.peek() == '"') {
        add_text(word, "", true);
    }
    while (cursor_.peek() != '"') {
        if (cursor_.at_end()) {
            cursor_.fail(line, "the \" that starts here has no end", "close it with another \"; a \" inside is written \\\"");
        }
        switch (cursor_.peek()) {
            case '\\': escaped(word, true); break;
            case '$': dollar(word, true); break;
            case '`': substitution(word, true, '`'); break;
            default: add_text(word, std::string(1, cursor_.take()), true);
        }
    }
    cursor_.take();
}

void WordParser::escaped(Word& word, bool in_quotes) {
    cursor_.take();
    if (cursor_.at_end()) {
        cursor_.fail("a backslash at the end of the file", "delete it");
    }
    const char c = cursor_.take();
    if (c == '\n') {
        return;
    }
    const bool kept = in_quotes && std::string_view("$`\"\\").find(c) == std::string_view::npos;
    add_text(word, kept ? std::string{'\\', c} : std::string(1, c), true);
}

bool WordParser::home(Word& word, Place place) {
    const bool after_colon = place == Place::kAssignment && !word.empty() && word.back().kind == Piece::Kind::kText && !word.back().quoted &&
                             word.back().text.ends_with(':');
    if (!word.empty() && !after_colon) {
        return false;
    }
    std::size_t length = 0;
    const auto next = [&] { return cursor_.peek(1 + length); };
    while (is_name_char(next()) || next() == '.' || next() == '-') {
        ++length;
    }
    if (next() != '/' && next() != ':' && !is_metacharacter(next())) {
        return false;
    }
    cursor_.take();
    const auto start = cursor_.position();
    cursor_.skip(length);
    word.push_back({.kind = Piece::Kind::kHome, .text = std::string(cursor_.from(start)), .quoted = true});
    return true;
}

void WordParser::special_parameter(char c) {
    cursor_.fail(cat("'$", c, "' means something else to a shell than these two characters"), std::string(kSingleQuoteHint));
}

void WordParser::dollar(Word& word, bool quoted) {
    cursor_.take();
    const char c = cursor_.peek();
    if (c == '{') {
        return braced(word, quoted);
    }
    if (c == '(') {
        return substitution(word, quoted, ')');
    }
    if (is_name_start(c)) {
        std::string variable = name();
        if (cursor_.looking_at("[@]") || cursor_.looking_at("[*]")) {
            cursor_.fail(cat("$", variable, "[@] is only the first element followed by the text [@]"), cat("write \"${", variable, "[@]}\""));
        }
        word.push_back({.kind = Piece::Kind::kVariable, .text = std::move(variable), .quoted = quoted});
    } else if (is_digit(c)) {
        word.push_back({.kind = Piece::Kind::kVariable, .text = std::string(1, cursor_.take()), .quoted = quoted});
    } else if (c != '\0' && std::string_view("$?!#@*-").find(c) != std::string_view::npos) {
        special_parameter(c);
    } else if (!quoted && (c == '\'' || c == '"')) {
        cursor_.fail(cat("$", c, "…", c, " is not read"), "write plain '…' or \"…\"");
    } else {
        add_text(word, "$", quoted);
    }
}

void WordParser::braced(Word& word, bool quoted) {
    const unsigned line = cursor_.line();
    cursor_.take();
    if (!is_name_start(cursor_.peek())) {
        cursor_.fail("a ${…} without the name of a variable", std::string(kSingleQuoteHint));
    }
    Piece piece{.kind = Piece::Kind::kVariable, .text = name(), .quoted = quoted};
    if (cursor_.looking_at("[@]")) {
        cursor_.skip(3);
        piece.kind = Piece::Kind::kElements;
    } else if (cursor_.looking_at(":-")) {
        cursor_.skip(2);
        piece.operation = Piece::Operation::kIfEmpty;
    } else if (cursor_.peek() == '-') {
        cursor_.take();
        piece.operation = Piece::Operation::kIfUnset;
    } else if (cursor_.looking_at("%%")) {
        cursor_.skip(2);
        piece.operation = Piece::Operation::kCutLongest;
    } else if (cursor_.peek() == '%') {
        cursor_.take();
        piece.operation = Piece::Operation::kCutShortest;
    }
    if (piece.operation != Piece::Operation::kNone) {
        // A pattern is one inside "…" too; only quotes of its own make it plain text.
        const bool pattern = piece.operation == Piece::Operation::kCutShortest || piece.operation == Piece::Operation::kCutLongest;
        piece.operand = operand(quoted && !pattern);
    }
    if (cursor_.at_end()) {
        cursor_.fail(line, "the ${ that starts here has no end", "close it with }");
    }
    if (cursor_.peek() != '}') {
        cursor_.fail(cat("this form of ${", piece.text, "…} is not read"),
                     "write ${NAME}, ${NAME[@]}, ${NAME-word}, ${NAME:-word} or ${NAME%pattern}, or the value itself");
    }
    cursor_.take();
    word.push_back(std::move(piece));
}

Word WordParser::operand(bool quoted) {
    if (++depth_ > kDeepest) {
        cursor_.fail("too many ${…} inside one another", "write the value itself");
    }
    Word word;
    while (cursor_.peek() != '}' && !cursor_.at_end()) {
        if (!quoted) {
            unquoted(word, Place::kArray);
        } else if (cursor_.peek() == '"') {
            cursor_.fail("quotation marks inside a quoted ${…}", "write the value itself");
        } else if (cursor_.peek() == '\\') {
            escaped(word, true);
        } else if (cursor_.peek() == '$') {
            dollar(word, true);
        } else if (cursor_.peek() == '`') {
            substitution(word, true, '`');
        } else {
            add_text(word, std::string(1, cursor_.take()), true);
        }
    }
    --depth_;
    return word;
}

void WordParser::substitution(Word& word, bool quoted, char closing) {
    if (++depth_ > kDeepest) {
        cursor_.fail("too many $(…) inside one another", "write the value itself");
    }
    const unsigned line = cursor_.line();
    cursor_.take();
    if (closing == ')' && cursor_.peek() == '(') {
        cursor_.fail("arithmetic $((…)) is not computed", "write the number itself");
    }
    Piece piece{.kind = Piece::Kind::kCommand, .quoted = quoted};
    for (;;) {
        cursor_.skip_blanks();
        if (cursor_.peek() == '\n') {
            cursor_.take();
        } else if (cursor_.peek() == closing) {
            break;
        } else if (Word argument = parse(Place::kCommand); !argument.empty()) {
            piece.command.push_back(std::move(argument));
            check_command(piece.command);
        } else if (cursor_.at_end()) {
            cursor_.fail(line, "the command substitution that starts here has no end", "close it");
        } else {
            cursor_.fail(cat("'", cursor_.peek(), "' in a command: no command is executed from a configuration file"), "write the value itself");
        }
    }
    check_command(piece.command);
    cursor_.take();
    --depth_;
    word.push_back(std::move(piece));
}

void WordParser::check_command(const std::vector<Word>& command) {
    const bool plain = !command.empty() && command.front().size() == 1 && command.front().front().kind == Piece::Kind::kText;
    const std::string program = plain ? command.front().front().text : "";
    if (program != "date" && program != "hostname" && program != "which") {
        cursor_.fail(cat("the command substitution $(", program.empty() ? "" : program + " ", "…) would have to be executed"),
                     "no command is executed from a configuration file, only $(hostname [-s]), $(date [+FORMAT]) and $(which NAME) are computed: write the "
                     "value itself");
    }
}

std::string WordParser::name() {
    const auto start = cursor_.position();
    while (is_name_char(cursor_.peek())) {
        cursor_.take();
    }
    return std::string(cursor_.from(start));
}

}  // namespace nrear::config
