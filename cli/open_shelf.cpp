// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/open_shelf.h"

#include "cli/line_options.h"
#include "cli/place_check.h"
#include "cli/recorded_server.h"
#include "core/base/text.h"
#include "rescue/backup/connection.h"
#include "rescue/backup/history.h"
#include "rescue/backup/options.h"
#include "rescue/catalog/choose.h"
#include "rescue/catalog/hosts.h"
#include "rescue/catalog/names.h"

namespace nrear::cli {

namespace {

using base::cat;

/// A backup without its ISO is a backup.
void say_of_output(const WorkflowContext& context, const PlaceFinding& finding) {
    if (finding.error) {
        context.progress.warning(cat("No ISO is found: ", finding.error->why(), " (OUTPUT_URL)"));
    } else if (!finding.warning.empty()) {
        context.progress.warning(finding.warning);
    }
}

OpenShelf open_recorded(const WorkflowContext& context, const record::RescueRecord& rescue) {
    const auto location = transport::parse_location(rescue.backup_url, "BACKUP_URL");
    OpenShelf open;
    open.backup = connect_recorded(context, location, rescue.server_addresses, context.questions);
    open.hostname = rescue.hostname;
    open.location = location;
    open.place = location.text();
    open.shelf.backup = open.backup.get();
    open.shelf.directory = catalog::directory_of(rescue.backup_record_path);
    if (const auto& host = context.arguments.host; !host.empty()) {
        open.hostname = host;
        open.shelf.directory = catalog::in(catalog::directory_of(open.shelf.directory), host);
    }
    return open;
}

OpenShelf open_configured(const WorkflowContext& context) {
    const auto places = places_for(context);
    auto connection = backup::connect(places, line_options(context), context.questions, context.log);
    OpenShelf open;
    open.shelf = backup::shelf_of(connection.servers(), places);
    open.backup = std::move(connection.backup);
    open.output = std::move(connection.output);
    open.hostname = context.arguments.host.empty() ? context.settings.scalar("HOSTNAME") : context.arguments.host;
    open.location = places.backup;
    open.place = places.backup.text();
    if (places.output.scheme == transport::Scheme::kFile && open.shelf.output != nullptr && places.output.path != places.backup.path) {
        say_of_output(context, look_at_place(*open.shelf.output, places.output, context.root));
    }
    return open;
}

}  // namespace

backup::Places places_for(const WorkflowContext& context) {
    auto settings = backup::place_settings(context.settings);
    if (const auto& host = context.arguments.host; !host.empty()) {
        settings.output_prefix = host;
        settings.netfs_prefix = host;
    }
    return backup::places_of(settings);
}

catalog::OpenOptions open_options(const WorkflowContext& context) {
    const auto configured = context.settings.scalar("TMPDIR");
    return {.temporary = context.root.exists(configured) ? configured : "/tmp", .salvage = context.arguments.salvage};  // the rescue system has no /var/tmp
}

OpenShelf open_shelf(const WorkflowContext& context) {
    const auto rescue = recorded_rescue(context.root);
    auto open = rescue ? open_recorded(context, *rescue) : open_configured(context);
    context.progress.message(cat("Connected to ", open.backup->description()));
    const auto finding = look_at_place(*open.backup, open.location, context.root);
    if (finding.error) {
        throw *finding.error;
    }
    if (!finding.warning.empty()) {
        context.progress.warning(finding.warning);
    }
    open.empty_place = finding.empty;
    return open;
}

const catalog::Backup& chosen_backup(const WorkflowContext& context, const std::vector<catalog::Backup>& backups) {
    const auto& wanted = context.arguments.operands.front();
    const auto& backup = catalog::choose(backups, wanted);
    if (const auto why = wanted == "latest" ? catalog::passed_over(backups, backup) : ""; !why.empty()) {
        context.progress.warning(why);
    }
    return backup;
}

std::vector<std::string> other_hosts(const OpenShelf& open) {
    const auto& directory = open.shelf.directory;
    const bool no_prefix = directory == open.location.path || directory + "/" == open.location.path;
    return no_prefix ? catalog::hosts_in(*open.backup, directory, "") : catalog::hosts_in(*open.backup, catalog::directory_of(directory), catalog::file_name(directory));
}

}  // namespace nrear::cli
