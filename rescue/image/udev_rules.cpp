// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/udev_rules.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace nrear::image {

namespace {

using base::cat;

constexpr std::array<std::string_view, 9> kRules{
    "50-firmware.rules",          "50-udev-default.rules",    "60-block.rules",    "60-cdrom_id.rules",         "60-persistent-storage.rules",
    "73-special-net-names.rules", "75-net-description.rules", "80-drivers.rules", "80-net-setup-link.rules",
};
constexpr std::array<std::string_view, 9> kStackRules{
    "10-dm.rules",  "11-dm-lvm.rules",                "13-dm-disk.rules",                "55-dm.rules",
    "56-lvm.rules", "59-persistent-storage-dm.rules", "60-persistent-storage-dm.rules", "63-md-raid-arrays.rules",
    "95-dm-notify.rules",
};
constexpr std::array<std::string_view, 2> kDirectories{"/usr/lib/udev/rules.d", "/lib/udev/rules.d"};
constexpr std::string_view kLocal = "/etc/udev/rules.d";

// The operator's own rules may call anything; those that only give interfaces their names are wanted, and empty files or links to /dev/null mask others.
bool is_wanted_local_rule(const base::Root& root, const std::string& path) {
    const auto target = root.read_link(path);
    if (target && *target == "/dev/null") {
        return true;
    }
    const auto text = root.read_if_exists(path).value_or("");
    return base::trim(text).empty() || (text.find("SUBSYSTEM==\"net\"") != std::string::npos && text.find("RUN") == std::string::npos &&
                                        text.find("PROGRAM") == std::string::npos);
}

// The values of KEY="…", KEY=="…", KEY+="…" in one line.
std::vector<std::string> values_of(std::string_view line, std::string_view key) {
    std::vector<std::string> values;
    for (auto at = line.find(key); at != std::string_view::npos; at = line.find(key, at + key.size())) {
        const bool starts_word = at == 0 || line[at - 1] == ' ' || line[at - 1] == ',' || line[at - 1] == '\t';
        auto begin = at + key.size();
        while (begin < line.size() && (line[begin] == '+' || line[begin] == ':' || line[begin] == '=' || line[begin] == '!')) {
            ++begin;
        }
        const auto end = begin < line.size() && line[begin] == '"' ? line.find('"', begin + 1) : std::string_view::npos;
        if (starts_word && begin > at + key.size() && end != std::string_view::npos) {
            values.emplace_back(line.substr(begin + 1, end - begin - 1));
        }
    }
    return values;
}

}  // namespace

std::vector<std::string> rescue_udev_rules(const base::Root& root, bool with_stacks) {
    std::vector<std::string> paths;
    for (const auto& name : root.list(kLocal)) {
        const auto path = cat(kLocal, "/", name);
        if (name.ends_with(".rules") && is_wanted_local_rule(root, path)) {
            paths.push_back(path);
        }
    }
    std::vector<std::string_view> rules(kRules.begin(), kRules.end());
    if (with_stacks) {
        rules.insert(rules.end(), kStackRules.begin(), kStackRules.end());
    }
    for (const auto rule : rules) {
        const auto* const directory = std::find_if(kDirectories.begin(), kDirectories.end(), [&](std::string_view place) {
            return root.exists(cat(place, "/", rule));
        });
        if (directory != kDirectories.end()) {
            paths.push_back(cat(*directory, "/", rule));
        }
    }
    return paths;
}

RuleNeeds needs_of_rules(std::string_view rules) {
    RuleNeeds needs;
    for (const auto& line : base::split_lines(rules)) {
        if (base::trim(line).starts_with('#')) {
            continue;
        }
        for (const auto key : {"PROGRAM", "IMPORT{program}", "RUN", "RUN{program}"}) {
            for (const auto& value : values_of(line, key)) {
                const auto words = base::split_words(value);
                if (!words.empty() && words[0].find_first_of("$%{") == std::string::npos) {
                    needs.programs.insert(words[0]);
                }
            }
        }
        for (const auto& group : values_of(line, "GROUP")) {
            needs.groups.insert(group);
        }
        for (const auto& user : values_of(line, "OWNER")) {
            needs.users.insert(user);
        }
    }
    return needs;
}

}  // namespace nrear::image
