// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/review.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/config/setting_table.h"
#include "core/config/url.h"

namespace nrear::config {

namespace {

using base::cat;

class Review {
public:
    Review(const Settings& settings, Diagnostics& diagnostics) : settings_(settings), diagnostics_(diagnostics) {}

    void all() {
        exclude_patterns();
        joined_words();
        components();
        booleans();
        urls();
        for (const auto& [name, setting] : settings_.all()) {
            effect(name, setting);
        }
    }

private:
    void exclude_patterns();
    void exclude_pattern(const Element& element, bool anchored);
    void joined_words();
    void components();
    void booleans();
    void urls();
    void url(const std::string& name, const UrlParts& parts);
    void effect(const std::string& name, const Setting& setting);

    void add(Diagnostic::Severity severity, const Origin& origin, std::string message) { diagnostics_.push_back({severity, origin, std::move(message)}); }
    void warn(const Origin& origin, std::string message) { add(Diagnostic::Severity::kWarning, origin, std::move(message)); }

    template <class Action>
    void each(std::string_view name, Action action) {
        if (const Setting* setting = settings_.find(name); setting != nullptr && settings_.is_set(name)) {
            std::for_each(setting->elements.begin(), setting->elements.end(), action);
        }
    }

    const Settings& settings_;
    Diagnostics& diagnostics_;
};

std::string quoted(const Element& element) { return cat("'", base::printable(element.text), "'"); }

void Review::exclude_pattern(const Element& element, bool anchored) {
    const std::string& pattern = element.text;
    const auto never = [&](std::string_view why, const std::string& instead) {
        warn(element.origin, cat("BACKUP_PROG_EXCLUDE: ", quoted(element), " never matches: ", why, "; ", instead));
    };
    if (pattern.find(" /") != std::string::npos) {
        never("it looks like two patterns in one", "write each in quotes of its own");
    } else if (pattern.ends_with(',')) {
        never("it ends with a comma", "elements are separated by blanks");
    } else if (pattern.find("//") != std::string::npos || pattern.find("/./") != std::string::npos) {
        never("paths hold neither // nor /./", "write single slashes");
    } else if (pattern.size() > 1 && pattern.ends_with('/')) {
        const std::string bare = base::printable(pattern.substr(0, pattern.size() - 1));
        never("it ends with a slash", cat("write '", bare, "' to leave it out, '", bare, "/*' to keep the empty directory"));
    } else if (anchored && !pattern.starts_with('/') && !pattern.empty()) {
        never("patterns are compared with whole absolute paths", cat("start it with '/', as in '/", base::printable(pattern), "'"));
    }
}

void Review::exclude_patterns() {
    const auto options = settings_.array("BACKUP_PROG_OPTIONS");
    const bool anchored = std::find(options.begin(), options.end(), "--anchored") != options.end();
    each("BACKUP_PROG_EXCLUDE", [&](const Element& element) { exclude_pattern(element, anchored); });
}

void Review::joined_words() {
    each("BACKUP_PROG_INCLUDE", [&](const Element& element) {
        if (element.text.find(" /") != std::string::npos) {
            warn(element.origin, cat("BACKUP_PROG_INCLUDE: ", quoted(element), " looks like two paths in one: write each in quotes of its own"));
        }
    });
    each("EXCLUDE_MOUNTPOINTS", [&](const Element& element) {
        if (element.text.find('|') != std::string::npos || element.text.find(" /") != std::string::npos) {
            warn(element.origin, cat("EXCLUDE_MOUNTPOINTS: ", quoted(element), " is taken as one mount point: write each in quotes of its own"));
        }
    });
}

bool looks_like_disk(std::string_view path) {
    constexpr std::array<std::string_view, 8> kDisks{"/dev/", "/sd", "/vd", "/hd", "/xvd", "/nvme", "/dm-", "/mapper/"};
    return std::any_of(kDisks.begin(), kDisks.end(), [&](std::string_view start) { return path.starts_with(start); });
}

void Review::components() {
    for (const auto* name : {"EXCLUDE_BACKUP", "EXCLUDE_COMPONENTS", "EXCLUDE_RECREATE"}) {
        each(name, [&](const Element& element) {
            const std::string& text = element.text;
            const bool component = text.starts_with("/dev/") && !text.starts_with("/dev/shm") && text.find_first_of("*?[") == std::string::npos;
            if (text.starts_with("fs:") && looks_like_disk(text.substr(3))) {
                warn(element.origin, cat(name, ": ", quoted(element), ": fs: is followed by a mount point, as in fs:/var"));
            } else if (text.starts_with('/') && !component) {
                warn(element.origin, cat(name, ": ", quoted(element), " has no effect: file systems are written fs:/mountpoint; to leave files out of the backup use ",
                                         "BACKUP_PROG_EXCLUDE+=( ", quoted(element), " )"));
            }
        });
    }
}

void Review::booleans() {
    constexpr std::array kBooleans{"AUTOEXCLUDE_DISKS", "AUTOEXCLUDE_MULTIPATH", "BACKUP_ONLY_INCLUDE", "BACKUP_ONLY_EXCLUDE", "MANUAL_INCLUDE",
                                   "USE_DHCLIENT", "USE_STATIC_NETWORKING"};
    for (const auto* name : kBooleans) {
        if (!settings_.scalar(name).empty() && !settings_.is_true(name) && !settings_.is_false(name)) {
            warn(settings_.origin(name), cat(name, ": '", base::printable(settings_.scalar(name)), "' is neither true nor false: write yes or no"));
        }
    }
}

void Review::url(const std::string& name, const UrlParts& parts) {
    const Origin origin = settings_.origin(name);
    if (parts.password && parts.password->find_first_of("@:#") != std::string::npos) {
        warn(origin, cat(name, ": the password holds one of @ : #, it is taken to end at the last @ before the host ", base::printable(parts.host)));
    }
    if (parts.bracketed_host) {
        warn(origin, cat(name, ": ReaR cannot read the IPv6 address [", base::printable(parts.host), "], nrear does"));
    }
    if (parts.scheme == "sshfs" && parts.port) {
        warn(origin, cat(name, ": ReaR ignores the port of a sshfs URL, nrear uses it"));
    }
    if (parts.scheme == "sshfs" && parts.path.empty()) {
        warn(origin, cat(name, ": the URL names no directory on the server"));
    }
}

void Review::urls() {
    for (const std::string name : {"OUTPUT_URL", "BACKUP_URL"}) {
        const auto parts = split_url(settings_.scalar(name));
        if (parts && settings_.is_set(name)) {
            url(name, *parts);
        }
    }
}

void Review::effect(const std::string& name, const Setting& setting) {
    const bool empty = setting.elements.empty() || (setting.elements.size() == 1 && setting.elements.front().text.empty());
    if (setting.is_default || empty || setting.origin.file.empty()) {
        return;
    }
    const KnownSetting* known = find_known(name);
    if (known != nullptr && settings_.is_false(name) && (known->value.empty() || known->value.starts_with('n'))) {
        return;  // switches off what is off
    }
    if (known == nullptr) {
        add(Diagnostic::Severity::kNote, setting.origin, cat(name, " is not a setting of nrear: no effect but where other settings refer to it"));
    } else if (known->effect == Effect::kNeedless) {
        add(Diagnostic::Severity::kNote, setting.origin, cat(name, " has no effect: ", known->remark));
    } else if (known->effect == Effect::kIgnored) {
        warn(setting.origin, cat(name, " has no effect: ", known->remark));
    }
}

}  // namespace

void review(const Settings& settings, Diagnostics& diagnostics) { Review(settings, diagnostics).all(); }

}  // namespace nrear::config
