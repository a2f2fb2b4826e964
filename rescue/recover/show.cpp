// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/show.h"

#include <algorithm>

#include "core/base/text.h"
#include "rescue/catalog/names.h"

namespace nrear::recover {

namespace {

using base::cat;

std::string identity(const layout::DiskFacts& facts) {
    std::string text = base::human_size(facts.size);
    if (!facts.model.empty()) {
        text += ", " + base::printable(facts.model);
    }
    if (!facts.serial.empty()) {
        text += ", serial " + base::printable(facts.serial);
    }
    return text;
}

std::string name_of(const FoundBackup& backup) {
    return backup.record ? cat("the backup of ", base::printable(backup.record->created), " (", base::printable(catalog::short_id(backup.record->id)), ")")
                         : cat("the backup ", base::printable(backup.archive_path), " without a record");
}

}  // namespace

std::vector<std::string> backup_lines(const FoundBackup& backup) {
    std::vector<std::string> lines;
    if (backup.record) {
        const auto& record = *backup.record;
        lines.push_back(cat("Backup:  ", base::printable(record.hostname), ", ", base::printable(record.created), ", id ", base::printable(record.id)));
        lines.push_back(cat("         ", base::printable(backup.archive_path), ", ", base::human_size(backup.archive_size), ", ", record.files, " files, ",
                            base::human_size(record.tree_bytes), " unpacked"));
        if (record.warnings > 0) {
            lines.push_back(cat("         ", record.warnings, " files changed or could not be read while it was made (see backup.log beside it)"));
        }
    } else {
        lines.push_back(cat("Backup:  ", base::printable(backup.archive_path), ", ", base::human_size(backup.archive_size), ", without a record"));
    }
    return lines;
}

std::vector<std::string> disk_lines(const std::vector<layout::PresentDisk>& disks) {
    std::vector<std::string> lines{disks.empty() ? "Disks:   none" : "Disks of this machine:"};
    for (const auto& disk : disks) {
        lines.push_back(cat("  ", disk.facts.path, "  ", identity(disk.facts)));
        std::string content = "now: " + layout::describe_content(disk);
        if (disk.rescue_medium) {
            content += "; this rescue system came from it";
        }
        if (disk.read_only) {
            content += "; read-only";
        }
        for (const auto& use : disk.used_by) {
            content += "; " + use;
        }
        lines.push_back("      " + content);
    }
    return lines;
}

std::vector<std::string> match_lines(const plan::FitResult& fitted) {
    std::vector<std::string> lines;
    for (const auto& match : fitted.matches) {
        lines.push_back(cat("  ", match.recorded_path, " -> ", match.present_path, "  (", match.reason, ")", match.needs_confirmation ? "  NOT BLANK" : ""));
    }
    for (const auto& path : fitted.left_out) {
        lines.push_back(cat("  ", path, " -> none  (left out, as you said)"));
    }
    return lines;
}

std::string overwrite_question(const plan::FitResult& fitted, const std::vector<layout::PresentDisk>& disks, const FoundBackup& backup) {
    std::string text = "Everything on";
    for (const auto& match : fitted.matches) {
        const auto disk = std::find_if(disks.begin(), disks.end(), [&](const auto& it) { return it.facts.path == match.present_path; });
        text += cat(match.recorded == fitted.matches.front().recorded ? " " : " and ", match.present_path);
        if (disk != disks.end()) {
            const auto content = match.needs_confirmation ? cat("; NOT the recorded disk, and it holds: ", layout::describe_content(*disk)) : "";
            text += cat(" (", identity(disk->facts), content, ")");
        }
    }
    return cat(text, " will be overwritten by ", name_of(backup), backup.substitute ? ", NOT the one that this rescue system was made with" : "", ". Go on?");
}

}  // namespace nrear::recover
