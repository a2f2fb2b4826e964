// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of an image, each adding its files to the set: used by build_manifest() only.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "rescue/image/file_set.h"
#include "rescue/image/image.h"

namespace nrear::image {

/// nrear as /usr/sbin/nrear, /init and, for the fingers of ReaR's users, /usr/sbin/rear.
void add_nrear(FileSet& files, const std::string& program);

/// Programs of the plan, of the settings and of the everyday list, with the data they read. Throws Error that names all required ones that are missing.
void add_programs(FileSet& files, const base::Root& root, const ImageOptions& options);

/// udevd, rules, the programs that they call, and how interfaces get their names.
void add_udev(FileSet& files, const base::Root& root, const std::vector<std::string>& rules);

/// /etc/passwd and /etc/group with root and whom udev rules name, and how names are looked up.
void add_accounts(FileSet& files, const base::Root& root, const std::vector<std::string>& rules);

/// Dynamic linker's cache, terminals, hosts, identity.
void add_system_files(FileSet& files, const base::Root& root, const std::string& hosts);

/// Modules, their tables, their firmware.
void add_kernel_modules(FileSet& files, const base::Root& root, const ImageOptions& options, base::CommandRunner& runner);

/// The setting LIBS.
void add_libraries(FileSet& files, const base::Root& root, const std::vector<std::string>& libraries);

}  // namespace nrear::image
