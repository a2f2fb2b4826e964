// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/firmware.h"

#include <fnmatch.h>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "rescue/image/elf.h"

namespace nrear::image {

namespace {

using base::cat;

constexpr const char* kFirmware = "/lib/firmware";

void ask_modinfo(const std::vector<std::string>& modules, base::CommandRunner& runner, std::map<std::string, std::string>& names) {
    constexpr std::size_t kAtOnce = 500;  // far below the limit of an argument list
    for (std::size_t begin = 0; begin < modules.size(); begin += kAtOnce) {
        base::Command command;
        command.argv = {"modinfo", "-F", "firmware"};
        for (std::size_t i = begin; i < std::min(modules.size(), begin + kAtOnce); ++i) {
            command.argv.push_back(modules[i]);
        }
        for (const auto& name : base::split_lines(base::run_checked(runner, command).output)) {
            names.try_emplace(name, "firmware: named by a driver");
        }
    }
}

void walk(const base::Root& root, const std::string& directory, const std::vector<std::string>& patterns, std::vector<std::string>& found) {
    for (const auto& name : root.list(directory)) {
        const auto path = cat(directory, "/", name);
        if (root.facts(path) && !root.read_link(path) && root.is_directory(path)) {
            walk(root, path, patterns, found);
            continue;
        }
        for (const auto& pattern : patterns) {
            if (fnmatch(pattern.c_str(), path.c_str(), FNM_CASEFOLD) == 0 || fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0) {
                found.push_back(path);
                break;
            }
        }
    }
}

}  // namespace

std::map<std::string, std::string> firmware_names(const base::Root& root, const std::string& modules_directory, const ModuleSelection& selection,
                                                  base::CommandRunner& runner) {
    std::map<std::string, std::string> names;
    std::vector<std::string> compressed;
    for (const auto& [path, reason] : selection.reasons) {
        const auto resolved = root.resolve(cat(modules_directory, "/", path));
        if (!resolved) {
            continue;  // build_manifest warns of it
        }
        if (!path.ends_with(".ko")) {
            compressed.push_back(root.path(*resolved));
            continue;
        }
        base::FileSource module(root.path(*resolved));
        for (const auto& name : read_modinfo(module, "firmware")) {
            names.try_emplace(name, cat("firmware: of ", module_name(path)));
        }
    }
    ask_modinfo(compressed, runner, names);
    return names;
}

std::vector<std::string> firmware_paths(const base::Root& root, const std::string& release, const std::string& name) {
    std::vector<std::string> found;
    for (const auto& directory : {cat(kFirmware, "/updates/", release), cat(kFirmware, "/updates"), cat(kFirmware, "/", release), std::string(kFirmware)}) {
        for (const char* suffix : {"", ".xz", ".zst"}) {
            if (auto path = cat(directory, "/", name, suffix); root.exists(path)) {
                found.push_back(std::move(path));
            }
        }
    }
    return found;
}

std::vector<std::string> matching_firmware(const base::Root& root, const std::vector<std::string>& patterns) {
    std::vector<std::string> found;
    walk(root, kFirmware, patterns, found);
    return found;
}

}  // namespace nrear::image
