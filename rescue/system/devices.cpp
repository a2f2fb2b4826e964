// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/devices.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "rescue/system/attempts.h"

namespace nrear::system {

namespace {

using base::cat;

/// udevd has handled most events long before; one hanging driver must not hold up the prompt.
constexpr std::chrono::seconds kSettleLimit{20};

void collect_aliases(const base::Root& root, const std::string& directory, std::set<std::string>& aliases) {
    for (const auto& name : root.list(directory)) {
        const std::string path = cat(directory, "/", name);
        if (name == "modalias") {
            if (auto alias = root.read_line(path); !alias.empty()) {
                aliases.insert(std::move(alias));
            }
        } else if (const auto facts = root.facts(path); facts && (facts->mode & 0170000) == 0040000) {
            collect_aliases(root, path, aliases);
        }
    }
}

/// Two rounds: the drivers of buses find the devices on them.
void load_by_alias(base::CommandRunner& runner) {
    std::set<std::string> loaded;
    for (int round = 0; round < 2; ++round) {
        std::vector<std::string> argv{"modprobe", "-a", "-b", "-q"};
        for (const auto& alias : device_aliases(base::Root("/"))) {
            if (loaded.insert(alias).second) {
                argv.push_back(alias);
            }
        }
        if (argv.size() > 4) {
            base::Command command;
            command.argv = argv;
            runner.run(command);  // its status tells only that some device has no driver
        }
    }
    for (const char* module : {"sd_mod", "sr_mod", "ext4", "xfs"}) {
        base::Command command;
        command.argv = {"modprobe", "-q", module};
        runner.run(command);
    }
}

}  // namespace

std::set<std::string> device_aliases(const base::Root& root) {
    std::set<std::string> aliases;
    collect_aliases(root, "/sys/devices", aliases);
    return aliases;
}

std::string find_udevd(const base::Root& root) {
    for (const char* path : {"/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd", "/usr/lib/udev/udevd", "/lib/udev/udevd", "/sbin/udevd", "/usr/sbin/udevd"}) {
        if (root.exists(path)) {
            return path;
        }
    }
    return {};
}

std::vector<std::string> load_drivers(const std::vector<std::string>& modules_to_load, base::CommandRunner& runner, base::Log& log) {
    Attempts attempts(runner, log);
    for (const auto& module : modules_to_load) {
        auto argv = base::split_words(module);  // "bonding mode=1": a name and its parameters
        argv.insert(argv.begin(), "modprobe");
        attempts.run(argv, std::chrono::seconds(30));
    }
    const std::string udevd = find_udevd(base::Root("/"));
    if (udevd.empty() || !runner.exists("udevadm")) {
        log.info("no udevd here: loading drivers by the aliases of the devices");
        if (runner.exists("modprobe")) {
            load_by_alias(runner);
        } else {
            attempts.problem("neither udevd nor modprobe is here: only what the kernel has built in works");
        }
        return attempts.problems();
    }
    attempts.run({udevd, "--daemon", "--resolve-names=never"}, std::chrono::seconds(10));
    attempts.run({"udevadm", "trigger", "--type=subsystems", "--action=add"}, std::chrono::seconds(10));
    attempts.run({"udevadm", "trigger", "--type=devices", "--action=add"}, std::chrono::seconds(10));
    attempts.run({"udevadm", "settle", cat("--timeout=", kSettleLimit.count())}, kSettleLimit + std::chrono::seconds(5));
    return attempts.problems();
}

}  // namespace nrear::system
