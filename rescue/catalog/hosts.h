// SPDX-License-Identifier: GPL-3.0-or-later
// Whose backups lie beside a host's: for who looks in the wrong place, or on a machine that has another name by now.
#pragma once

#include <string>
#include <vector>

#include "transport/transport.h"

namespace nrear::catalog {

/// Names of the directories in `parent`, sorted, that hold an archive; without `own`, "" = none to leave out. At most the first 200 directories are looked
/// into; what the server does not let us list holds nothing. Throws Error of the transport, but kGeneral.
std::vector<std::string> hosts_in(transport::Transport& server, const std::string& parent, const std::string& own);

}  // namespace nrear::catalog
