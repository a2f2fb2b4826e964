// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/open_shelf.h"

#include "cli/ssh_options.h"
#include "core/base/text.h"
#include "rescue/backup/history.h"
#include "rescue/backup/options.h"

namespace nrear::cli {

OpenShelf open_shelf(const WorkflowContext& context) {
    auto settings = backup::place_settings(context.settings);
    const auto& host = context.arguments.host;
    if (!host.empty()) {
        settings.output_prefix = host;
        settings.netfs_prefix = host;
    }
    auto places = backup::places_of(settings);
    auto connection = backup::connect(places, ssh_options(context.arguments), context.questions, context.log);
    context.progress.message(base::cat("Connected to ", connection.backup->description()));
    auto shelf = backup::shelf_of(connection.servers(), places);
    return {std::move(places), std::move(connection), std::move(shelf), host.empty() ? context.settings.scalar("HOSTNAME") : host};
}

}  // namespace nrear::cli
