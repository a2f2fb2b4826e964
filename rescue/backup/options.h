// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of a backup run, turned into the small option structs of the rooms below. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/pack_options.h"
#include "core/base/mount_table.h"
#include "core/config/settings.h"
#include "core/layout/layout.h"
#include "core/plan/resize.h"
#include "iso/boot_menu.h"
#include "rescue/backup/places.h"
#include "rescue/backup/selection.h"
#include "rescue/record/rescue_record.h"

namespace nrear::backup {

PlaceSettings place_settings(const config::Settings& settings);

SelectionSettings selection_settings(const config::Settings& settings, const layout::Layout& layout);

/// Mount points of this machine's own file systems that a file:// place lies on: recover makes those anew, so what is kept there is lost with the machine.
std::vector<std::string> lost_with_machine(const Places& places, const layout::Layout& layout, const std::vector<base::MountEntry>& mounts);

/// How the archive is packed: BACKUP_PROG_COMPRESS_OPTIONS and its suffix, THREADS, NICE. Throws Error (kConfig).
archive::PackOptions pack_options(const config::Settings& settings);

/// console= arguments of a kernel command line, in order: "tty0", "ttyS0,115200n8".
std::vector<std::string> consoles_of(std::string_view kernel_command_line);

/// `created`: when the image is made, for people.
iso::MenuOptions menu_options(const config::Settings& settings, const layout::Host& host, const std::string& nrear_version, const std::string& kernel,
                              const std::string& created);

/// What takes the room of a larger disk.
plan::ResizeOptions resize_options(const config::Settings& settings);

/// How the line to the server is used.
struct LineSettings {
    std::uint64_t retry_time_seconds = 600;  ///< RETRY_TIME; 0 = a line that breaks ends the run
    std::uint64_t limit_rate = 0;            ///< LIMIT_RATE in bytes a second; 0 = no limit
};

/// Throws Error (kConfig) for values that are none.
LineSettings line_settings(const config::Settings& settings);

/// What recover needs to know, without the fields that only the server can tell (addresses) and the ids.
record::RescueRecord rescue_record(const config::Settings& settings, const layout::Host& host, const Places& places);

}  // namespace nrear::backup
