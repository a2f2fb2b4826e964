// SPDX-License-Identifier: GPL-3.0-or-later
// What of this machine a backup of now would hold: settings, layout and place together. For mkbackup, and for `verify --compare`, which looks for what is new.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "archive/selected_trees.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/commit.h"
#include "rescue/backup/places.h"

namespace nrear::backup {

struct ChosenTrees {
    archive::TreeSelection trees;                    ///< refers to `excludes`
    std::unique_ptr<archive::ExcludeRules> excludes;
    std::vector<std::string> notes;                  ///< what an operator may not have meant, one line each
};

/// Throws Error (kConfig) as select_trees() does, and of the transport.
ChosenTrees choose_trees(const BackupContext& context, const layout::Layout& layout, const Servers& servers, const Places& places);

}  // namespace nrear::backup
