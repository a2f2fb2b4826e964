// SPDX-License-Identifier: GPL-3.0-or-later
// Tells an operator what a backup waited for, so that he knows what a faster one would cost. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "archive/pack_options.h"
#include "rescue/record/backup_record.h"
#include "transport/location.h"

namespace nrear::backup {

/// "Bottleneck: the line to the server (71 % of the time; the processors 20 %, the disk 9 %)"; "" when nothing was measured.
std::string bottleneck_line(const archive::StageTimes& times, transport::Scheme place);

/// The same as they are recorded: to a millisecond. Nothing when nothing was measured.
std::optional<record::StageSeconds> stage_seconds(const archive::StageTimes& times);

/// "reading", "packing" or "sending"; of equal ones the earlier.
std::string_view bottleneck_stage(const record::StageSeconds& stages);

/// "Packed: 40 % of the archive's members smaller than the fastest way makes them, 3 % stored as they were"; "" without members.
std::string packing_line(const archive::PackSummary& summary);

}  // namespace nrear::backup
