// SPDX-License-Identifier: GPL-3.0-or-later
// The syntax of a configuration file: assignments in the part of bash that real local.conf files use. Text in, data out;
// what the words mean is evaluate.h. Nothing is ever executed.
//
// Grammar: blank and comment lines; [export ]NAME=word, NAME+=word, NAME=( words ), NAME+=( words ), arrays over several lines; words of bare text, '…',
// "…", \c, $NAME, ${NAME}, ${NAME[@]}, ${NAME-word}, ${NAME:-word}, ${NAME%pattern}, ~, ~user, $(hostname …), $(date …), $(which …); ';' between
// statements; { … ; } 2>>target. Everything else is refused with file, line and what to write instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::config {

struct Piece;

/// One shell word; its pieces stand next to each other.
using Word = std::vector<Piece>;

struct Piece {
    enum class Kind {
        kText,      ///< `text` as it is
        kVariable,  ///< $text, with `operation`
        kElements,  ///< ${text[@]}
        kHome,      ///< ~text
        kCommand,   ///< $(command), one of the few that are computed without running anything
    };
    enum class Operation {
        kNone,
        kIfUnset,      ///< ${NAME-operand}
        kIfEmpty,      ///< ${NAME:-operand}
        kCutShortest,  ///< ${NAME%operand}
        kCutLongest,   ///< ${NAME%%operand}
    };
    Kind kind = Kind::kText;
    std::string text;
    bool quoted = false;  ///< neither split at blanks nor a pattern
    Operation operation = Operation::kNone;
    Word operand;
    std::vector<Word> command;
};

struct Value {
    Word word;
    unsigned line = 0;
};

struct Assignment {
    std::string name;
    bool append = false;    ///< +=
    bool is_array = false;  ///< ( … ); otherwise exactly one value
    bool secret = false;    ///< inside { … ; } 2>>/dev/$SECRET_OUTPUT_DEV, ReaR's form for values that must not be logged
    std::vector<Value> values;
    unsigned line = 0;
};

/// Throws Error (kConfig) "FILE:LINE: …"; `file` is for messages only. Values of lines that may hold a secret are not quoted in messages.
std::vector<Assignment> parse(std::string_view text, const std::string& file);

}  // namespace nrear::config
