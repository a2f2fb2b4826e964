// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/choose.h"

#include <algorithm>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/names.h"

namespace nrear::catalog {

namespace {

using base::cat;

bool means(const Backup& backup, const std::string& wanted) {
    return backup.record ? backup.record->id.starts_with(wanted) : !backup.archive_path.empty() && file_name(backup.archive_path) == wanted;
}

/// "1a2b3c4d (2026-01-31 01:00 UTC)"
std::string said(const Backup& backup) { return cat(base::printable(name_of(backup)), " (", base::replace_all(base::utc_time(backup.time).substr(0, 16), "T", " "), " UTC)"); }

/// Copies of one backup, within what was found: the newest whole one stands for all of them. Null: they are several backups.
const Backup* one_of_copies(const std::vector<const Backup*>& found) {
    const auto same = [&](const Backup* backup) { return backup->record && found.front()->record && backup->record->id == found.front()->record->id; };
    if (!std::all_of(found.begin(), found.end(), same)) {
        return nullptr;
    }
    const auto whole = std::find_if(found.rbegin(), found.rend(), [](const Backup* backup) { return backup->state == State::kWhole; });
    return whole == found.rend() ? found.back() : *whole;
}

std::string names_of(const std::vector<const Backup*>& backups) {
    constexpr std::size_t kMost = 10;
    std::vector<std::string> names;
    for (const auto* backup : backups) {
        names.push_back(said(*backup));
    }
    const std::size_t more = names.size() > kMost ? names.size() - kMost : 0;
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(more));
    return cat(base::join(names, ", "), more > 0 ? cat(" and ", more, " older ones") : "");
}

const Backup& latest(const std::vector<Backup>& backups) {
    const auto newest = [&](auto good) { return std::find_if(backups.rbegin(), backups.rend(), good); };
    auto found = newest([](const Backup& backup) { return backup.state == State::kWhole; });
    if (found == backups.rend()) {  // better one with a hole than none: whoever reads it says what is damaged, and how to take the rest
        found = newest([](const Backup& backup) { return backup.state == State::kDamaged && backup.record && !backup.archive_path.empty(); });
    }
    if (found == backups.rend()) {
        throw Error(ErrorKind::kGeneral, "find the latest backup", "there is no whole one", "nrear list shows what there is");
    }
    return *found;
}

}  // namespace

std::string name_of(const Backup& backup) {
    return backup.record ? short_id(backup.record->id) : file_name(backup.archive_path.empty() ? backup.record_path : backup.archive_path);
}

const Backup& choose(const std::vector<Backup>& backups, const std::string& wanted) {
    if (wanted == "latest") {
        return latest(backups);
    }
    std::vector<const Backup*> found;
    std::vector<const Backup*> all;
    for (const auto& backup : backups) {
        all.push_back(&backup);
        if (!wanted.empty() && means(backup, wanted)) {
            found.push_back(&backup);
        }
    }
    const auto what = cat("find the backup '", base::printable(wanted), "'");
    if (found.empty()) {
        throw Error(ErrorKind::kGeneral, what, all.empty() ? "there are no backups" : "no id begins so",
                    all.empty() ? "nrear list says where it looks" : cat("there are ", names_of(all), "; or write latest"));
    }
    if (const auto* backup = one_of_copies(found)) {
        return *backup;
    }
    if (found.size() > 1) {
        throw Error(ErrorKind::kGeneral, what, cat(found.size(), " backups begin so"), cat("write more of it: ", names_of(found)));
    }
    return *found.front();
}

std::string passed_over(const std::vector<Backup>& backups, const Backup& latest) {
    const auto& newest = backups.back();
    if (newest.state != State::kDamaged || newest.time <= latest.time) {
        return {};
    }
    return cat("The newest backup, ", said(newest), ", is damaged: ", said(latest), " is taken.");
}

}  // namespace nrear::catalog
