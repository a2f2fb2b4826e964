// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/multipath.h"

#include <chrono>
#include <set>

#include "core/base/text.h"
#include "rescue/system/attempts.h"

namespace nrear::system {

namespace {

using base::cat;

class Starter {
public:
    Starter(const base::Root& root, base::CommandRunner& runner, base::Log& log) : root_(root), attempts_(runner, log) {}

    std::vector<std::string> run() {
        attempts_.run({"modprobe", "dm-multipath"}, std::chrono::seconds(30));
        attempts_.run({"multipath", "-v1"}, std::chrono::seconds(90));
        const auto paths = paths_of_maps();
        if (paths.empty()) {
            attempts_.problem("no multipath disk was found, and this machine had one: see multipath -v3; a new disk may have to be made known with multipath -a");
            return attempts_.problems();
        }
        for (const auto& path : paths) {
            forget_partitions(path);
        }
        attempts_.run({"multipathd"}, std::chrono::seconds(30));
        attempts_.run({"udevadm", "settle", "--timeout=20"}, std::chrono::seconds(25));
        return attempts_.problems();
    }

private:
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
            attempts_.run({"partx", "--delete", "--nr", "1-1024", "/dev/" + base::replace_all(path, "!", "/")}, std::chrono::seconds(10));
        }
    }

    const base::Root& root_;
    Attempts attempts_;
};

}  // namespace

std::vector<std::string> start_multipath(const base::Root& root, base::CommandRunner& runner, base::Log& log) {
    return runner.exists("multipath") ? Starter(root, runner, log).run() : std::vector<std::string>();
}

}  // namespace nrear::system
