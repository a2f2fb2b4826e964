// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/settings.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/config/setting_names.h"
#include "core/config/url.h"

namespace nrear::config {

namespace {

using base::cat;

template <std::size_t count>
bool is_one_of(const std::string& value, const std::array<std::string_view, count>& words) {
    const std::string lower = base::to_lower(value);
    return std::find(words.begin(), words.end(), lower) != words.end();
}

}  // namespace

std::string Origin::text() const {
    if (file.empty()) {
        return note.empty() ? "default" : note;
    }
    return line == 0 ? file : cat(file, ":", line);
}

const Setting* Settings::find(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? nullptr : &found->second;
}

std::string Settings::scalar(std::string_view name) const {
    const Setting* setting = find(name);
    return setting == nullptr || setting->elements.empty() ? "" : setting->elements.front().text;
}

std::vector<std::string> Settings::array(std::string_view name) const {
    std::vector<std::string> values;
    const Setting* setting = find(name);
    if (setting == nullptr || (!setting->is_array && scalar(name).empty())) {
        return values;
    }
    for (const auto& element : setting->elements) {
        values.push_back(element.text);
    }
    return values;
}

std::string Settings::joined(std::string_view name) const { return base::join(array(name), " "); }

bool Settings::is_true(std::string_view name) const {
    return is_one_of(scalar(name), std::array<std::string_view, 5>{"t", "y", "yes", "true", "1"});
}

bool Settings::is_false(std::string_view name) const {
    return is_one_of(scalar(name), std::array<std::string_view, 5>{"f", "n", "no", "false", "0"});
}

std::optional<std::uint64_t> Settings::number(std::string_view name) const {
    const std::string value = scalar(name);
    if (value.empty()) {
        return std::nullopt;
    }
    const auto parsed = base::parse_u64(value);
    if (!parsed) {
        throw error(name, "is not a whole number", cat("write digits only, as in ", name, "=300"));
    }
    return parsed;
}

bool Settings::is_set(std::string_view name) const {
    const Setting* setting = find(name);
    return setting != nullptr && !setting->is_default;
}

Origin Settings::origin(std::string_view name) const {
    const Setting* setting = find(name);
    return setting == nullptr ? Origin{.note = "not set"} : setting->origin;
}

void Settings::set(std::string_view name, Setting setting) { settings_.insert_or_assign(std::string(name), std::move(setting)); }

void Settings::set_scalar(std::string_view name, std::string value, Origin origin) {
    set(name, Setting{.elements = {{std::move(value), origin}}, .origin = origin, .is_default = false, .secret = is_secret_name(name)});
}

void Settings::erase(std::string_view name) {
    if (const auto found = settings_.find(name); found != settings_.end()) {
        settings_.erase(found);
    }
}

Error Settings::error(std::string_view name, std::string why, std::string hint) const {
    const Setting* setting = find(name);
    std::string value;
    if (setting != nullptr && setting->is_array) {
        std::vector<std::string> words;
        for (const auto& element : setting->elements) {
            words.push_back(base::shell_quote(shown(name, element.text)));
        }
        value = cat("=( ", base::join(words, " "), " )");
    } else if (setting != nullptr) {
        value = cat("=", shown(name, scalar(name)));
    }
    return Error(ErrorKind::kConfig, cat(origin(name).text(), ": ", name, base::printable(value)), std::move(why), std::move(hint));
}

std::string Settings::shown(std::string_view name, std::string_view value) const {
    const Setting* setting = find(name);
    return setting != nullptr && setting->secret && !value.empty() ? "***" : masked(name, value);
}

std::vector<std::string> Settings::secrets() const {
    std::vector<std::string> values;
    for (const auto& [name, setting] : settings_) {
        for (const auto& element : setting.elements) {
            if (setting.secret && !element.text.empty()) {
                values.push_back(element.text);
            } else if (const auto url = split_url(element.text); url && url->password) {
                values.push_back(*url->password);
            }
        }
    }
    return values;
}

}  // namespace nrear::config
