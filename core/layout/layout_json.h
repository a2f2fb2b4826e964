// SPDX-License-Identifier: GPL-3.0-or-later
// layout.json: a Layout as text.
#pragma once

#include <string>
#include <string_view>

#include "core/layout/layout.h"

namespace nrear::layout {

/// {"format": "nrear-layout", "version": 1, "host": {…}, "nodes": [{"id": "disk:vda", "on": [], "is": "disk", …}, …]}, indented, with a newline at the end.
/// Sizes are bytes. A text that is not UTF-8 is {"hex": "…"}.
std::string to_json(const Layout& layout);

/// Throws Error(kIntegrity): not JSON, a newer version, a field that is missing or of the wrong type, ids and edges that check() refuses.
Layout from_json(std::string_view text);

}  // namespace nrear::layout
