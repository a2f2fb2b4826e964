// SPDX-License-Identifier: GPL-3.0-or-later
// `nrear recover`: from the records in the rescue system and the archive on the server to the machine as it was. The workflow; its parts are beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/questions.h"
#include "core/base/root.h"
#include "core/layout/present_disk.h"
#include "core/layout/uefi.h"
#include "core/plan/plan.h"
#include "transport/line.h"
#include "transport/location.h"
#include "transport/transport.h"

namespace nrear::recover {

struct RecoverOptions {
    bool unattended = false;            ///< --non-interactive: nothing is asked; only disks that match by identity or, all of them blank, by size
    bool automatic = false;             ///< --automatic (auto_recover): under the same condition the plan is not asked about; all else is
    bool simulate = false;              ///< --simulate: ends after the plan was shown
    bool force_host = false;            ///< --force-host: take a backup that is not this rescue system's
    bool salvage = false;               ///< --salvage: restore what is left of a damaged archive
    std::string backup;                 ///< --backup ID: a start of its id, or "latest"; "" = the one that this rescue system was made for
    std::vector<std::string> mappings;  ///< --map OLD=NEW: "/dev/vda=/dev/sda"
};

/// Everything from outside, so that tests can put their own in its place.
struct RecoverContext {
    RecoverOptions options;
    base::Questions& questions;
    base::Progress& progress;  ///< what it is told, it also logs
    base::CommandRunner& runner;
    base::Log& log;
    std::string log_path;  ///< of `log`; a copy of it is the one thing that recover adds to the recovered system. "" = no copy
    /// Connects to the place of the backup, at the addresses pinned in the rescue record.
    std::function<std::unique_ptr<transport::Transport>(const transport::Location& location, const std::vector<std::string>& addresses, base::Questions& questions)> connect;
    /// The disks of this machine now.
    std::function<std::vector<layout::PresentDisk>()> list_disks;
    /// The firmware of this machine now; empty = not asked, the plan is for one like the recorded one's.
    std::function<layout::PresentFirmware()> firmware;
    /// Takes down what an earlier try left mounted or swapping (take_down_earlier_try() of finish.h); before the disks are listed.
    std::function<void()> free_disks;
    /// Does the plan's WritePartitionTable steps (core/plan/write_table.h); throws Error.
    std::function<std::string(const plan::WritePartitionTable&)> write_partition_table;
    /// Marks a disk whose partition table this recovery has made, and takes the mark away at its end (disk_mark.h). Empty = no marks.
    std::function<void(const std::string& disk, bool unfinished)> mark_disk;
    /// The passphrase of all encrypted volumes (--luks-passphrase-file), read when it is needed; throws Error. Empty = the operator is asked.
    std::function<std::string()> passphrase_from_file;
    std::uint64_t memory = 0;  ///< bytes that programs can have here; 0 = enough for everything
    std::string records = "/";               ///< root below which the rescue record, layout and known hosts lie
    transport::RetryOptions patience;        ///< how long a recovery by itself waits for a server that cannot be reached at its start; give_up_after, now and pause count
    std::string target = plan::kTargetRoot;  ///< where the recovered system is put together
};

/// How it ended, when it did not throw.
struct RecoverOutcome {
    bool complete = true;             ///< every file and every step: exit code 0; else something is left to do, and was named
    std::uint64_t file_problems = 0;  ///< files that are not as they were
    std::vector<std::string> skipped; ///< steps that the operator skipped
};

/// Throws Error, Interrupted (after taking down what it had mounted).
RecoverOutcome run(const RecoverContext& context);

}  // namespace nrear::recover
