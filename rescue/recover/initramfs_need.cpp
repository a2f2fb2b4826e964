// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/initramfs_need.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::recover {

namespace {

using base::cat;

/// The kernel takes both for the same.
std::string normal(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

}  // namespace

std::string module_name(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto end = name.rfind(".ko");
    if (end == std::string_view::npos || end == 0) {
        return {};
    }
    const auto ending = name.substr(end + 3);
    const bool module = ending.empty() || ending == ".gz" || ending == ".xz" || ending == ".zst" || ending == ".bz2";
    return module ? normal(std::string(name.substr(0, end))) : std::string();
}

std::set<std::string> module_names(std::string_view text) {
    std::set<std::string> names;
    for (const auto& line : base::split_lines(text)) {
        if (auto name = module_name(std::string_view(line).substr(0, line.find(':'))); !name.empty()) {
            names.insert(std::move(name));
        }
    }
    return names;
}

InitramfsNeed initramfs_need(const KernelFacts& kernel, const std::vector<std::string>& drivers, bool forced) {
    InitramfsNeed need;
    std::set<std::string> held;
    for (const auto& name : kernel.initramfs.value_or(std::vector<std::string>())) {
        held.insert(module_name(name));
    }
    for (const auto& driver : drivers) {
        const auto name = normal(driver);
        if (kernel.built_in.contains(name) || held.contains(name)) {
            continue;
        }
        (kernel.available.contains(name) ? need.lacking : need.unavailable).push_back(name);
    }
    need.rebuild = forced || !kernel.initramfs || !need.lacking.empty();
    if (!need.lacking.empty() && kernel.initramfs) {
        need.reason = cat("it lacks ", base::join(need.lacking, ", "));
    } else if (!kernel.initramfs) {
        need.reason = "what it holds cannot be told";
    } else {
        need.reason = forced ? "names of disks in it have changed" : "it holds the drivers of these disks";
    }
    return need;
}

}  // namespace nrear::recover
