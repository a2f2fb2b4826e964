// SPDX-License-Identifier: GPL-3.0-or-later
// A host in a folder: what a scan reads, recorded once and read back in tests and bug reports.
//   root/          what the scan reads of /sys, /proc, /etc, /run/udev, /dev and /boot
//   commands.json  programs: argv, status, output; which ones exist
//   blkid.json     what is on the block devices
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/root.h"
#include "core/scan/block_probe.h"

namespace nrear::scan {

/// Answers from commands.json. A command that isn't recorded throws Error.
class RecordedCommandRunner final : public base::CommandRunner {
public:
    explicit RecordedCommandRunner(const std::string& path);
    base::CommandResult run(const base::Command& command) override;
    bool exists(const std::string& name) override;
    std::vector<std::string> unused() const;  ///< recorded commands that nobody ran

private:
    std::map<std::vector<std::string>, base::CommandResult> results_;
    std::map<std::string, bool> programs_;
    std::set<std::vector<std::string>> used_;
};

/// Answers from blkid.json. A device that isn't recorded throws Error.
class RecordedBlockProbe final : public BlockProbe {
public:
    explicit RecordedBlockProbe(const std::string& path);
    std::optional<Signature> signature(const std::string& device) override;
    std::optional<FoundTable> partition_table(const std::string& device) override;
    std::string boot_code(const std::string& device) override;
    bool reads_as_zeros(const std::string& device) override;
    std::string read(const std::string& device, std::uint64_t offset, std::size_t size) override;
    std::uint64_t size(const std::string& device) override;
    std::optional<LvmLabel> lvm_label(const std::string& device) override;
    std::uint64_t used_bytes(const std::string& mount_point) override;

    struct Device {
        std::optional<Signature> signature;
        std::optional<FoundTable> table;
        std::string boot_code;
        bool zeros = false;
        std::map<std::pair<std::uint64_t, std::size_t>, std::string> reads;  ///< offset, size -> bytes
        std::optional<std::uint64_t> size;
        std::optional<LvmLabel> lvm;
    };

private:
    const Device& device(const std::string& path) const;
    std::map<std::string, Device> devices_;
    std::map<std::string, std::uint64_t> used_;
};

struct HostRecord {
    std::string scan_error;  ///< why a scan (of the storage, the disks, the network) failed; what it read until then is recorded, and what the others read
    bool faithful = true;    ///< the record, scanned again, gives the layout of the host (disguised), if that has one
};

/// Scans the host whose root is `prefix` and writes what the scan saw into the directory, which must not exist: every file, link and name that was asked
/// for, every program's output, what was read from block devices; disguised (disguise.h). Throws Error, and leaves nothing then.
HostRecord record_host(const std::string& prefix, base::CommandRunner& runner, BlockProbe& probe, const std::string& directory);

}  // namespace nrear::scan
