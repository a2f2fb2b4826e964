// SPDX-License-Identifier: GPL-3.0-or-later
// A made-up host: /sys/class/block, /proc and /etc in a temporary folder, and answers for the probe.
#pragma once

#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/scan/block_probe.h"

namespace nrear::scan::test {

class SysfsHost {
public:
    SysfsHost() : root_(directory_.path()) {}
    const base::Root& root() const { return root_; }

    void file(const std::string& path, const std::string& text) {
        const auto full = directory_.path() + path;
        base::make_directories(full.substr(0, full.rfind('/')));
        base::write_file(full, text);
    }
    void disk(const std::string& name, const std::string& number, std::uint64_t sectors, const std::string& bus = "pci0/virtio0") {
        device(name, base::cat("/sys/devices/", bus, "/block/", name), number, sectors);
    }
    void partition(const std::string& disk, unsigned number, const std::string& device_number, std::uint64_t sectors) {
        const auto name = base::cat(disk, disk.back() >= '0' && disk.back() <= '9' ? "p" : "", number);
        device(name, base::cat(places_.at(disk), "/", name), device_number, sectors);
        file(base::cat(places_.at(name), "/partition"), base::cat(number, "\n"));
    }
    void mapped(const std::string& name, const std::string& number, const std::string& dm_name, const std::string& uuid, const std::vector<std::string>& below) {
        device(name, "/sys/devices/virtual/block/" + name, number, 1000);
        attribute(name, "dm/name", dm_name + "\n");
        attribute(name, "dm/uuid", uuid + "\n");
        for (const auto& lower : below) {
            attribute(name, "slaves/" + lower, "");
        }
    }
    /// An md array of the kernel's; its attributes but for level, and its members' state, are the test's.
    void array(const std::string& name, const std::string& number, std::uint64_t sectors, const std::string& level, const std::vector<std::string>& below) {
        device(name, "/sys/devices/virtual/block/" + name, number, sectors);
        attribute(name, "md/level", level + "\n");
        for (const auto& lower : below) {
            attribute(name, "slaves/" + lower, "");
        }
    }
    void attribute(const std::string& name, const std::string& path, const std::string& text) { file(base::cat(places_.at(name), "/", path), text); }
    void link(const std::string& path, const std::string& target) {
        const auto full = directory_.path() + path;
        base::make_directories(full.substr(0, full.rfind('/')));
        if (symlink(target.c_str(), full.c_str()) != 0) {
            throw system_error("make a symlink", errno);
        }
    }
    void udev(const std::string& number, const std::string& text) { file("/run/udev/data/b" + number, text); }

private:
    void device(const std::string& name, const std::string& place, const std::string& number, std::uint64_t sectors) {
        places_[name] = place;
        file(place + "/dev", number + "\n");
        file(place + "/size", base::cat(sectors, "\n"));
        base::make_directories(directory_.path() + "/sys/class/block");
        if (symlink(("../../.." + place).c_str(), (directory_.path() + "/sys/class/block/" + name).c_str()) != 0) {
            throw system_error("make a symlink", errno);
        }
    }

    base::TempDir directory_;
    base::Root root_;
    std::map<std::string, std::string> places_;
};

/// What a test says is on the devices.
class FakeProbe final : public BlockProbe {
public:
    std::map<std::string, Signature> signatures;
    std::map<std::string, FoundTable> tables;
    std::map<std::string, bool> zeros;
    std::map<std::string, bool> broken;
    std::map<std::string, std::string> contents;

    std::optional<Signature> signature(const std::string& device) override {
        check(device);
        const auto found = signatures.find(device);
        return found == signatures.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<FoundTable> partition_table(const std::string& device) override {
        check(device);
        const auto found = tables.find(device);
        return found == tables.end() ? std::nullopt : std::optional(found->second);
    }
    std::map<std::string, std::string> boot_codes;
    std::string boot_code(const std::string& device) override { return boot_codes[device]; }
    bool reads_as_zeros(const std::string& device) override { return zeros[device]; }
    std::string read(const std::string& device, std::uint64_t offset, std::size_t size) override {
        check(device);
        return contents[device].substr(std::min<std::size_t>(offset, contents[device].size()), size);
    }
    std::map<std::string, std::uint64_t> sizes;
    std::uint64_t size(const std::string& device) override {
        check(device);
        return sizes[device];
    }
    std::map<std::string, LvmLabel> labels;
    std::optional<LvmLabel> lvm_label(const std::string& device) override {
        check(device);
        const auto found = labels.find(device);
        return found == labels.end() ? std::nullopt : std::optional(found->second);
    }
    std::uint64_t used_bytes(const std::string&) override { return 0; }

private:
    void check(const std::string& device) {
        if (broken[device]) {
            throw Error(ErrorKind::kGeneral, "read " + device, "Input/output error");
        }
    }
};

}  // namespace nrear::scan::test
