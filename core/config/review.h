// SPDX-License-Identifier: GPL-3.0-or-later
// After all files were read: values that follow from others, old names, and settings that most likely don't mean what was meant.
#pragma once

#include "core/config/diagnostic.h"
#include "core/config/settings.h"

namespace nrear::config {

/// Old names become new ones; BACKUP, OUTPUT_URL, OUTPUT_OPTIONS, NETFS_PREFIX and TMPDIR follow from other settings when nobody set them;
/// volume groups lose a leading /dev/. Throws Error
/// (kConfig) when an old and a new name contradict each other.
void complete(Settings& settings, Diagnostics& diagnostics);

/// Adds a warning for each value that cannot mean what was meant, and a note for each setting without effect.
void review(const Settings& settings, Diagnostics& diagnostics);

}  // namespace nrear::config
