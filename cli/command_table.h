// SPDX-License-Identifier: GPL-3.0-or-later
// The one table of commands and options. The parser runs on it; help, bash completion and the man page are made from it or tested against it.
#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/arguments.h"

namespace nrear::cli {

inline constexpr unsigned kAnyNumber = ~0U;

struct CommandInfo {
    std::string_view name;
    std::string_view summary;        ///< fits one line of the overview
    std::string_view details = "";   ///< for the help of the command: what operands mean, what it will not do
    std::string_view examples;       ///< as one types them, one a line
    std::string_view operands = "";  ///< what follows the command, as usage shows it: "ID [PATTERN]..."
    unsigned least_operands = 0;
    unsigned most_operands = 0;      ///< kAnyNumber = as many as are there
    bool needs_root = true;
    bool takes_lock = false;      ///< changes something, so only one at a time
    bool always_verbose = false;
    bool prints_result = false;   ///< standard output is for its result (with --json of every command): progress goes to standard error
};

/// Beside the commands, what `help` knows.
struct HelpTopic {
    std::string_view name;
    std::string_view summary;
};

/// What completes an option's value.
enum class ValueKind { kNone, kFile, kDirectory, kKernel, kText };

/// Where the help shows an option.
enum class Shown {
    kOverview,     ///< everywhere
    kCommandHelp,  ///< in the help of the commands that take it
    kNowhere,      ///< known, but always refused with an explanation
};

struct OptionInfo {
    char short_name = 0;  ///< 0 = none
    std::string_view long_name;
    std::string_view value_name = "";  ///< "DIR"; "" = takes none
    ValueKind value = ValueKind::kNone;
    std::string_view commands = "";    ///< names with blanks between; "" = all
    std::string_view help;
    Shown shown = Shown::kCommandHelp;
    std::variant<bool Arguments::*, std::string Arguments::*, std::vector<std::string> Arguments::*> member;
};

std::span<const CommandInfo> commands();
std::span<const OptionInfo> options();
std::span<const HelpTopic> help_topics();

const CommandInfo* find_command(std::string_view name);
const OptionInfo* find_option(char short_name);
const OptionInfo* find_option(std::string_view long_name);

/// Of the options that all commands take which connect to a backup server.
bool is_about_server(const OptionInfo& option);

/// Whether `command` takes the option.
bool applies(const OptionInfo& option, std::string_view command);

}  // namespace nrear::cli
