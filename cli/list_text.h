// SPDX-License-Identifier: GPL-3.0-or-later
// What `list` and `prune` print. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/catalog/catalog.h"
#include "rescue/catalog/prune.h"

namespace nrear::cli {

struct ListFacts {
    std::string hostname;
    std::string place;                       ///< "sshfs://backup@undercloud-0/data/backup/"
    std::optional<std::string> plan_sha256;  ///< of this machine's storage now; nothing = not known
    bool paths = false;                      ///< with the paths of each backup's files
    std::vector<std::string> other_hosts;    ///< where this one has no backups: whose lie beside them
    std::string rescue_id;                   ///< of the backup that this rescue system was made with, "" outside of one
    bool empty_place = false;                ///< a directory of this machine that holds nothing at all
};

/// A table, oldest first, and a line that sums up.
std::string list_text(const std::vector<catalog::Backup>& backups, const ListFacts& facts);
std::string list_json(const std::vector<catalog::Backup>& backups, const ListFacts& facts);

/// "keep" or "remove" and why, for each.
std::string prune_text(const std::vector<catalog::Verdict>& verdicts);
std::string prune_json(const std::vector<catalog::Verdict>& verdicts, bool dry_run);

}  // namespace nrear::cli
