// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/plan.h"

#include <algorithm>

namespace nrear::plan {

namespace {

std::set<std::string> programs(const Plan& plan, Where where) {
    std::set<std::string> names;
    for (const auto& step : plan.steps) {
        const auto* command = std::get_if<RunCommand>(&step.action);
        if (command == nullptr || command->where != where) {
            continue;
        }
        names.insert(command->argv.front());
        for (const auto& alternative : command->alternatives) {
            names.insert(alternative.front());
        }
    }
    return names;
}

bool continues_name(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.'; }

}  // namespace

std::set<std::string> programs_in_rescue(const Plan& plan) {
    auto names = programs(plan, Where::kRescue);
    if (!programs_in_target(plan).empty()) {
        names.insert({"mount", "umount"});
    }
    return names;
}

std::set<std::string> secrets_of(const Plan& plan) {
    std::set<std::string> names;
    for (const auto& step : plan.steps) {
        if (const auto* command = std::get_if<RunCommand>(&step.action); command != nullptr && !command->secret.empty()) {
            names.insert(command->secret);
        }
    }
    return names;
}

std::set<std::string> programs_in_target(const Plan& plan) { return programs(plan, Where::kTarget); }

std::string rename_devices(const std::string& text, const std::vector<std::pair<std::string, std::string>>& names) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) {
            const auto end = at + name.first.size();
            return !name.first.empty() && text.compare(at, name.first.size(), name.first) == 0 && (end >= text.size() || !continues_name(text[end]));
        });
        const bool starts_name = at == 0 || !continues_name(text[at - 1]);
        if (found != names.end() && starts_name) {
            out += found->second;
            at += found->first.size();
        } else {
            out += text[at++];
        }
    }
    return out;
}

}  // namespace nrear::plan
