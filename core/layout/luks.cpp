// SPDX-License-Identifier: GPL-3.0-or-later
// What of a LUKS volume cannot be made again. Most is refused earlier: the scan calls a volume that it does not know through and through foreign.
#include "core/layout/luks.h"

#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/layout/judge.h"

namespace nrear::layout {

std::string luks_flag_option(const std::string& flag) {
    // lib/luks2/luks2_json_metadata.c of cryptsetup: persistent_flags[]; cryptsetup-open(8).
    constexpr std::array<std::pair<const char*, const char*>, 5> kFlags{{{"allow-discards", "--allow-discards"},
                                                                         {"same-cpu-crypt", "--perf-same_cpu_crypt"},
                                                                         {"submit-from-crypt-cpus", "--perf-submit_from_crypt_cpus"},
                                                                         {"no-read-workqueue", "--perf-no_read_workqueue"},
                                                                         {"no-write-workqueue", "--perf-no_write_workqueue"}}};
    for (const auto& [known, option] : kFlags) {
        if (flag == known) {
            return option;
        }
    }
    return "";
}

void judge(const Layout& layout, const Node& node, const LuksVolume& luks, Problems& problems) {
    for (const auto& flag : luks.flags) {
        if (luks_flag_option(flag).empty()) {
            problems.push_back({kind_of(luks), luks.path, mount_points_above(layout, node.id), "its persistent flag " + base::printable(flag) + " is unknown"});
        }
    }
}

}  // namespace nrear::layout
