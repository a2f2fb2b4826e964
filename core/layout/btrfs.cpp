// SPDX-License-Identifier: GPL-3.0-or-later
// What of a btrfs file system cannot be made again.
#include "core/layout/btrfs.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/layout/judge.h"

namespace nrear::layout {

namespace {

/// Made by mkfs.btrfs only on special devices or as an experiment, or not known at all.
std::vector<std::string> unmakable_features(const BtrfsFilesystem& btrfs) {
    static constexpr std::array kMakable = {"mixed-bg", "extref", "raid56", "skinny-metadata", "no-holes", "raid1c34", "free-space-tree", "block-group-tree"};
    std::vector<std::string> out;
    std::copy_if(btrfs.features.begin(), btrfs.features.end(), std::back_inserter(out),
                 [](const std::string& name) { return std::find(kMakable.begin(), kMakable.end(), name) == kMakable.end(); });
    return out;
}

/// fstab's ids are replaced by paths, word by word: the same id must not mean two places.
bool same_id_elsewhere(const Layout& layout, const Node& node, const BtrfsSubvolume& subvolume) {
    bool found = false;
    each<BtrfsFilesystem>(layout, [&](const Node& other, const BtrfsFilesystem& btrfs) {
        for (const auto& twin : btrfs.subvolumes) {
            found = found || (other.id != node.id && twin.named_by_id && twin.id == subvolume.id && twin.path != subvolume.path);
        }
    });
    return found;
}

}  // namespace

void judge(const Layout& layout, const Node& node, const BtrfsFilesystem& btrfs, Problems& problems) {
    const auto refuse = [&](std::string why) { problems.push_back({kind_of(btrfs), btrfs.path, mount_points_above(layout, node.id), std::move(why)}); };
    if (btrfs.missing_devices != 0) {
        refuse(base::cat(btrfs.missing_devices, btrfs.missing_devices == 1 ? " of its devices is missing" : " of its devices are missing", ": replace it, or remove it from the file system"));
    }
    if (const auto names = unmakable_features(btrfs); !names.empty()) {
        refuse(base::cat("its feature ", base::join(names, ", "), " cannot be made"));
    }
    for (const auto& subvolume : btrfs.subvolumes) {
        if (subvolume.named_by_id && same_id_elsewhere(layout, node, subvolume)) {
            refuse(base::cat("fstab names subvolid=", subvolume.id, " of two file systems: write subvol=/", base::printable(subvolume.path), " there"));
        }
    }
}

}  // namespace nrear::layout
