// SPDX-License-Identifier: GPL-3.0-or-later
// The settings in effect, each with the place that it came from. Plain data with typed access; reading files is load.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace nrear::config {

/// Where a value came from.
struct Origin {
    std::string file;   ///< path, or "" for nrear itself
    unsigned line = 0;  ///< 1-based; 0 when there is no line
    std::string note;   ///< "default", "environment", "as BACKUP_URL", … when there is no file

    std::string text() const;  ///< "/etc/rear/local.conf:3", "default"
    bool operator==(const Origin&) const = default;
};

struct Element {
    std::string text;
    Origin origin;
};

/// A setting as written: one value, or any number of elements. A scalar has exactly one element.
struct Setting {
    bool is_array = false;
    std::vector<Element> elements;
    Origin origin;          ///< of the last assignment
    bool is_default = true;  ///< nobody set it
    bool secret = false;    ///< never shown: a secret by its name, set inside { … ; } 2>>/dev/$SECRET_OUTPUT_DEV, or made of such a setting
};

class Settings {
public:
    /// The value; of an array its first element, as in bash. "" when unset.
    std::string scalar(std::string_view name) const;
    /// The elements; a scalar counts as one, an empty scalar as none.
    std::vector<std::string> array(std::string_view name) const;
    /// The elements with blanks between: for PRE_RECOVERY_SCRIPT and the like, which may be scalar or array.
    std::string joined(std::string_view name) const;

    /// ReaR's words in any case: t y yes true 1. Neither true nor false is possible ("", "maybe").
    bool is_true(std::string_view name) const;
    /// f n no false 0.
    bool is_false(std::string_view name) const;
    /// Nothing when unset or empty. Throws Error (kConfig) when it is no whole number.
    std::optional<std::uint64_t> number(std::string_view name) const;

    /// Whether a file, the environment or the command line set it (to whatever value).
    bool is_set(std::string_view name) const;
    Origin origin(std::string_view name) const;  ///< of the last assignment; "not set" when there is none
    const Setting* find(std::string_view name) const;
    /// By name.
    const std::map<std::string, Setting, std::less<>>& all() const { return settings_; }

    void set(std::string_view name, Setting setting);
    /// One value, marked as set by somebody: for the command line and tests.
    void set_scalar(std::string_view name, std::string value, Origin origin);
    void erase(std::string_view name);

    /// "FILE:LINE: NAME=value: why", secrets masked.
    [[nodiscard]] Error error(std::string_view name, std::string why, std::string hint = {}) const;
    /// One value or element for people, secrets masked.
    std::string shown(std::string_view name, std::string_view value) const;
    /// Every value that must not be logged: for base::register_secret().
    std::vector<std::string> secrets() const;

private:
    std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace nrear::config
