// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/take_down.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::recover {

namespace {

using base::cat;
using scan::BlockDevice;
using scan::BlockDevices;

bool is_md(const BlockDevice& device) { return device.partition == 0 && device.name.starts_with("md"); }

/// The words that take the device down; nothing for what has to stay or goes with its holder.
std::optional<TakeDownStep> step_for(const BlockDevice& device) {
    const auto& uuid = device.dm_uuid;
    const auto& name = device.dm_name;
    const std::vector<std::string> remove{"dmsetup", "remove", "--retry", name};
    if (is_md(device)) {
        return TakeDownStep{device.name, "stop the array " + device.path, {{"mdadm", "--stop", device.path}}};
    }
    if (uuid.starts_with("CRYPT-")) {
        return TakeDownStep{device.name, "close the encrypted volume " + base::printable(name), {{"cryptsetup", "close", name}, remove}};
    }
    if (uuid.starts_with("LVM-")) {
        // By the device and not by the group: its metadata may be gone from the disks by now.
        return TakeDownStep{device.name, "deactivate the logical volume " + base::printable(name), {remove, {"lvm", "vgchange", "--activate", "n", scan::volume_group_of(device)}}};
    }
    if (uuid.starts_with("part")) {
        return TakeDownStep{device.name, "remove the partition " + base::printable(name), {remove}};
    }
    return std::nullopt;
}

class Planner {
public:
    Planner(const BlockDevices& devices, const std::vector<scan::MountEntry>& mounts, const std::set<std::string>& hands_off)
        : devices_(devices), mounts_(mounts), hands_off_(hands_off) {}

    std::vector<TakeDownStep> run() {
        // Containers of firmware RAID hold arrays that do not list them as what they stand on: they come last.
        for (const bool containers : {false, true}) {
            for (const auto& device : devices_.all()) {
                if ((is_md(device) && (device.md_level.empty() || device.md_level == "container")) == containers) {
                    visit(device);
                }
            }
        }
        return std::move(steps_);
    }

private:
    /// First what stands on the device. False when something of it stays.
    bool visit(const BlockDevice& device) {
        if (const auto known = gone_.find(device.name); known != gone_.end()) {
            return known->second;
        }
        gone_[device.name] = false;  // ends a circle, which the kernel does not make
        bool free = !is_mounted(device);
        for (const auto& upper : devices_.all()) {
            if (std::find(upper.below.begin(), upper.below.end(), device.name) != upper.below.end()) {
                free = visit(upper) && free;
            }
        }
        const auto step = step_for(device);
        const bool goes = device.partition != 0 || step.has_value();
        if (free && step && may_be_touched(device)) {
            steps_.push_back(*step);
        }
        return gone_[device.name] = free && goes && may_be_touched(device);
    }

    bool is_mounted(const BlockDevice& device) const {
        return std::any_of(mounts_.begin(), mounts_.end(), [&](const scan::MountEntry& mount) {
            return mount.number == device.number || (mount.number.starts_with("0:") && mount.source == device.path);
        });
    }

    /// Stands on a disk that recover may use.
    bool may_be_touched(const BlockDevice& device) const {
        const auto names = devices_.chain(device.name);
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            const auto* disk = devices_.by_name(name);
            return disk != nullptr && scan::is_disk(*disk) && !hands_off_.contains(name);
        });
    }

    const BlockDevices& devices_;
    const std::vector<scan::MountEntry>& mounts_;
    const std::set<std::string>& hands_off_;
    std::map<std::string, bool> gone_;
    std::vector<TakeDownStep> steps_;
};

std::optional<std::string> failure(const TakeDownStep& step, base::CommandRunner& runner) {
    const auto command = std::find_if(step.commands.begin(), step.commands.end(), [&](const auto& argv) { return runner.exists(argv.front()); });
    if (command == step.commands.end()) {
        return cat("the rescue system has no ", step.commands.front().front());
    }
    try {
        base::run_checked(runner, {.argv = *command});
        return std::nullopt;
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

std::vector<TakeDownStep> plan_take_down(const BlockDevices& devices, const std::vector<scan::MountEntry>& mounts, const std::set<std::string>& hands_off) {
    return Planner(devices, mounts, hands_off).run();
}

void take_down(const std::vector<TakeDownStep>& steps, const BlockDevices& devices, base::CommandRunner& runner, base::Progress& progress, base::Log& log) {
    std::vector<std::string> stuck;
    for (const auto& step : steps) {
        const bool below_stuck = std::any_of(stuck.begin(), stuck.end(), [&](const std::string& upper) {
            const auto chain = devices.chain(upper);
            return std::find(chain.begin(), chain.end(), step.device) != chain.end();
        });
        if (below_stuck) {
            continue;
        }
        if (const auto why = failure(step, runner)) {
            progress.warning(cat("could not ", step.title, " of an earlier try: ", *why));
            stuck.push_back(step.device);
        } else {
            log.info(cat("of an earlier try: ", step.title));
        }
    }
}

}  // namespace nrear::recover
