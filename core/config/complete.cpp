// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/config/review.h"
#include "core/config/setting_table.h"
#include "core/config/url.h"

namespace nrear::config {

namespace {

using base::cat;

void map_legacy_names(Settings& settings, Diagnostics& diagnostics) {
    for (const auto& [name, successor] : legacy_names()) {
        const Setting* found = settings.find(name);
        if (found == nullptr) {
            continue;
        }
        const Setting legacy = *found;
        if (settings.is_set(successor) && settings.array(successor) != settings.array(name)) {
            throw settings.error(name, cat("contradicts ", successor, " in ", settings.origin(successor).text()), cat("keep only ", successor));
        }
        diagnostics.push_back({Diagnostic::Severity::kWarning, legacy.origin, cat(name, " is an old name: write ", successor)});
        settings.set(successor, legacy);
        settings.erase(name);
    }
}

/// `name` gets the value of `source` when it has none.
void derive(Settings& settings, std::string_view name, std::string_view source) {
    if (settings.scalar(name).empty()) {
        const Setting* from = settings.find(source);
        const Origin origin{.note = cat("as ", source)};
        settings.set(name, Setting{.elements = {{settings.scalar(source), origin}}, .origin = origin, .secret = from != nullptr && from->secret});
    }
}

/// "/dev/vg1" means "vg1" to whoever writes it.
void bare_volume_groups(Settings& settings, Diagnostics& diagnostics) {
    constexpr std::string_view kDirectory = "/dev/";
    for (const auto* name : {"EXCLUDE_VG", "ONLY_INCLUDE_VG"}) {
        Setting setting = *settings.find(name);
        for (auto& element : setting.elements) {
            if (element.text.starts_with(kDirectory)) {
                element.text.erase(0, kDirectory.size());
                diagnostics.push_back({Diagnostic::Severity::kWarning, element.origin,
                                       cat(name, ": taken as the volume group '", base::printable(element.text), "', write just its name without /dev/")});
            }
        }
        settings.set(name, std::move(setting));
    }
}

}  // namespace

void complete(Settings& settings, Diagnostics& diagnostics) {
    map_legacy_names(settings, diagnostics);
    bare_volume_groups(settings, diagnostics);
    const std::string backup_url = settings.scalar("BACKUP_URL");
    if (!settings.is_set("BACKUP") && !backup_url.empty()) {
        const Origin origin = settings.origin("BACKUP_URL");
        settings.set("BACKUP", Setting{.elements = {{"NETFS", origin}}, .origin = {.note = "as BACKUP_URL is set"}});
        diagnostics.push_back({Diagnostic::Severity::kWarning, origin, "BACKUP_URL without BACKUP: taken as BACKUP=NETFS, add that line"});
    }
    const auto backup_place = split_url(backup_url);
    if (!backup_place || backup_place->scheme != "iso") {
        if (settings.scalar("OUTPUT_URL").empty()) {
            derive(settings, "OUTPUT_OPTIONS", "BACKUP_OPTIONS");
        }
        derive(settings, "OUTPUT_URL", "BACKUP_URL");
    }
    derive(settings, "NETFS_PREFIX", "OUTPUT_PREFIX");
    if (settings.find("TMPDIR") == nullptr) {
        const Origin origin{.note = "default"};
        settings.set("TMPDIR", Setting{.elements = {{"/var/tmp", origin}}, .origin = origin});
    }
}

}  // namespace nrear::config
