// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel modules: the tables that depmod(8) leaves in /lib/modules/RELEASE, which of them the rescue system gets, and the tables for that subset.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/root.h"

namespace nrear::image {

struct Alias {
    std::string pattern;  ///< "pci:v00008086d*", fnmatch(3)
    std::string module;   ///< its name
};

struct ModuleTables {
    std::map<std::string, std::vector<std::string>> dependencies;  ///< modules.dep: path -> paths, relative to the modules' directory
    std::map<std::string, std::vector<std::string>> soft;          ///< modules.softdep: name -> names or aliases, before and after
    std::map<std::string, std::string> paths;                      ///< name -> path
    std::set<std::string> built_in;                                ///< names
    std::vector<Alias> aliases;                                    ///< in the file's order, which is that of their priority
};

/// "kernel/drivers/net/virtio_net.ko.xz" -> "virtio_net"; '-' becomes '_'.
std::string module_name(std::string_view path);
/// Throws Error when a table is missing.
ModuleTables read_module_tables(const base::Root& root, const std::string& modules_directory);
ModuleTables parse_module_tables(std::string_view dep, std::string_view softdep, std::string_view builtin, std::string_view alias);

struct ModuleChoice {
    std::vector<std::string> modules{"all_modules"};  ///< MODULES: all_modules, loaded_modules, no_modules, or names in addition to all storage and network drivers
    std::vector<std::string> exclude;                 ///< EXCLUDE_MODULES: names
    std::vector<std::string> load;                    ///< MODULES_LOAD: names, taken in any case
    std::vector<std::string> loaded;                  ///< what the node runs with (/proc/modules)
};

struct ModuleSelection {
    std::map<std::string, std::string> reasons;       ///< path -> "driver: …"
    std::vector<std::string> unknown;                 ///< names asked for that the kernel has neither as a module nor built in
};

/// With all dependencies, soft ones too.
ModuleSelection select_modules(const ModuleTables& tables, const ModuleChoice& choice);

/// The names in /proc/modules.
std::vector<std::string> loaded_modules(const base::Root& root);

/// The tables of the subset, by file name: modules.dep, modules.dep.bin, modules.alias, modules.alias.bin, modules.softdep, modules.symbols.bin.
std::map<std::string, std::string> make_module_tables(const ModuleTables& tables, const ModuleSelection& selection);

}  // namespace nrear::image
