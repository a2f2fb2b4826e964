// SPDX-License-Identifier: GPL-3.0-or-later
// Facts of the host beside its storage.
#pragma once

#include "core/base/root.h"
#include "core/layout/layout.h"

namespace nrear::scan {

layout::Host scan_host_facts(const base::Root& root);

}  // namespace nrear::scan
