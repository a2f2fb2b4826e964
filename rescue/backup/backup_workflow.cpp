// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/backup_workflow.h"

#include <sys/statvfs.h>

#include <set>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "rescue/backup/bottleneck.h"
#include "rescue/backup/chosen_trees.h"
#include "rescue/backup/connection.h"
#include "rescue/backup/file_list.h"
#include "rescue/backup/history.h"
#include "rescue/backup/local_leftovers.h"
#include "rescue/backup/options.h"
#include "rescue/backup/read_back.h"
#include "rescue/backup/rescue_iso.h"
#include "rescue/backup/scripts.h"
#include "rescue/backup/sinks.h"
#include "rescue/backup/space.h"

namespace nrear::backup {

namespace {

using base::cat;

void note(const BackupContext& context, BackupResult& result, const std::string& line) {
    context.progress.message(line);
    result.notes.push_back(line);
}

/// Bytes in use on the file systems to be archived: an upper bound for what will be read, good enough for "time left".
std::uint64_t bytes_in_use(const base::Root& root, const layout::Layout& layout, const std::vector<std::string>& trees) {
    std::uint64_t bytes = 0;
    std::set<std::string> devices;
    for (const auto& tree : trees) {
        const auto* node = layout::find(layout, "mount:" + tree);
        if (node != nullptr && !devices.insert(std::get<layout::Mount>(node->what).path).second) {
            continue;  // another subvolume of a btrfs that has been counted whole
        }
        struct statvfs facts {};
        if (statvfs(root.path(tree).c_str(), &facts) == 0) {
            bytes += (facts.f_blocks - facts.f_bfree) * facts.f_frsize;
        }
    }
    return bytes;
}

/// A damaged record must not stand in the way of the backup that replaces it; an ISO cannot be tied to it, though.
std::optional<record::BackupRecord> read_earlier(const BackupContext& context, transport::Transport& server, const Places& places, Scope scope) {
    try {
        return read_record(server, places);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kIntegrity || scope == Scope::kRescueOnly) {
            throw;
        }
        context.progress.warning(cat(error.what(), ": this backup replaces it"));
        return std::nullopt;
    }
}

SpaceNeeds space_needs(const Servers& servers, const std::optional<record::BackupRecord>& earlier, std::uint64_t tree_bytes, bool iso_follows) {
    SpaceNeeds needs;
    needs.tree_bytes = tree_bytes;
    if (earlier) {
        needs.last_archive = earlier->archive.size;
        needs.last_iso = iso_follows && servers.output == servers.backup ? earlier->iso.size : 0;
    }
    return needs;
}

void check_space(const BackupContext& context, const Servers& servers, const Places& places, const SpaceNeeds& needs) {
    if (const auto space = servers.backup->space(places.backup_directory)) {
        if (const auto warning = judge_space(*space, needs, places.backup_directory); !warning.empty()) {
            context.progress.warning(warning);
        }
    }
}

void report_warnings(const BackupContext& context, const archive::BackupSummary& summary, const std::vector<archive::ExcludePattern>& patterns) {
    constexpr std::size_t kShown = 10;
    std::size_t shown = 0;
    for (const auto& warning : summary.warnings) {
        const auto line = cat(base::printable(warning.path), ": ", warning.detail);
        if (shown++ < kShown) {
            context.progress.warning(line);
        } else {
            context.log.warning(line);
        }
    }
    if (summary.warning_count > kShown) {
        context.progress.message(cat("… and ", summary.warning_count - kShown, " more; the log names them"));
    }
    for (const auto& pattern : patterns) {
        if (pattern.hits == 0) {
            context.log.info(cat("BACKUP_PROG_EXCLUDE '", pattern.text, "' matched nothing"));
        }
    }
}

void warn_of_lost_places(const BackupContext& context, const layout::Layout& layout, const Places& places) {
    const auto mounts = base::parse_mountinfo(context.root.read_if_exists("/proc/self/mountinfo").value_or(""));
    for (const auto& mount_point : lost_with_machine(places, layout, mounts)) {
        context.progress.warning(cat("The backup is kept on ", mount_point, " of this very machine, which recover makes anew: copy it elsewhere."));
    }
}

archive::BackupSummary stream_tree(const BackupContext& context, const layout::Layout& layout, const Servers& servers, const Places& places,
                                   const std::optional<record::BackupRecord>& earlier, bool iso_follows) {
    const auto chosen = choose_trees(context, layout, servers, places);
    for (const auto& line : chosen.notes) {
        context.progress.warning(line);
    }
    FileList list;
    archive::BackupOptions options;
    options.selection = chosen.trees;
    options.pack = pack_options(context.settings);
    options.expected_bytes = bytes_in_use(context.root, layout, chosen.trees.trees);
    options.on_file = [&](std::string_view path) { list.add(path); };

    PiecesSink index;  // a hundredth of the archive, and the place takes one file at a time
    options.index = &index;

    const auto needs = space_needs(servers, earlier, options.expected_bytes, iso_follows);
    check_space(context, servers, places, needs);
    const auto sink = servers.backup->create(uncommitted(places.archive_path));
    SpaceWatch watch(*sink, needs, places.backup_directory, [&] { return servers.backup->space(places.backup_directory); }, context.line.warn);
    auto summary = archive::write_backup(options, watch, context.progress);
    sink->finish();
    const auto index_sink = servers.backup->create(uncommitted(places.index_path));
    index.write_to(*index_sink);
    index_sink->finish();
    for (const auto& warning : summary.warnings) {
        list.remark(warning.path, warning.detail);
    }
    const auto list_sink = servers.backup->create(uncommitted(places.file_list_path));
    list.write_to(*list_sink);
    list_sink->finish();
    report_warnings(context, summary, chosen.excludes->patterns());
    return summary;
}

/// What is on the server must be what was sent: its size is asked for again after all is synced.
void check_stored(transport::Transport& server, const std::string& path, std::uint64_t size) {
    const auto stored = server.stat(path);
    if (!stored || stored->size != size) {
        throw Error(ErrorKind::kIntegrity, "store " + path, stored ? cat("the server has ", stored->size, " bytes of ", size) : "it is not on the server");
    }
}

/// What the server could not do as well as it should: no fsync, no atomic rename.
void report_server(const BackupContext& context, const Connection& connection) {
    for (const auto* transport : {connection.backup.get(), connection.output.get()}) {
        if (transport != nullptr) {
            for (const auto& warning : transport->warnings()) {
                context.progress.warning(warning);
            }
        }
    }
}

void upload_log(const BackupContext& context, const Servers& servers, const Places& places) {
    const auto path = context.settings.scalar("LOGFILE");
    const auto text = base::Root("/").read_if_exists(path);
    if (servers.output == nullptr || !text) {
        return;
    }
    try {
        const auto sink = servers.output->create(places.run_log_path);
        sink->write(base::as_bytes(base::mask_secrets(*text)));
        sink->finish();
    } catch (const Error& error) {
        // The backup is complete and committed: a log that could not be copied must not make it look failed.
        context.progress.warning(cat("The log was not copied to the server: ", error.what()));
    }
}

record::BackupRecord new_record(const BackupContext& context, const layout::Layout& layout, const std::string& kernel) {
    record::BackupRecord record;
    record.id = base::random_uuid();
    record.hostname = layout.host.name;
    record.nrear_version = context.nrear_version;
    record.kernel = kernel;
    return record;
}

void take_archive(record::BackupRecord& record, const archive::BackupSummary& summary, const Places& places) {
    record.created = base::utc_time();
    record.archive = {places.archive_path, summary.archive_bytes, summary.archive_sha256};
    record.index = {places.index_path, summary.index_bytes, summary.index_sha256};
    record.files = summary.files;
    record.tree_bytes = summary.tar_bytes;
    record.warnings = summary.warning_count;
    record.stages = stage_seconds(summary.packing.times);
}

/// Builds the ISO into ISO_DIR and sends it along; the local copy stays, as ReaR's does.
void make_iso(const BackupContext& context, const layout::Layout& layout, const Places& places, const Connection& connection, RescuePlan plan,
              BackupResult& result) {
    const auto servers = connection.servers();
    std::unique_ptr<base::FinishingSink> upload;
    if (servers.output != nullptr) {
        servers.output->make_directories(places.output_directory);
        upload = servers.output->create(uncommitted(places.iso_path));
    }
    const auto made = make_rescue_iso(context, layout, places, std::move(plan), {result.record.id, base::utc_time(), connection.identity}, upload.get());
    if (upload) {
        upload->finish();
        check_stored(*servers.output, uncommitted(places.iso_path), made.size);
        result.record.iso = {places.iso_path, made.size, made.sha256};
    }
    result.iso_bytes = made.size;
    result.local_iso_path = places.local_iso_path;
}

}  // namespace

bool BackupResult::complete() const { return pruned && (!archive || archive->altered_count == 0); }

BackupResult make_backup(const BackupContext& context, Scope scope) { return make_backup(context, examine(context), scope); }

BackupResult make_backup(const BackupContext& context, const layout::Layout& layout, Scope scope) {
    const auto places = places_of(place_settings(context.settings));
    const auto treatment = what_happens_to_earlier(context.settings);
    const auto depth = catalog::check_depth(context.settings);
    std::optional<RescuePlan> rescue;
    if (scope != Scope::kBackupOnly) {
        rescue = plan_rescue(context, layout);
    }
    if (remove_local_leftovers(context.settings.scalar("TMPDIR"), places.local_iso_path) > 0) {
        context.log.info("removed what a killed run left on this machine");
    }
    const auto connection = connect(places, context.line, context.questions, context.log);
    const auto servers = connection.servers();
    context.progress.message(cat("Connected to ", connection.backup->description()));
    warn_of_lost_places(context, layout, places);

    BackupResult result;
    if (const auto done = clean_up_earlier_run(servers, places); !done.empty()) {
        note(context, result, done);
    }
    const auto earlier = read_earlier(context, *servers.backup, places, scope);
    if (const auto orphan = orphaned_iso_note(earlier, places, treatment); scope == Scope::kBackupAndRescue && !orphan.empty()) {
        context.progress.warning(orphan);
    }
    result.record = new_record(context, layout, rescue ? rescue->kernel.release : layout.host.kernel);
    if (scope == Scope::kRescueOnly && earlier) {
        result.record = *earlier;  // the new ISO belongs to the archive that is there
        result.record.kernel = rescue->kernel.release;
        result.record.rescue_id.clear();
    } else if (scope == Scope::kBackupOnly && earlier) {
        result.record.iso = earlier->iso;  // the other way round
        result.record.rescue_id = earlier->id_of_rescue();
    }
    result.record.plan_sha256 = plan::digest(plan::make_plan(layout));

    UncommittedFiles files(servers, places, context.log);
    PostScript post(context);
    run_script(context, "PRE_BACKUP_SCRIPT", "starting");
    if (scope != Scope::kRescueOnly) {
        servers.backup->make_directories(places.backup_directory);
        result.archive = stream_tree(context, layout, servers, places, earlier, rescue.has_value());
        check_stored(*servers.backup, uncommitted(places.archive_path), result.archive->archive_bytes);
        check_stored(*servers.backup, uncommitted(places.index_path), result.archive->index_bytes);
        take_archive(result.record, *result.archive, places);
    }
    if (rescue) {
        save_layout(context, layout);
        make_iso(context, layout, places, connection, *std::move(rescue), result);
    }
    if (result.archive) {
        read_back(context, *servers.backup, places, depth, result.record);
    }
    if (scope != Scope::kRescueOnly || earlier) {
        files.commit(result.record, treatment);
        result.pruned = prune_earlier(servers, places, context.settings, layout.host.name, context.progress);
    } else {
        files.commit_iso_alone();
    }
    report_server(context, connection);
    upload_log(context, servers, places);
    post.succeed();
    return result;
}

}  // namespace nrear::backup
