// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/find_backup.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/catalog.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/names.h"

namespace nrear::recover {

namespace {

using base::cat;
using catalog::Backup;

constexpr const char* kAnother = "choose another (nrear list, nrear recover --backup ID)";

/// Nobody there to agree, or somebody who does not: the end.
void agree(const RecoverContext& context, const std::string& why, const std::string& question, const std::string& instead) {
    if (context.options.force_host) {
        context.progress.warning(why + " (taken because of --force-host)");
        return;
    }
    const Error refusal(ErrorKind::kIntegrity, "take this backup", why, cat(instead, ", or run: nrear recover --force-host"));
    if (context.options.unattended || !context.questions.interactive()) {
        throw refusal;
    }
    context.progress.warning(why);
    if (!context.questions.confirm(question)) {
        throw refusal;
    }
}

std::string said(const Backup& backup) { return cat("of ", base::printable(backup.record->created), " (", base::printable(catalog::name_of(backup)), ")"); }

/// A damaged record does not mean a damaged archive, but that is the operator's to say.
[[noreturn]] void refuse_damaged_record(const Backup& backup) {
    const auto path = base::printable(backup.record_path);
    throw Error(ErrorKind::kIntegrity, "read " + path, backup.problem,
                cat("nothing was written to this machine; to restore the archive unchecked, rename ", path, " on the server and run nrear recover again"));
}

void check_archive(const RecoverContext& context, transport::Transport& server, const Backup& backup, const std::string& wanted_path) {
    if (backup.archive_path.empty() && backup.record) {
        throw Error(ErrorKind::kGeneral, cat("find the archive of the backup ", said(backup)), cat(server.description(), " has no ", base::printable(catalog::in(backup.folder, catalog::file_name(backup.record->archive.path)))),
                    "nrear list shows what there is, nrear recover --backup ID takes another; nothing was written to this machine");
    }
    if (backup.archive_path.empty()) {
        throw Error(ErrorKind::kGeneral, "find the backup", cat(server.description(), " has no ", wanted_path),
                    "look on the server whether the directory was moved, or a disk of it is not mounted");
    }
    if (backup.record && backup.size != backup.record->archive.size) {
        const auto why = cat("it has ", backup.size, " bytes, ", backup.record->archive.size, " were written: it was cut off or replaced after the backup");
        if (context.options.salvage) {
            context.progress.warning(cat(base::printable(backup.archive_path), ": ", why, " (taken because of --salvage)"));
            return;
        }
        throw Error(ErrorKind::kIntegrity, "check the backup " + backup.archive_path, why,
                    "look for another copy on the server (nrear list), or restore what is left with nrear recover --salvage; nothing was written to this machine");
    }
}

/// All that may be restored, oldest first: what is unfinished or half removed never is.
std::vector<Backup> backups_on(transport::Transport& server, const record::RescueRecord& rescue) {
    const auto record_name = catalog::file_name(rescue.backup_record_path);
    const auto archive = catalog::file_name(rescue.archive_path);
    catalog::Shelf shelf;
    shelf.backup = &server;
    shelf.directory = catalog::directory_of(rescue.backup_record_path);
    shelf.usual_names = {record_name, archive, archive + record::kIndexSuffix, catalog::file_list_name(record_name)};
    auto backups = catalog::read_catalog(shelf);
    std::erase_if(backups, [](const Backup& backup) { return backup.state == catalog::State::kUnfinished || backup.state == catalog::State::kPruned; });
    return backups;
}

class Choice {
public:
    Choice(const RecoverContext& context, const record::RescueRecord& rescue, const std::string& plan_sha256, const std::vector<Backup>& backups)
        : context_(context), rescue_(rescue), plan_sha256_(plan_sha256), backups_(backups) {}

    struct Result {
        const Backup* backup = nullptr;  ///< null: there is none
        bool substitute = false;         ///< FoundBackup::substitute
    };

    Result make() const {
        if (!context_.options.backup.empty()) {
            return {&catalog::choose(backups_, context_.options.backup)};
        }
        if (const auto* own = newest([&](const Backup& backup) { return backup.record && backup.record->id_of_rescue() == rescue_.backup_id; })) {
            tell_of_newer(*own);
            return {own};
        }
        return {in_place_of_own(), true};
    }

private:
    template <class Condition>
    const Backup* newest(Condition condition) const {
        const auto found = std::find_if(backups_.rbegin(), backups_.rend(), condition);
        return found == backups_.rend() ? nullptr : &*found;
    }

    bool restorable(const Backup& backup) const { return backup.state == catalog::State::kWhole && backup.record->hostname == rescue_.hostname; }

    void tell_of_newer(const Backup& own) const {
        const auto* latest = newest([&](const Backup& backup) { return restorable(backup); });
        if (latest != nullptr && latest->time > own.time) {
            context_.progress.message(cat("This rescue system belongs to the backup ", said(own), "; there is a newer one ", said(*latest), ": nrear recover --backup latest takes that."));
        }
    }

    const Backup* in_place_of_own() const {
        const auto* there = newest([&](const Backup& backup) {
            return backup.record_path == rescue_.backup_record_path || backup.record_path == rescue_.backup_record_path + record::kUncommittedSuffix ||
                   (backup.record_path.empty() && backup.archive_path == rescue_.archive_path);
        });
        there = there != nullptr ? there : newest([&](const Backup& backup) { return restorable(backup); });
        if (there == nullptr || !there->record) {
            return there;
        }
        context_.progress.warning(cat("The backup that this rescue system was made with (", rescue_.created, ", ", base::printable(catalog::short_id(rescue_.backup_id)), ") is not on the server any more."));
        const auto others = all_restorable();
        tell(others);
        const auto* chosen = fitting_instead_of(*there);
        context_.progress.message(cat("Instead of it: the one ", said(*chosen), others.size() > 1 ? "; nrear recover --backup ID takes another." : "."));
        return chosen;
    }

    /// One line each, oldest first.
    std::vector<std::string> all_restorable() const {
        std::vector<std::string> lines;
        for (const auto& backup : backups_) {
            if (restorable(backup)) {
                const auto* other = backup.record->plan_sha256 == plan_sha256_ ? "" : ", made of other storage";
                lines.push_back(cat("  ", base::printable(catalog::name_of(backup)), "  ", base::printable(backup.record->created), "  ", base::human_size(backup.size), other));
            }
        }
        return lines;
    }

    /// Where there is only one, what is taken says enough.
    void tell(const std::vector<std::string>& lines) const {
        constexpr std::size_t kMost = 10;
        const auto first = lines.size() - std::min(lines.size(), kMost);
        if (lines.size() > 1) {
            context_.progress.message(first > 0 ? cat("There are ", lines.size(), " others; the newest ", kMost, ":") : cat("There are ", lines.size(), " others:"));
        }
        for (auto i = first; i < lines.size() && lines.size() > 1; ++i) {
            context_.progress.message(lines[i]);
        }
    }

    /// A choice only where it is not clear: what is there does not fit the recorded storage, another one does.
    const Backup* fitting_instead_of(const Backup& there) const {
        const auto fits = [&](const Backup& backup) { return restorable(backup) && backup.record->plan_sha256 == plan_sha256_; };
        const auto* fitting = fits(there) ? nullptr : newest(fits);
        if (fitting == nullptr || context_.options.unattended || !context_.questions.interactive()) {
            return &there;
        }
        const auto answer = context_.questions.choose("Which backup is to be restored?",
                                                      {{"fitting", cat("the one ", said(*fitting), ", made of the storage that this rescue system knows")},
                                                       {"newest", cat("the one ", said(there), ", made of other storage")}},
                                                      "fitting");
        return answer == "newest" ? &there : fitting;
    }

    const RecoverContext& context_;
    const record::RescueRecord& rescue_;
    const std::string& plan_sha256_;
    const std::vector<Backup>& backups_;
};

}  // namespace

std::optional<std::string> mismatch(const record::RescueRecord& rescue, const record::BackupRecord& backup, const std::string& plan_sha256) {
    if (backup.hostname != rescue.hostname) {
        return cat("the backup is of another host: ", base::printable(backup.hostname), ", this rescue system is of ", base::printable(rescue.hostname));
    }
    if (backup.id == rescue.backup_id || backup.plan_sha256 == plan_sha256) {
        return std::nullopt;
    }
    return cat("the backup of ", backup.created, " was not made together with this rescue system (of ", rescue.created, "): the storage that is made again may not fit it");
}

FoundBackup find_backup(const RecoverContext& context, transport::Transport& server, const record::RescueRecord& rescue, const std::string& plan_sha256) {
    const auto backups = backups_on(server, rescue);
    const auto [chosen, substitute] = Choice(context, rescue, plan_sha256, backups).make();
    if (chosen == nullptr) {
        check_archive(context, server, {}, rescue.archive_path);
    }
    if (!chosen->record && !chosen->record_path.empty()) {
        refuse_damaged_record(*chosen);
    }
    check_archive(context, server, *chosen, rescue.archive_path);
    if (!chosen->record) {
        agree(context, cat(chosen->archive_path, " has no backup.json beside it: an unfinished backup, or one of another program. It cannot be checked"), "Restore it nevertheless?", kAnother);
    } else if (const auto why = mismatch(rescue, *chosen->record, plan_sha256)) {
        agree(context, *why, "Restore this backup on this machine?", cat("boot the ISO that was made with it, ", kAnother));
    }
    if (chosen->state == catalog::State::kDamaged && !context.options.salvage) {
        agree(context, cat("A check of this backup found: ", chosen->problem), "Restore it nevertheless?",
              cat(kAnother, ", restore what is whole in it (nrear recover --salvage)"));
    }
    return {chosen->record, chosen->archive_path, chosen->index_path, chosen->size, substitute};
}

}  // namespace nrear::recover
