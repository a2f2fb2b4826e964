// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/multipath.h"

#include <chrono>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::system {

namespace {

using base::cat;

class Starter {
public:
    Starter(const base::Root& root, base::CommandRunner& runner, base::Log& log) : root_(root), runner_(runner), log_(log) {}

    std::vector<std::string> run() {
        attempt({"modprobe", "dm-multipath"}, std::chrono::seconds(30));
        attempt({"multipath", "-v1"}, std::chrono::seconds(90));
        const auto paths = paths_of_maps();
        if (paths.empty()) {
            problems_.emplace_back("no multipath disk was found, and this machine had one: see multipath -v3; a new disk may have to be made known with multipath -a");
            return std::move(problems_);
        }
        for (const auto& path : paths) {
            forget_partitions(path);
        }
        attempt({"multipathd"}, std::chrono::seconds(30));
        attempt({"udevadm", "settle", "--timeout=20"}, std::chrono::seconds(25));
        return std::move(problems_);
    }

private:
    void attempt(const std::vector<std::string>& argv, std::chrono::seconds limit) {
        base::Command command;
        command.argv = argv;
        command.time_limit = limit;
        try {
            base::run_checked(runner_, command);
        } catch (const Error& error) {
            log_.error(error.what());
            problems_.emplace_back(error.what());
        }
    }

    /// Kernel names: "sda".
    std::set<std::string> paths_of_maps() const {
        std::set<std::string> paths;
        for (const auto& name : root_.list("/sys/class/block")) {
            const auto device = "/sys/class/block/" + name;
            if (root_.read_line(device + "/dm/uuid").starts_with("mpath-")) {
                const auto slaves = root_.list(device + "/slaves");
                paths.insert(slaves.begin(), slaves.end());
            }
        }
        return paths;
    }

    /// The kernel has read the table of each path, too: LVM and blkid would find everything twice. udev's rule for paths does the same on the node.
    void forget_partitions(const std::string& path) {
        bool any = false;
        for (const auto& name : root_.list("/sys/class/block/" + path)) {
            any = any || (name.starts_with(path) && root_.exists(cat("/sys/class/block/", path, "/", name, "/partition")));
        }
        if (any) {
            attempt({"partx", "--delete", "--nr", "1-1024", "/dev/" + base::replace_all(path, "!", "/")}, std::chrono::seconds(10));
        }
    }

    const base::Root& root_;
    base::CommandRunner& runner_;
    base::Log& log_;
    std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> start_multipath(const base::Root& root, base::CommandRunner& runner, base::Log& log) {
    return runner.exists("multipath") ? Starter(root, runner, log).run() : std::vector<std::string>();
}

}  // namespace nrear::system
