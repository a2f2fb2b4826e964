// SPDX-License-Identifier: GPL-3.0-or-later
// A Plan: the ordered steps that make a machine's storage, files and boot loader again. Plain data: made without touching anything, shown, exported as a
// shell script, compared in tests, executed by execute.h. No secrets in it: a step carries the name of a secret, the executor asks.
#pragma once

#include <set>
#include <string>
#include <variant>
#include <vector>

namespace nrear::plan {

/// Where a step's program runs.
enum class Where {
    kRescue,  ///< in the rescue system: the program must be packed into the rescue image
    kTarget,  ///< chrooted into the recovered system, with /dev, /proc, /sys and /run mounted: its own program
};

/// Where the recovered system is put together in the rescue system.
inline constexpr const char* kTargetRoot = "/mnt/local";

/// Runs a program; any status but 0 fails the step.
struct RunCommand {
    std::vector<std::string> argv;
    std::string input;  ///< standard input, e.g. the script for sfdisk
    Where where = Where::kRescue;
    std::vector<std::vector<std::string>> alternatives;  ///< other spellings, tried in order when argv[0] does not exist there (grub-install, grub2-install)
};

/// Waits until udev has made the device node, at most `seconds`.
struct WaitForDevice {
    std::string path;
    unsigned seconds = 30;
};

struct MakeDirectory {
    std::string path;  ///< in the rescue system; parents are made too
    unsigned mode = 0755;
};

/// Streams the archive into kTargetRoot. The executor's caller does it.
struct RestoreFiles {};

/// Rebuilds the recovered system's initramfs if (and only if) it lacks what this machine's disks need. The executor's caller decides and does it.
struct RebuildInitramfs {
    bool forced = false;  ///< the plan already knows that disk names changed
};

using Action = std::variant<RunCommand, WaitForDevice, MakeDirectory, RestoreFiles, RebuildInitramfs>;

struct Step {
    std::string title;  ///< imperative, for people: "Create ext4 file system on /dev/vda1 for /"
    std::string node;   ///< id of the layout node that it makes, "" when none
    Action action;
    bool destroys = false;  ///< overwrites what is on a disk
};

struct Plan {
    std::vector<Step> steps;
};

/// Programs that the rescue system must hold to run this plan: argv[0] (and of the alternatives) over all steps in the rescue system.
std::set<std::string> programs_in_rescue(const Plan& plan);
/// The same for the steps that run in the recovered system.
std::set<std::string> programs_in_target(const Plan& plan);

}  // namespace nrear::plan
