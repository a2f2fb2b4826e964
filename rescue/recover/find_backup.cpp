// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/find_backup.h"

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::recover {

namespace {

using base::cat;

constexpr std::uint64_t kLongestRecord = 1024 * 1024;

std::string read_text(transport::Transport& server, const std::string& path) {
    const auto source = server.open(path);
    if (source->size() > kLongestRecord) {
        throw Error(ErrorKind::kIntegrity, "read " + path, cat("it is ", base::human_size(source->size()), ": that is no record of a backup"));
    }
    std::string text(static_cast<std::size_t>(source->size()), '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const std::size_t got = source->read(std::as_writable_bytes(std::span(text).subspan(filled)));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    text.resize(filled);
    return text;
}

/// Nobody there to agree, or somebody who does not: the end.
void agree(const RecoverContext& context, const std::string& why, const std::string& question) {
    if (context.options.force_host) {
        context.progress.warning(why + " (taken because of --force-host)");
        return;
    }
    const Error refusal(ErrorKind::kIntegrity, "take this backup", why, "boot the ISO that was made with it, or run: nrear recover --force-host");
    if (context.options.unattended || !context.questions.interactive()) {
        throw refusal;
    }
    context.progress.warning(why);
    if (!context.questions.confirm(question)) {
        throw refusal;
    }
}

std::uint64_t archive_size(transport::Transport& server, const std::string& path, const std::optional<record::BackupRecord>& record) {
    const auto info = server.stat(path);
    if (!info || info->is_directory) {
        throw Error(ErrorKind::kGeneral, "find the backup", cat(server.description(), " has no ", path), "look on the server whether the directory was moved, or a disk of it is not mounted");
    }
    if (record && info->size != record->archive.size) {
        throw Error(ErrorKind::kIntegrity, "check the backup " + path,
                    cat("it has ", info->size, " bytes, ", record->archive.size, " were written: it was cut off or replaced after the backup"),
                    "look for another copy on the server; nothing was written to this machine");
    }
    return info->size;
}

/// A damaged record does not mean a damaged archive, but that is the operator's to say.
record::BackupRecord read_record(transport::Transport& server, const std::string& path) {
    try {
        return record::backup_record_from_json(read_text(server, path), path);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kIntegrity) {
            throw;
        }
        throw Error(ErrorKind::kIntegrity, error.what_failed(), error.why(),
                    cat("nothing was written to this machine; to restore the archive unchecked, rename ", base::printable(path), " on the server and run nrear recover again"));
    }
}

/// The record, or the journal of a commit that was interrupted: then the newer backup is whole, under names that may still have the ending.
FoundBackup locate(transport::Transport& server, const record::RescueRecord& rescue) {
    const std::string ending = record::kUncommittedSuffix;
    const auto newest = [&](const std::string& path, bool journal) { return journal && server.stat(path + ending) ? path + ending : path; };
    const bool journal = server.stat(rescue.backup_record_path + ending).has_value();
    const auto record_path = newest(rescue.backup_record_path, journal);
    FoundBackup found;
    found.archive_path = newest(rescue.archive_path, journal);
    if (journal || server.stat(record_path)) {
        found.record = read_record(server, record_path);
    }
    return found;
}

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
    FoundBackup found = locate(server, rescue);
    found.archive_size = archive_size(server, found.archive_path, found.record);
    if (!found.record) {
        agree(context, cat(rescue.archive_path, " has no backup.json beside it: an unfinished backup, or one of another program. It cannot be checked"),
              "Restore it nevertheless?");
    } else if (const auto why = mismatch(rescue, *found.record, plan_sha256)) {
        agree(context, *why, "Restore this backup on this machine?");
    }
    return found;
}

}  // namespace nrear::recover
