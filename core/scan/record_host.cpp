// SPDX-License-Identifier: GPL-3.0-or-later
// Recording a host: the scans run once over recording seams, then the files that they read are copied.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/scan/list_disks.h"
#include "core/scan/recorded_host.h"
#include "core/scan/scan_host.h"
#include "core/scan/scan_network.h"

namespace nrear::scan {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

class RecordingRunner final : public base::CommandRunner {
public:
    explicit RecordingRunner(base::CommandRunner& inner) : inner_(inner) {}
    base::CommandResult run(const base::Command& command) override {
        auto result = inner_.run(command);
        rows_.push_back({{"argv", command.argv}, {"status", result.status}, {"output", base::split_lines(result.output)}});
        return result;
    }
    bool exists(const std::string& name) override { return inner_.exists(name); }
    const Json& rows() const { return rows_; }

private:
    base::CommandRunner& inner_;
    Json rows_ = Json::array();
};

class RecordingProbe final : public BlockProbe {
public:
    explicit RecordingProbe(BlockProbe& inner) : inner_(inner) {}
    std::optional<Signature> signature(const std::string& device) override {
        auto found = inner_.signature(device);
        note(device);
        if (found) {
            devices_[device]["signature"] = {{"type", found->type}, {"label", found->label}, {"uuid", found->uuid}};
            if (found->page_size != 0) {
                devices_[device]["signature"]["page_size"] = found->page_size;
            }
        }
        return found;
    }
    std::optional<FoundTable> partition_table(const std::string& device) override {
        auto found = inner_.partition_table(device);
        note(device);
        if (found) {
            devices_[device]["table"] = json_of(*found);
        }
        return found;
    }
    std::string boot_code(const std::string& device) override {
        auto code = inner_.boot_code(device);
        note(device)["boot_code"] = code;
        return code;
    }
    bool reads_as_zeros(const std::string& device) override {
        const bool zeros = inner_.reads_as_zeros(device);
        note(device)["zeros"] = zeros;
        return zeros;
    }
    std::uint64_t used_bytes(const std::string& mount_point) override {
        const auto used = inner_.used_bytes(mount_point);
        used_[mount_point] = used;
        return used;
    }
    Json recorded() const { return {{"devices", devices_}, {"used_bytes", used_}}; }

private:
    Json& note(const std::string& device) {
        if (!devices_.contains(device)) {
            devices_[device] = Json::object();
        }
        return devices_[device];
    }
    static Json json_of(const FoundTable& found) {
        Json table = {{"type", found.table.type}, {"id", found.table.id}};
        if (found.table.first_lba) {
            table["first_lba"] = *found.table.first_lba;
            table["last_lba"] = found.table.last_lba.value_or(0);
            table["entries"] = found.table.entries.value_or(0);
        }
        table["partitions"] = Json::array();
        for (const auto& row : found.partitions) {
            Json partition = {{"number", row.number}, {"start", row.start}, {"size", row.size}, {"type", row.type}, {"uuid", row.uuid}};
            if (found.table.type == "gpt") {
                partition["name"] = row.name;
                partition["attributes"] = row.attributes;
            } else {
                partition["active"] = row.active;
            }
            table["partitions"].push_back(std::move(partition));
        }
        return table;
    }

    BlockProbe& inner_;
    Json devices_ = Json::object();
    Json used_ = Json::object();
};

/// Copies files, symlinks and names from the root of the host to the recorded one.
class Copier {
public:
    Copier(const base::Root& from, std::string to) : from_(from), to_(std::move(to)) {}

    /// The file that the path leads to, and every symlink on the way. Nothing when there is none.
    void file(const std::string& path) {
        links(path);
        const auto resolved = from_.resolve(path);
        if (!resolved || from_.is_directory(*resolved)) {
            return;
        }
        if (const auto text = from_.read_if_exists(*resolved)) {
            write(*resolved, *text);
        }
    }

    /// The content under the path's own name, whatever symlinks lead there: /proc/self is another process tomorrow.
    void content(const std::string& path) {
        if (const auto text = from_.read_if_exists(path)) {
            write(path, *text);
        }
    }

    /// A directory that has to exist: one empty file in it, since version control keeps no empty ones.
    void directory(const std::string& path, const std::string& marker) {
        links(path);
        if (const auto resolved = from_.resolve(path); resolved && from_.is_directory(*resolved)) {
            write(cat(*resolved, "/", marker), "");
        }
    }

    /// Names in a directory, as empty files.
    void names(const std::string& path) {
        const auto resolved = from_.resolve(path);
        for (const auto& name : from_.list(path)) {
            write(cat(resolved.value_or(path), "/", name), "");
        }
    }

    /// The symlinks that resolving the path goes through, made relative so that they stay inside.
    void links(const std::string& path) {
        std::string at;
        const auto parts = base::split(path, '/');
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i].empty()) {
                continue;
            }
            const auto next = cat(at, "/", parts[i]);
            if (const auto target = from_.read_link(next)) {
                link(next, *target);
                at = from_.resolve(next).value_or(next);
            } else {
                at = next;
            }
        }
    }

private:
    std::string place(const std::string& path) {
        const auto full = to_ + path;
        base::make_directories(full.substr(0, full.rfind('/')), 0755);
        return full;
    }
    void write(const std::string& path, const std::string& text) {
        const auto full = place(path);
        struct stat facts {};
        if (lstat(full.c_str(), &facts) != 0) {
            base::write_file(full, text, 0644);
        }
    }
    void link(const std::string& path, const std::string& target) {
        if (symlink(target.c_str(), place(path).c_str()) != 0 && errno != EEXIST) {
            throw system_error("record " + path, errno);
        }
    }

    const base::Root& from_;
    std::string to_;
};

/// driver/module of a device and of all that it hangs on.
void copy_drivers(Copier& copier, std::string at) {
    for (; at.starts_with("/sys/devices/"); at = at.substr(0, at.rfind('/'))) {
        copier.directory(at + "/driver/module", "initstate");
    }
}

void copy_block_devices(const base::Root& root, Copier& copier) {
    for (const auto& name : root.list("/sys/class/block")) {
        const std::string link = "/sys/class/block/" + name;
        const auto sysfs = root.resolve(link).value_or(link);
        if (root.read_line(sysfs + "/size") == "0") {
            continue;  // an unused loop device or an empty drive
        }
        copier.links(link);
        for (const char* file : {"dev", "size", "ro", "removable", "partition", "serial", "wwid", "queue/logical_block_size", "queue/physical_block_size", "queue/rotational",
                                 "dm/name", "dm/uuid", "md/level", "device/model", "device/serial", "device/wwid", "device/vpd_pg80"}) {
            copier.file(cat(sysfs, "/", file));
        }
        copier.names(sysfs + "/slaves");
        copy_drivers(copier, root.resolve(sysfs + "/device").value_or(sysfs));
        copier.file("/run/udev/data/b" + root.read_line(sysfs + "/dev"));
    }
}

void copy_network(const base::Root& root, Copier& copier) {
    for (const auto& name : root.list("/sys/class/net")) {
        const std::string link = "/sys/class/net/" + name;
        const auto sysfs = root.resolve(link).value_or(link);
        copier.links(link);
        copier.links(sysfs + "/master");
        for (const char* file : {"address", "mtu", "uevent", "bonding_slave/perm_hwaddr", "bonding/slaves", "bonding/mode", "bonding/miimon", "bonding/lacp_rate",
                                 "bonding/xmit_hash_policy", "bonding/primary", "bonding/updelay", "bonding/downdelay"}) {
            copier.file(cat(sysfs, "/", file));
        }
        copier.directory(sysfs + "/bridge", "bridge_id");
        copier.names(sysfs + "/brif");
        copier.directory(sysfs + "/device", "uevent");
        copier.directory(sysfs + "/device/driver/module", "initstate");
        copier.file("/proc/net/vlan/" + name);
    }
}

void copy_files(const base::Root& root, const std::string& directory) {
    Copier copier(root, directory);
    copier.content("/proc/self/mountinfo");
    for (const char* file : {"/proc/swaps", "/proc/cmdline", "/proc/sys/kernel/hostname", "/proc/sys/kernel/osrelease", "/etc/fstab", "/etc/os-release",
                             "/sys/firmware/efi/fw_platform_size", "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"}) {
        copier.file(file);
    }
    for (const char* file : {"/boot/grub2/grub.cfg", "/boot/grub/grub.cfg", "/boot/extlinux/extlinux.conf", "/boot/grub/menu.lst", "/boot/grub/grub.conf", "/etc/lilo.conf"}) {
        if (root.exists(file)) {
            const std::string path = file;
            copier.directory(path.substr(0, path.rfind('/')), path.substr(path.rfind('/') + 1));  // that it exists is all that the scan asks
        }
    }
    copier.directory("/boot/grub2/i386-pc", "normal.mod");
    copier.directory("/boot/grub/i386-pc", "normal.mod");
    copy_block_devices(root, copier);
    copy_network(root, copier);
}

}  // namespace

void record_host(const base::Root& root, base::CommandRunner& runner, BlockProbe& probe, const std::string& directory) {
    base::make_directories(directory, 0700);
    RecordingRunner recording_runner(runner);
    RecordingProbe recording_probe(probe);
    scan_host(root, recording_runner, recording_probe);
    list_disks(root, recording_probe, {});
    scan_network(root, recording_runner);
    copy_files(root, directory + "/root");
    base::write_file(directory + "/commands.json", recording_runner.rows().dump(2) + "\n", 0644);
    base::write_file(directory + "/blkid.json", recording_probe.recorded().dump(2) + "\n", 0644);
}

}  // namespace nrear::scan
