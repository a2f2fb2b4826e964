// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/open_shelf.h"

#include "cli/line_options.h"
#include "cli/recorded_server.h"
#include "core/base/text.h"
#include "rescue/backup/connection.h"
#include "rescue/backup/history.h"
#include "rescue/backup/options.h"
#include "rescue/catalog/names.h"

namespace nrear::cli {

namespace {

OpenShelf open_recorded(const WorkflowContext& context, const record::RescueRecord& rescue) {
    const auto location = transport::parse_location(rescue.backup_url, "BACKUP_URL");
    OpenShelf open;
    open.backup = connect_recorded(context, location, rescue.server_addresses, context.questions);
    open.hostname = rescue.hostname;
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
    open.place = places.backup.text();
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
    context.progress.message(base::cat("Connected to ", open.backup->description()));
    return open;
}

}  // namespace nrear::cli
