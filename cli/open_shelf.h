// SPDX-License-Identifier: GPL-3.0-or-later
// The way from the configuration to the backups on the server, for the commands that look at them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/workflow_context.h"
#include "rescue/backup/places.h"
#include "rescue/catalog/catalog.h"
#include "rescue/catalog/open_archive.h"
#include "transport/location.h"
#include "transport/transport.h"

namespace nrear::cli {

/// Owns the connections that the shelf refers to.
struct OpenShelf {
    std::unique_ptr<transport::Transport> backup;
    std::unique_ptr<transport::Transport> output;  ///< null when `backup` serves both
    catalog::Shelf shelf;
    std::string hostname;  ///< whose backups these are
    transport::Location location;
    bool empty_place = false;  ///< a directory of this machine that holds nothing at all
    std::string place;     ///< for people: "sftp://backup@undercloud-0/data/backup/"
};

/// Connects as mkbackup does, or in the rescue system as recover does; with --host to another host's directory. Throws Error, also when the place itself is not
/// there (place_check.h): nobody shall take that for a place without backups.
OpenShelf open_shelf(const WorkflowContext& context);

/// The one that the first operand names; says so when that is not the newest. Throws Error as catalog::choose().
const catalog::Backup& chosen_backup(const WorkflowContext& context, const std::vector<catalog::Backup>& backups);

/// Other hosts whose backups lie beside these.
std::vector<std::string> other_hosts(const OpenShelf& open);

/// TMPDIR and --salvage.
catalog::OpenOptions open_options(const WorkflowContext& context);

/// Where mkbackup puts this host's files, or those of the host that --host names.
backup::Places places_for(const WorkflowContext& context);

}  // namespace nrear::cli
