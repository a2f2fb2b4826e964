// SPDX-License-Identifier: GPL-3.0-or-later
// How the line to the backup server is used: settings, the options that override them, and who hears of a line that breaks.
#pragma once

#include <cstdint>

#include "cli/workflow_context.h"
#include "transport/place.h"

namespace nrear::cli {

/// --retry-time and --limit-rate over what the configuration (or the rescue record) says. Without ssh_options(). Throws Error (kUsage).
transport::LineOptions line_options(const Arguments& arguments, std::uint64_t retry_time_seconds, std::uint64_t limit_rate, base::Progress& progress);

/// For commands on the node: RETRY_TIME, LIMIT_RATE, and ssh_options(). Throws Error (kUsage, kConfig).
transport::LineOptions line_options(const WorkflowContext& context);

}  // namespace nrear::cli
