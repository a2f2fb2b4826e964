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

std::string names_of(const std::vector<const Backup*>& backups) {
    constexpr std::size_t kMost = 10;
    std::vector<std::string> names;
    for (const auto* backup : backups) {
        names.push_back(base::printable(name_of(*backup)));
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

std::string said(const Backup& backup) { return cat(base::printable(name_of(backup)), " of ", base::utc_time(backup.time)); }

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
