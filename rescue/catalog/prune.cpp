// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/prune.h"

#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/catalog/names.h"

namespace nrear::catalog {

namespace {

using base::cat;

std::string why_left_alone(const Backup& backup, const std::string& hostname) {
    if (backup.record && backup.record->hostname != hostname) {
        return "of another host: " + base::printable(backup.record->hostname);
    }
    if (backup.being_moved) {
        return "left alone, unfinished: its run was stopped while it put its files in place";
    }
    const char* const what = backup.state == State::kDamaged ? "damaged" : backup.state == State::kForeign ? "foreign" : "unfinished";
    return cat("left alone, ", what, ": ", backup.problem);
}

/// mkbackuponly keeps the ISO of the backup before: it goes with the last that needs it.
void keep_shared_isos(std::vector<Verdict>& verdicts) {
    std::set<std::string> needed;
    for (const auto& verdict : verdicts) {
        if (!verdict.remove) {
            needed.insert(verdict.backup.iso_path);
        }
    }
    for (auto& verdict : verdicts) {
        if (verdict.remove && needed.contains(verdict.backup.iso_path)) {
            verdict.backup.iso_path.clear();
        }
    }
}

void remove_if_empty(transport::Transport& server, const std::string& directory) {
    if (server.stat(directory) && server.list(directory).empty()) {
        server.remove_directory(directory);
    }
}

}  // namespace

std::vector<Verdict> judge(std::vector<Backup> backups, const KeepRules& rules, const std::string& hostname) {
    std::vector<Candidate> candidates;
    for (const auto& backup : backups) {
        const bool ours = backup.record && backup.record->hostname == hostname;
        candidates.push_back({backup.time, backup.verified(), ours && backup.state == State::kWhole && !backup.being_moved});
    }
    const auto reasons = keep(candidates, rules);
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        Verdict verdict{std::move(backups[i]), false, {}};
        if (verdict.backup.state == State::kPruned) {
            verdict.remove = true;
            verdict.why = "its removal was interrupted";
        } else if (!candidates[i].counts) {
            verdict.why = why_left_alone(verdict.backup, hostname);
        } else {
            verdict.remove = reasons[i].empty();
            verdict.why = verdict.remove ? "no KEEP_ setting keeps it" : base::join(reasons[i], ", ");
        }
        verdicts.push_back(std::move(verdict));
    }
    keep_shared_isos(verdicts);
    return verdicts;
}

void remove(const Shelf& shelf, const Backup& backup) {
    auto& server = *shelf.backup;
    auto record_path = backup.record_path;
    if (record_path.empty()) {
        throw Error(ErrorKind::kGeneral, "remove the backup " + backup.archive_path, "it has no record");
    }
    if (backup.state != State::kPruned) {
        // From here on nobody takes it for a backup; the record says until the end what belongs to it.
        server.rename(record_path, record_path + kPrunedSuffix);
        record_path += kPrunedSuffix;
    }
    if (!backup.iso_path.empty()) {
        shelf.output->remove(backup.iso_path);
    }
    for (const auto& path : {backup.archive_path, backup.index_path, backup.file_list_path}) {
        if (!path.empty()) {
            server.remove(path);
        }
    }
    if (backup.folder != shelf.directory) {
        const auto iso_folder = iso_folder_of(shelf, backup.folder);
        server.remove(record_path);
        remove_if_empty(server, backup.folder);
        if (shelf.output != nullptr && (shelf.output != shelf.backup || iso_folder != backup.folder)) {
            remove_if_empty(*shelf.output, iso_folder);
        }
        return;
    }
    server.remove(record_path);
}

}  // namespace nrear::catalog
