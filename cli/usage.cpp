// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/usage.h"

#include <algorithm>
#include <string_view>

#include "cli/command_table.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

constexpr std::size_t kWidth = 79;

/// "  left      text", the text folded and indented below itself.
std::string row(const std::string& left, std::string_view text, std::size_t indent) {
    std::string out = left + std::string(left.size() < indent ? indent - left.size() : 0, ' ');
    std::size_t column = out.size();
    if (left.size() >= indent) {
        out += "\n" + std::string(indent, ' ');
        column = indent;
    }
    bool first = true;
    for (const auto& word : base::split_words(text)) {
        if (!first && column + 1 + word.size() > kWidth) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        first = false;
    }
    return out + "\n";
}

std::string option_spelling(const OptionInfo& option) {
    std::string out = option.short_name == 0 ? "      " : cat("  -", option.short_name, option.long_name.empty() ? "" : ", ");
    if (!option.long_name.empty()) {
        out += cat("--", option.long_name);
    }
    return option.value_name.empty() ? out : cat(out, " ", option.value_name);
}

std::string option_help(const OptionInfo& option) {
    const auto names = base::split_words(option.commands);
    return names.empty() ? std::string(option.help) : cat(option.help, " (", base::join(names, ", "), ")");
}

/// All spellings of the options that `command` takes.
std::string spellings(std::string_view command) {
    std::string out;
    for (const auto& option : options()) {
        if (!option.offered || !applies(option, command)) {
            continue;
        }
        if (option.short_name != 0) {
            out += cat(out.empty() ? "" : " ", "-", option.short_name);
        }
        if (!option.long_name.empty()) {
            out += cat(out.empty() ? "" : " ", "--", option.long_name);
        }
    }
    return out;
}

std::string_view completion_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::kFile: return "COMPREPLY=( $(compgen -f -- \"$cur\") ); compopt -o filenames";
        case ValueKind::kDirectory: return "COMPREPLY=( $(compgen -d -- \"$cur\") ); compopt -o filenames";
        case ValueKind::kKernel: return "COMPREPLY=( $(cd /lib/modules 2>/dev/null && compgen -d -- \"$cur\") )";
        case ValueKind::kText: return "COMPREPLY=()";
        case ValueKind::kNone: break;
    }
    return "";
}

/// One case of the completion for every option with a value, and "a|b|c" of the spellings of those without.
std::string value_cases() {
    std::string out;
    for (const auto& option : options()) {
        if (option.value == ValueKind::kNone) {
            continue;
        }
        const std::string short_form = option.short_name == 0 ? "" : cat("-", option.short_name);
        const std::string long_form = option.long_name.empty() ? "" : cat("--", option.long_name);
        out += cat("        ", short_form, short_form.empty() || long_form.empty() ? "" : "|", long_form, ")\n            ", completion_of(option.value),
                   "\n            return ;;\n");
    }
    return out;
}

}  // namespace

std::string usage_text() {
    std::string out = "Usage: nrear [OPTION]... COMMAND\n\nBack up this machine, and make the same machine from the backup on blank disks.\n\nCommands:\n";
    for (const auto& command : commands()) {
        out += row(cat("  ", command.name, command.operands.empty() ? "" : " ", command.operands), command.summary, 16);
    }
    out += "\nOptions:\n";
    for (const auto& option : options()) {
        out += row(option_spelling(option), option_help(option), 29);
    }
    out += "\nExit codes:\n";
    for (const auto& [code, meaning] : exit_codes()) {
        out += row(cat(code < 10 ? "    " : code < 100 ? "   " : "  ", code), meaning, 7);
    }
    return out + "\nThe configuration is /etc/rear/local.conf; see nrear(8).\n";
}

std::string bash_completion() {
    std::string names;
    std::string cases;
    for (const auto& command : commands()) {
        names += cat(names.empty() ? "" : " ", command.name);
        cases += cat("        ", command.name, ") words=\"", spellings(command.name), "\" ;;\n");
    }
    std::string out = "# SPDX-License-Identifier: GPL-3.0-or-later\n"
                      "# bash completion of nrear(8), made by `nrear help completion` from the table of commands and options. Not edited by hand.\n"
                      "_nrear() {\n"
                      "    local cur prev word command words\n"
                      "    cur=${COMP_WORDS[COMP_CWORD]}\n"
                      "    prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                      "    COMPREPLY=()\n"
                      "    case $prev in\n";
    out += value_cases();
    out += cat("    esac\n"
               "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
               "        case $word in\n            ",
               base::replace_all(names, " ", "|"), ") command=$word ;;\n        esac\n    done\n    case $command in\n", cases,
               "        *) words=\"", names, " ", spellings(""), "\" ;;\n    esac\n"
               "    COMPREPLY=( $(compgen -W \"$words\" -- \"$cur\") )\n"
               "}\n"
               "complete -F _nrear nrear\n");
    return out;
}

}  // namespace nrear::cli
