// SPDX-License-Identifier: GPL-3.0-or-later
// Parses one word. Internal to the parser.
#pragma once

#include "core/config/cursor.h"
#include "core/config/syntax.h"

namespace nrear::config {

class WordParser {
public:
    enum class Place {
        kAssignment,  ///< after NAME=: '~' also counts after ':', braces are plain text
        kArray,       ///< between parentheses
        kCommand,     ///< inside $( … )
    };

    explicit WordParser(Cursor& cursor) : cursor_(cursor) {}

    /// The word at the cursor; empty when a metacharacter is there.
    Word parse(Place place);

private:
    void unquoted(Word& word, Place place);
    void single_quoted(Word& word);
    void double_quoted(Word& word);
    void escaped(Word& word, bool in_quotes);
    bool home(Word& word, Place place);
    void dollar(Word& word, bool quoted);
    void braced(Word& word, bool quoted);
    void special_parameter(char c);
    Word operand(bool quoted);
    void substitution(Word& word, bool quoted, char closing);
    void check_command(const std::vector<Word>& command);
    std::string name();

    Cursor& cursor_;
    unsigned depth_ = 0;
};

}  // namespace nrear::config
