// SPDX-License-Identifier: GPL-3.0-or-later
// Statements of a configuration file. Words are read by word_parser.
#include <algorithm>
#include <array>

#include "core/config/setting_names.h"
#include "core/config/syntax.h"
#include "core/config/word_parser.h"

namespace nrear::config {

namespace {

using base::cat;

constexpr std::string_view kNothingRuns = "a configuration file only sets variables, nothing in it is executed: ";

class Parser {
public:
    Parser(std::string_view text, const std::string& file) : cursor_(text, file), words_(cursor_) {}

    std::vector<Assignment> parse() {
        while (!cursor_.at_end()) {
            statement_or_blank();
        }
        if (in_group_) {
            cursor_.fail(group_line_, "the { that starts here has no end", "close it with }");
        }
        return std::move(assignments_);
    }

private:
    void statement_or_blank();
    void statement();
    void open_group();
    void close_group();
    void assignment(unsigned line);
    void array(Assignment& into);
    void end_of_statement(const std::string& name);
    void stray_word(const std::string& name);
    void declare();
    std::string word_ahead() const;
    [[noreturn]] void refuse(const std::string& first);

    Cursor cursor_;
    WordParser words_;
    std::vector<Assignment> assignments_;
    bool in_group_ = false;
    unsigned group_line_ = 0;
};

void Parser::statement_or_blank() {
    cursor_.skip_blanks();
    const char c = cursor_.peek();
    const bool lonely = c == '{' && (is_metacharacter(cursor_.peek(1)));
    if (cursor_.at_end()) {
        return;
    }
    if (c == '\n') {
        cursor_.take();
    } else if (c == '#') {
        cursor_.skip_comment();
    } else if (lonely) {
        open_group();
    } else if (c == '}' && in_group_) {
        close_group();
    } else {
        statement();
    }
}

void Parser::open_group() {
    if (in_group_) {
        cursor_.fail("a { inside { … }", "one pair of braces is enough");
    }
    in_group_ = true;
    group_line_ = cursor_.line();
    cursor_.take();
}

void Parser::close_group() {
    in_group_ = false;
    cursor_.take();
    cursor_.skip_blanks();
    if (cursor_.looking_at("2>")) {
        cursor_.skip(cursor_.looking_at("2>>") ? 3 : 2);
        cursor_.skip_blanks();
        if (words_.parse(WordParser::Place::kCommand).empty()) {
            cursor_.fail("a redirection without a target", "write 2>>/dev/$SECRET_OUTPUT_DEV");
        }
    }
    end_of_statement("");
}

/// The word at the cursor up to a blank or metacharacter, uninterpreted.
std::string Parser::word_ahead() const {
    std::string word;
    while (!is_metacharacter(cursor_.peek(word.size()))) {
        word += cursor_.peek(word.size());
    }
    return word;
}

void Parser::declare() {
    // Only the forms that set a variable and nothing else.
    cursor_.skip(7);
    cursor_.skip_blanks();
    if (word_ahead() != "-a" && word_ahead() != "-x") {
        cursor_.fail("this form of 'declare' is not read", "write NAME=value or NAME=( words )");
    }
    cursor_.skip(2);
    cursor_.skip_blanks();
}

void Parser::statement() {
    const unsigned line = cursor_.line();
    const std::string first = word_ahead();
    if (first == "export") {
        cursor_.skip(6);
        cursor_.skip_blanks();
    } else if (first == "declare") {
        declare();
    }
    std::size_t length = 0;
    if (is_name_start(cursor_.peek())) {
        while (is_name_char(cursor_.peek(length))) {
            ++length;
        }
    }
    const bool assigns = cursor_.peek(length) == '=' || (cursor_.peek(length) == '+' && cursor_.peek(length + 1) == '=');
    if (length == 0 || !assigns) {
        refuse(first);
    }
    assignment(line);
}

void Parser::assignment(unsigned line) {
    Assignment result{.secret = in_group_, .line = line};
    while (is_name_char(cursor_.peek())) {
        result.name += cursor_.take();
    }
    result.append = cursor_.take() == '+';
    if (result.append) {
        cursor_.take();
    }
    if (cursor_.peek() == '(') {
        result.is_array = true;
        array(result);
    } else {
        const unsigned word_line = cursor_.line();
        result.values.push_back({words_.parse(WordParser::Place::kAssignment), word_line});
    }
    const std::string name = result.name;
    assignments_.push_back(std::move(result));
    end_of_statement(name);
}

void Parser::array(Assignment& into) {
    const unsigned opened = cursor_.line();
    cursor_.take();
    for (;;) {
        cursor_.skip_blanks();
        const char c = cursor_.peek();
        if (cursor_.at_end()) {
            cursor_.fail(opened, cat(into.name, "=( that starts here has no end"), "close it with )");
        } else if (c == '\n') {
            cursor_.take();
        } else if (c == '#') {
            cursor_.skip_comment();
        } else if (c == ')') {
            cursor_.take();
            return;
        } else if (is_metacharacter(c)) {
            cursor_.fail(cat("'", c, "' between the elements of ", into.name), "separate elements by blanks, and put those that hold such characters in quotes");
        } else {
            if (c == '[' && word_ahead().find("]=") != std::string::npos) {
                cursor_.fail("elements with an index of their own are not read", "write the elements in their order, or the pattern in quotes");
            }
            const unsigned line = cursor_.line();
            into.values.push_back({words_.parse(WordParser::Place::kArray), line});
        }
    }
}

void Parser::end_of_statement(const std::string& name) {
    cursor_.skip_blanks();
    const char c = cursor_.peek();
    if (cursor_.at_end() || c == '\n') {
        return;
    }
    if (c == '#') {
        // A '#' that touches the word before belongs to that word; here it can only follow ')' or '}'.
        cursor_.skip_comment();
    } else if (c == ';' && cursor_.peek(1) != ';') {
        cursor_.take();
    } else if (is_metacharacter(c)) {
        cursor_.fail(cat("'", c, "' after ", name.empty() ? "}" : name + "=…"),
                     cat("if it belongs to the value, put the value in quotes: ", name.empty() ? "NAME" : name, "='…'"));
    } else {
        stray_word(name);
    }
}

void Parser::stray_word(const std::string& name) {
    const std::string word = word_ahead();
    if (name.empty()) {
        cursor_.fail("text after }", "put the next statement on a line of its own");
    }
    const auto& value = assignments_.back();
    if (!value.is_array && value.values.front().word.empty()) {
        cursor_.fail(cat("a blank after ", name, "="), cat("write ", name, "='…' without a blank after the '='"));
    }
    const bool shown = !is_secret_name(name) && cursor_.rest_of_line().find('@') == std::string_view::npos && !in_group_;
    cursor_.fail(cat("a second word", shown ? cat(" ('", base::printable(word), "')") : "", " after ", name, "=…"),
                 cat("a value with blanks needs quotes: ", name, "='…'; another setting needs a line of its own"));
}

void Parser::refuse(const std::string& first) {
    constexpr std::array kConstructs{"if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "function", "[[", "[", "test", "source", "."};
    const auto rest = cursor_.rest_of_line();
    std::size_t length = 0;
    while (length < rest.size() && is_name_char(rest[length])) {
        ++length;
    }
    const std::string name(rest.substr(0, length));
    const auto after = base::trim(rest.substr(length));
    if (first.starts_with("//")) {
        cursor_.fail("'//' is no comment", "start comments with '#'");
    }
    if (length > 0 && (after.starts_with("=") || after.starts_with("+="))) {
        cursor_.fail(cat("blanks before the '=' of ", name), cat("write ", name, after.starts_with("+") ? "+=" : "=", "… without blanks around the '='"));
    }
    if (length > 0 && rest.substr(length).starts_with("[")) {
        cursor_.fail(cat("a single element of ", name, " is set"), cat("set the whole array: ", name, "=( … ), or append to it: ", name, "+=( … )"));
    }
    if (first == "export" || first == "declare") {
        cursor_.fail(cat("'", first, "' without a value"), cat("write ", first == "export" ? "export " : "", name.empty() ? "NAME" : name, "=value, or delete the line"));
    }
    if (std::find(kConstructs.begin(), kConstructs.end(), first) != kConstructs.end()) {
        cursor_.fail(cat("'", first, "' is a shell construct"), cat(kNothingRuns, "write the resulting values as NAME=value or NAME=( words )"));
    }
    if (is_metacharacter(cursor_.peek()) || cursor_.peek() == '}') {
        cursor_.fail(cat("'", cursor_.peek(), "' where a setting should start"), "write NAME=value or NAME=( words )");
    }
    // A line without '=' may well be the rest of a broken value, hence perhaps of a password: only a plain first word is shown.
    const bool plain = std::all_of(first.begin(), first.end(), [](char c) { return is_name_char(c) || c == '/' || c == '-' || c == '.'; });
    cursor_.fail(cat(plain ? cat("'", first, "'") : "this line", " is not a setting but a command"), cat(kNothingRuns, "write NAME=value, or delete the line"));
}

}  // namespace

std::vector<Assignment> parse(std::string_view text, const std::string& file) {
    const auto fail_at = [&](std::size_t position, const std::string& what, const std::string& hint) {
        const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n');
        throw Error(ErrorKind::kConfig, cat(file, ":", line, ": ", what), "", hint);
    };
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        fail_at(nul, "a NUL byte", "write the file anew as plain text");
    }
    if (const auto cr = text.find('\r'); cr != std::string_view::npos) {
        fail_at(cr, "a line end of CR LF, or a stray CR", cat("make them plain line ends: sed -i 's/\\r$//' ", base::shell_quote(file)));
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) {
        text.remove_prefix(kByteOrderMark.size());
    }
    return Parser(text, file).parse();
}

}  // namespace nrear::config
