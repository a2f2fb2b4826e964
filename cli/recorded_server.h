// SPDX-License-Identifier: GPL-3.0-or-later
// In the rescue system: the backup server as the rescue record names it, for there is no configuration of the node.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/workflow_context.h"
#include "rescue/record/rescue_record.h"
#include "transport/location.h"
#include "transport/transport.h"

namespace nrear::cli {

/// Nothing outside of a rescue system. Throws Error (kIntegrity) for a damaged one.
std::optional<record::RescueRecord> recorded_rescue(const base::Root& root);

/// At the addresses that were pinned, with the host key that was recorded; a line that breaks is taken up again as the record and the options say. Throws Error.
std::unique_ptr<transport::Transport> connect_recorded(const WorkflowContext& workflow, const transport::Location& location, const std::vector<std::string>& addresses,
                                                       base::Questions& questions);

}  // namespace nrear::cli
