// SPDX-License-Identifier: GPL-3.0-or-later
// Tells an operator what a backup waited for, so that he knows what a faster one would cost. Pure.
#pragma once

#include <string>

#include "archive/pack_options.h"
#include "transport/location.h"

namespace nrear::backup {

/// "Bottleneck: the line to the server (71 % of the time; the processors 20 %, the disk 9 %)"; "" when nothing was measured.
std::string bottleneck_line(const archive::StageTimes& times, transport::Scheme place);

/// "Packed: 40 % of the archive's members smaller than the fastest way makes them, 3 % stored as they were"; "" without members.
std::string packing_line(const archive::PackSummary& summary);

}  // namespace nrear::backup
