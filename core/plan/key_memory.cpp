// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/key_memory.h"

#include <algorithm>

#include "core/base/scaled.h"
#include "core/base/text.h"

namespace nrear::plan {

std::vector<std::string> limit_key_memory(layout::Layout& layout, std::uint64_t available) {
    constexpr std::uint64_t kKiB = 1024;
    constexpr std::uint64_t kLeast = 32;  // KiB; less cryptsetup does not take
    const auto limit = std::max(available / 2 / kKiB, kLeast);
    std::vector<std::string> notes;
    for (auto& node : layout.nodes) {
        auto* luks = std::get_if<layout::LuksVolume>(&node.what);
        if (luks == nullptr || luks->pbkdf_memory <= limit) {
            continue;
        }
        // Time times memory is what an attacker pays.
        const auto rounds = base::units_for(luks->pbkdf_iterations * luks->pbkdf_memory, limit);
        notes.push_back(base::cat(luks->name, ": ", luks->pbkdf, " gets ", base::human_size(limit * kKiB), " of memory and ", rounds, " rounds instead of ",
                                  base::human_size(luks->pbkdf_memory * kKiB), " and ", luks->pbkdf_iterations, ": this machine has no more to give"));
        luks->pbkdf_memory = limit;
        luks->pbkdf_iterations = rounds;
    }
    return notes;
}

}  // namespace nrear::plan
