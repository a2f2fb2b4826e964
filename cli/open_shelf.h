// SPDX-License-Identifier: GPL-3.0-or-later
// The way from the configuration to the backups on the server, for the commands that look at them.
#pragma once

#include <string>

#include "cli/workflow_context.h"
#include "rescue/backup/connection.h"
#include "rescue/backup/places.h"
#include "rescue/catalog/catalog.h"

namespace nrear::cli {

/// Owns the connection that the shelf refers to.
struct OpenShelf {
    backup::Places places;
    backup::Connection connection;
    catalog::Shelf shelf;
    std::string hostname;  ///< whose backups these are, for people
};

/// Connects as mkbackup does; with --host to another host's directory. Throws Error.
OpenShelf open_shelf(const WorkflowContext& context);

}  // namespace nrear::cli
