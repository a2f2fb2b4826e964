// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/arguments.h"

#include <algorithm>
#include <optional>

#include "cli/command_table.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

/// As it was typed: "-c" or "--config-dir".
std::string spelled(const OptionInfo& option, bool short_form) {
    return short_form ? std::string{'-', option.short_name} : cat("--", option.long_name);
}

class Parser {
public:
    explicit Parser(const std::vector<std::string>& words) : words_(words) {}

    Arguments parse() {
        bool options_end = false;
        while (next_ < words_.size()) {
            const std::string& word = words_[next_++];
            if (options_end || word.size() < 2 || word[0] != '-') {
                operand(word);
            } else if (word == "--") {
                options_end = true;
            } else if (word[1] == '-') {
                long_option(word.substr(2));
            } else {
                short_options(word.substr(1));
            }
        }
        check();
        return std::move(arguments_);
    }

private:
    /// Without a hint of its own it is the help of the command that was typed, before or behind what is wrong.
    Error usage_error(std::string what, std::string hint = {}) const {
        const auto command = std::find_if(words_.begin(), words_.end(), [](const std::string& word) { return find_command(word) != nullptr; });
        const auto help = command == words_.end() ? std::string("nrear help lists the commands") : cat("nrear help ", *command, " shows its options");
        return {ErrorKind::kUsage, std::move(what), "", hint.empty() ? help : std::move(hint)};
    }

    void operand(const std::string& word) {
        if (arguments_.command.empty()) {
            arguments_.command = word;
        } else {
            arguments_.operands.push_back(word);
        }
    }

    void long_option(const std::string& text) {
        const auto equals = text.find('=');
        const std::string name = text.substr(0, equals);
        const OptionInfo* option = find_option(std::string_view(name));
        if (option == nullptr) {
            throw usage_error(cat("unknown option --", base::printable(name)));
        }
        if (equals != std::string::npos && option->value_name.empty()) {
            throw usage_error(cat("--", name, " takes no value"));
        }
        take(*option, false, equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1)));
    }

    void short_options(const std::string& letters) {
        for (std::size_t i = 0; i < letters.size(); ++i) {
            const OptionInfo* option = find_option(letters[i]);
            if (option == nullptr) {
                throw usage_error(cat("unknown option -", base::printable(letters.substr(i, 1))));
            }
            const bool rest_is_value = !option->value_name.empty() && i + 1 < letters.size();
            take(*option, true, rest_is_value ? std::optional(letters.substr(i + 1)) : std::nullopt);
            if (rest_is_value) {
                return;
            }
        }
    }

    void take(const OptionInfo& option, bool short_form, std::optional<std::string> value) {
        const std::string name = spelled(option, short_form);
        if (!option.value_name.empty() && !value) {
            if (next_ == words_.size()) {
                throw usage_error(cat(name, " needs a value: ", name, " ", option.value_name));
            }
            value = words_[next_++];
        }
        if (!option.value_name.empty() && value->empty()) {
            throw usage_error(cat(name, " needs a value that is not empty"));
        }
        given_.emplace_back(&option, name);
        if (const auto* flag = std::get_if<bool Arguments::*>(&option.member)) {
            arguments_.*(*flag) = true;
        } else if (const auto* text = std::get_if<std::string Arguments::*>(&option.member)) {
            arguments_.*(*text) = *value;
        } else {
            (arguments_.*std::get<std::vector<std::string> Arguments::*>(option.member)).push_back(*value);
        }
    }

    void check() {
        arguments_.debug = arguments_.debug || arguments_.debug_scripts || !arguments_.debug_set.empty();
        arguments_.verbose = arguments_.verbose || arguments_.debug;
        if (arguments_.help || arguments_.version) {
            return;
        }
        const CommandInfo* command = find_command(arguments_.command);
        if (!arguments_.command.empty() && command == nullptr) {
            throw usage_error(cat("unknown command '", base::printable(arguments_.command), "'"));
        }
        for (const auto& [option, name] : given_) {
            if (command != nullptr && !applies(*option, command->name)) {
                throw usage_error(cat(name, " is not for ", command->name), cat("it is for ", base::replace_all(std::string(option->commands), " ", ", ")));
            }
        }
        if (arguments_.step_by_step) {
            throw usage_error("-S is not supported: there are no scripts to step through", "nrear plan shows the steps of a recovery");
        }
        if (arguments_.portable) {
            throw usage_error("-p is not supported", "boot the rescue ISO, it runs on any machine of the same architecture");
        }
        if (arguments_.quiet && arguments_.verbose) {
            throw usage_error("--quiet contradicts -v");
        }
        if (command != nullptr) {
            check_operands(*command);
        }
    }

    void check_operands(const CommandInfo& command) {
        const auto& operands = arguments_.operands;
        if (operands.size() < command.least_operands) {
            throw usage_error(cat(command.name, " needs ", command.least_operands == 1 ? "" : "more: ", command.operands));
        }
        if (operands.size() > command.most_operands) {
            throw usage_error(cat("unexpected argument '", base::printable(operands[command.most_operands]), "' after ",
                                  command.most_operands == 0 ? arguments_.command : base::printable(operands[command.most_operands - 1])));
        }
    }

    const std::vector<std::string>& words_;
    std::size_t next_ = 0;
    Arguments arguments_;
    std::vector<std::pair<const OptionInfo*, std::string>> given_;
};

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) { return Parser(words).parse(); }

}  // namespace nrear::cli
