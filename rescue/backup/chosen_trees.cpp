// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/chosen_trees.h"

#include "rescue/backup/history.h"
#include "rescue/backup/options.h"
#include "rescue/backup/selection.h"

namespace nrear::backup {

ChosenTrees choose_trees(const BackupContext& context, const layout::Layout& layout, const Servers& servers, const Places& places) {
    auto selection = select_trees(selection_settings(context.settings, layout));
    ChosenTrees chosen;
    chosen.excludes = std::make_unique<archive::ExcludeRules>(std::move(selection.patterns), selection.anchored);
    chosen.notes = std::move(selection.notes);
    chosen.trees = {.root = context.root.path("/"),
                    .trees = std::move(selection.trees),
                    .extra_trees = std::move(selection.extra_trees),
                    .subvolumes = std::move(selection.subvolumes),
                    .left_out = std::move(selection.left_out),
                    .excludes = chosen.excludes.get(),
                    .never = std::move(selection.never)};
    const auto backups = files_of_backups(servers, places);
    chosen.trees.never.insert(chosen.trees.never.end(), backups.begin(), backups.end());
    return chosen;
}

}  // namespace nrear::backup
