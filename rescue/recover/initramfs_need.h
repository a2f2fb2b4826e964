// SPDX-License-Identifier: GPL-3.0-or-later
// Does the recovered system's initramfs hold what this machine's disks need? Decided from lists of names; nothing is run here (see initramfs.h).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::recover {

/// One kernel of the recovered system, as far as the question goes.
struct KernelFacts {
    std::string release;              ///< "6.1.0-25-amd64"
    std::set<std::string> built_in;   ///< modules.builtin: names of modules
    std::set<std::string> available;  ///< modules.dep: names of modules
    std::optional<std::vector<std::string>> initramfs;  ///< names of the files in it; nothing when it cannot be read
};

struct InitramfsNeed {
    bool rebuild = false;
    std::vector<std::string> lacking;      ///< drivers to put in
    std::vector<std::string> unavailable;  ///< drivers that this kernel does not have at all: no rebuilding helps
    std::string reason;                    ///< for people: "it lacks virtio_blk", "it holds the drivers of these disks"
};

/// `drivers`: kernel modules that this machine loads for the disks of the recovered system. `forced`: names inside it have changed.
InitramfsNeed initramfs_need(const KernelFacts& kernel, const std::vector<std::string>& drivers, bool forced);

/// "virtio_blk" for "kernel/drivers/block/virtio-blk.ko.xz"; "" for a file that is no module.
std::string module_name(std::string_view path);

/// Module names in the lines of modules.builtin, or in front of the colons of modules.dep (modules.dep(5)).
std::set<std::string> module_names(std::string_view text);

}  // namespace nrear::recover
