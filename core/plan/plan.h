// SPDX-License-Identifier: GPL-3.0-or-later
// A Plan: the ordered steps that make a machine's storage, files and boot loader again. Plain data: made without touching anything, shown, exported as a
// shell script, compared in tests, executed by execute.h. No secrets in it: a step carries the name of a secret, the executor asks.
#pragma once

#include <set>
#include <string>
#include <utility>
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

/// Secrets, by the names that steps carry and people read.
inline constexpr const char* kPassphrase = "passphrase";     ///< of the encrypted volumes: typed by the operator
inline constexpr const char* kOneTimeKey = "one-time key";   ///< of a volume that has a key file only: made up, and replaced when the files are back

/// Runs a program; any status but 0 fails the step.
struct RunCommand {
    std::vector<std::string> argv;
    std::string input = {};  ///< standard input
    Where where = Where::kRescue;
    std::vector<std::vector<std::string>> alternatives = {};  ///< other spellings, tried in order when argv[0] does not exist there (grub-install, grub2-install)
    std::string secret = {};  ///< name of what the executor's caller is asked for and standard input brings, in place of `input`
    bool operator==(const RunCommand&) const = default;
};

/// Makes a partition table on the device, in place of any that it has, and has the kernel read it. The executor's caller does it, by write_table.h.
struct WritePartitionTable {
    std::string disk;    ///< "/dev/vda"; also an md array
    std::string script;  ///< of sfdisk(8): its headers and a line for each partition, with exact places in sectors of the device
    bool operator==(const WritePartitionTable&) const = default;
};

/// Waits until udev has made the device node, at most `seconds`.
struct WaitForDevice {
    std::string path;
    unsigned seconds = 30;
    bool operator==(const WaitForDevice&) const = default;
};

/// Makes directories in the rescue system, parents too; one that exists stays as it is.
struct MakeDirectories {
    struct Directory {
        std::string path;
        unsigned mode = 0755;
        bool operator==(const Directory&) const = default;
    };
    std::vector<Directory> directories;
    bool operator==(const MakeDirectories&) const = default;
};

/// Makes a file in the rescue system that holds just that, mode 0600, and its directories. For programs that read files only.
struct WriteFile {
    std::string path;
    std::string text;
    bool operator==(const WriteFile&) const = default;
};

/// Streams the archive into kTargetRoot. The executor's caller does it.
struct RestoreFiles {
    bool operator==(const RestoreFiles&) const = default;
};

/// Puts the disks' new names into text files of the recovered system, where they stand as whole words ("/dev/vda1", not "/dev/vda10").
struct RenameDevices {
    std::vector<std::pair<std::string, std::string>> names;  ///< recorded -> present: "/dev/vda1" -> "/dev/sda1"
    std::vector<std::string> files;                          ///< in the rescue system; of a directory all files in it; what does not exist is passed over
    bool operator==(const RenameDevices&) const = default;
};

/// Comments out the lines of /etc/crypttab and /etc/fstab of the recovered system whose first or second word is one of the names: what they speak of was left
/// out, and the system would wait for it. A name that such a line of crypttab gives to a device goes as well.
struct DisableLines {
    std::vector<std::string> names;  ///< "UUID=…", "/dev/vdb1", "/dev/mapper/swap"
    bool operator==(const DisableLines&) const = default;
};

/// Rebuilds the recovered system's initramfs if (and only if) it lacks what this machine's disks need. The executor's caller decides and does it.
struct RebuildInitramfs {
    bool forced = false;  ///< the plan already knows that names inside have changed
    bool operator==(const RebuildInitramfs&) const = default;
};

/// Writes a variable of UEFI's global namespace, non-volatile, seen at boot and at run time; an empty value removes it.
struct SetFirmwareVariable {
    std::string name;   ///< "Boot0001", "BootOrder"
    std::string value;  ///< bytes
    bool operator==(const SetFirmwareVariable&) const = default;
};

using Action = std::variant<RunCommand, WritePartitionTable, WaitForDevice, MakeDirectories, WriteFile, RestoreFiles, RenameDevices, DisableLines, RebuildInitramfs, SetFirmwareVariable>;

struct Step {
    std::string title;  ///< imperative, for people: "Create ext4 file system on /dev/vda1 for /"
    std::string node;   ///< id of the layout node that it makes, "" when none
    Action action;
    bool destroys = false;  ///< overwrites what is on a disk
    bool operator==(const Step&) const = default;
};

struct Plan {
    std::vector<Step> steps;
    bool operator==(const Plan&) const = default;
};

/// Programs that the rescue system must hold to run this plan: argv[0] (and of the alternatives) over all steps in the rescue system, and mount and
/// umount, by which the executor prepares the chroot of the others.
std::set<std::string> programs_in_rescue(const Plan& plan);
/// The same for the steps that run in the recovered system.
std::set<std::string> programs_in_target(const Plan& plan);

/// Names of the secrets that the steps need.
std::set<std::string> secrets_of(const Plan& plan);

/// Every `from` that is a whole device name in the text becomes its `to`; all at once, so that names may swap.
std::string rename_devices(const std::string& text, const std::vector<std::pair<std::string, std::string>>& names);

}  // namespace nrear::plan
