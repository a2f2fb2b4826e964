// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/usage.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cli/command_table.h"
#include "cli/exit_codes.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

constexpr std::size_t kWidth = 79;

/// The text from `column` on, its further lines indented.
std::string folded(std::string_view text, std::size_t column, std::size_t indent) {
    std::string out;
    for (const auto& word : base::split_words(text)) {
        const bool first = out.empty();
        if (!first && column + 1 + word.size() > kWidth) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + "\n";
}

std::string paragraph(std::string_view text) { return text.empty() ? "" : "\n" + folded(text, 0, 0); }

/// "  left      text", the text below itself; under a left side that is too long for it.
std::string row(const std::string& left, std::string_view text, std::size_t indent) {
    return cat(left, left.size() < indent ? "" : "\n", std::string(left.size() < indent ? indent - left.size() : indent, ' '), folded(text, indent, indent));
}

std::string option_spelling(const OptionInfo& option) {
    std::string out = option.short_name == 0 ? "      " : cat("  -", option.short_name, option.long_name.empty() ? "" : ", ");
    if (!option.long_name.empty()) {
        out += cat("--", option.long_name);
    }
    return option.value_name.empty() ? out : cat(out, " ", option.value_name);
}

/// A heading and the options that `chosen` takes; nothing where there are none.
template <class Chosen>
std::string option_rows(std::string_view heading, Chosen chosen) {
    std::string rows;
    for (const auto& option : options()) {
        if (option.shown != Shown::kNowhere && chosen(option)) {
            rows += row(option_spelling(option), option.help, 29);
        }
    }
    return rows.empty() ? "" : cat("\n", heading, ":\n", rows);
}

std::string sentence(std::string_view summary) {
    std::string text(summary);
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text + ".";
}

/// All spellings of the options that `command` takes.
std::string spellings(std::string_view command) {
    std::string out;
    for (const auto& option : options()) {
        if (option.shown == Shown::kNowhere || !applies(option, command)) {
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

std::string overview_text() {
    std::string out = "Usage: nrear [OPTION]... COMMAND\n\nBack up this machine, and make the same machine from the backup on blank disks.\n\nCommands:\n";
    for (const auto& command : commands()) {
        out += row(cat("  ", command.name), command.summary, 16);
    }
    out += option_rows("Options of every command", [](const OptionInfo& option) { return option.shown == Shown::kOverview; });
    out += cat("\nExample:\n  ", base::split_lines(std::string(commands().front().examples)).front(), "\n");
    out += paragraph("nrear help COMMAND explains a command and all of its options, nrear help exit-codes the exit codes. The configuration is /etc/rear/local.conf. The manual: man nrear.");
    return out;
}

std::string command_text(const CommandInfo& command) {
    std::string out = cat("Usage: nrear ", command.name, " [OPTION]...", command.operands.empty() ? "" : " ", command.operands, "\n");
    const bool names_backup = command.operands.starts_with("ID");
    out += paragraph(cat(sentence(command.summary), " ", command.details, names_backup ? " ID is the start of an id that nrear list shows, or latest." : ""));
    if (command.name == "help") {
        out += "\nBeside the commands:\n";
        for (const auto& topic : help_topics()) {
            out += row(cat("  ", topic.name), topic.summary, 16);
        }
    }
    const auto own = [&](const OptionInfo& option, bool server) { return !option.commands.empty() && applies(option, command.name) && is_about_server(option) == server; };
    out += option_rows("Options", [&](const OptionInfo& option) { return own(option, false); });
    out += option_rows("The line to the backup server", [&](const OptionInfo& option) { return own(option, true); });
    out += option_rows("Options of every command", [](const OptionInfo& option) { return option.commands.empty(); });
    const auto examples = base::split_lines(std::string(command.examples));
    out += examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
    for (const auto& example : examples) {
        out += cat("  ", example, "\n");
    }
    return out + paragraph("More: man nrear.");
}

std::string exit_codes_text() {
    std::string out = "Exit codes:\n";
    for (const auto& [code, meaning] : exit_codes()) {
        out += row(cat(code < 10 ? "    " : code < 100 ? "   " : "  ", code), meaning, 7);
    }
    return out;
}

std::string bash_completion() {
    std::string names;
    std::string cases;
    for (const auto& command : commands()) {
        names += cat(names.empty() ? "" : " ", command.name);
    }
    std::string topics = names + " ";
    for (const auto& topic : help_topics()) {
        topics += cat(topic.name, " ");
    }
    for (const auto& command : commands()) {
        cases += cat("        ", command.name, ") words=\"", command.name == "help" ? topics : "", spellings(command.name), "\" ;;\n");
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
               base::replace_all(names, " ", "|"), ") command=${command:-$word} ;;\n        esac\n    done\n    case $command in\n", cases,
               "        *) words=\"", names, " ", spellings(""), "\" ;;\n    esac\n"
               "    COMPREPLY=( $(compgen -W \"$words\" -- \"$cur\") )\n"
               "}\n"
               "complete -F _nrear nrear\n");
    return out;
}

}  // namespace nrear::cli
