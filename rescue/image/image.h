// SPDX-License-Identifier: GPL-3.0-or-later
// The rescue image as a whole: what goes into it. Reads the node, changes nothing; write_initramfs() (initramfs.h) makes the file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "rescue/image/kernel.h"
#include "rescue/image/manifest.h"
#include "rescue/image/modules.h"

namespace nrear::image {

struct ImageOptions {
    Kernel kernel;                                  ///< from find_kernel()
    std::string program;                            ///< nrear itself, resolved: what /proc/self/exe links to; becomes /usr/sbin/nrear and /init
    std::set<std::string> plan_programs;            ///< plan::programs_to_recover(): all must exist
    std::vector<std::string> required_programs;     ///< REQUIRED_PROGS: all must exist
    std::vector<std::string> programs;              ///< PROGS: taken where they exist
    std::vector<std::string> copy_as_is;            ///< COPY_AS_IS: paths, shell patterns
    std::vector<std::string> copy_as_is_exclude;    ///< COPY_AS_IS_EXCLUDE: paths, shell patterns
    std::vector<std::string> libraries;             ///< LIBS: names or paths, shell patterns
    ModuleChoice modules;                           ///< MODULES, EXCLUDE_MODULES, MODULES_LOAD; `loaded` from loaded_modules()
    std::vector<std::string> firmware_files;        ///< FIRMWARE_FILES: none or "yes" = what the drivers name; "no" = nothing; else patterns in addition
    std::map<std::string, std::string> files;       ///< path -> content, mode 0600: rescue.json, layout.json, network.json, known_hosts …
    std::string hosts;                              ///< lines for /etc/hosts after the node's own: pinned addresses of the server
};

/// `modinfo` is asked, through `runner`, for the firmware of compressed modules. Throws Error when a required program is missing, naming all that are.
ImageManifest build_manifest(const base::Root& root, const ImageOptions& options, base::CommandRunner& runner);

}  // namespace nrear::image
