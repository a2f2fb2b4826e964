// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel modules, their tables and their firmware.
#include <algorithm>

#include "core/base/text.h"
#include "rescue/image/firmware.h"
#include "rescue/image/image_parts.h"
#include "rescue/image/stack_needs.h"

namespace nrear::image {

namespace {

using base::cat;

void add_firmware(FileSet& files, const base::Root& root, const ImageOptions& options, const ModuleSelection& selection, base::CommandRunner& runner) {
    const auto& wanted = options.firmware_files;
    const auto is = [&](std::string_view word) { return std::find(wanted.begin(), wanted.end(), word) != wanted.end(); };
    if (is("no")) {
        return;
    }
    for (const auto& [name, reason] : firmware_names(root, options.kernel.modules_directory, selection, runner)) {
        for (const auto& path : firmware_paths(root, options.kernel.release, name)) {
            files.add_data(path, reason);
        }
    }
    if (!wanted.empty() && !is("yes")) {
        for (const auto& path : matching_firmware(root, wanted)) {
            files.add_data(path, "firmware: FIRMWARE_FILES");
        }
    }
}

}  // namespace

void add_kernel_modules(FileSet& files, const base::Root& root, const ImageOptions& options, base::CommandRunner& runner) {
    const auto& directory = options.kernel.modules_directory;
    const auto tables = read_module_tables(root, directory);
    auto choice = options.modules;
    for (auto& name : stack_modules(options.plan_programs)) {
        if (tables.paths.contains(module_name(name + ".ko"))) {
            choice.load.push_back(std::move(name));
        }
    }
    const auto selection = select_modules(tables, choice);
    for (const auto& name : selection.unknown) {
        files.warn(cat("kernel ", options.kernel.release, " has no module ", name, " (MODULES, MODULES_LOAD)"));
    }
    for (const auto& [path, reason] : selection.reasons) {
        if (!files.add_data(cat(directory, "/", path), reason)) {
            files.warn(cat("modules.dep names ", path, ", which is missing"));
        }
    }
    const auto real = root.resolve(directory).value_or(directory);
    for (const auto& [name, content] : make_module_tables(tables, selection)) {
        files.put_file(cat(real, "/", name), content, 0644, "driver: table of the modules in this image");
    }
    for (const char* name : {"modules.builtin", "modules.builtin.bin", "modules.builtin.modinfo", "modules.builtin.alias.bin"}) {
        files.add_data(cat(directory, "/", name), "driver: what the kernel has built in");
    }
    add_firmware(files, root, options, selection, runner);
}

}  // namespace nrear::image
