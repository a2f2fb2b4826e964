// SPDX-License-Identifier: GPL-3.0-or-later
// What of a btrfs file system cannot be made again, and how much room it needs.
#include "core/layout/btrfs.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/base/scaled.h"
#include "core/base/text.h"
#include "core/layout/judge.h"
#include "core/layout/sizing.h"

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

constexpr std::uint64_t kMiB = 1ULL << 20;

/// Copies of each byte. Parity is not counted here, as statfs(2) doesn't.
std::uint64_t copies(std::string_view profile) {
    return profile == "raid1c4" ? 4 : profile == "raid1c3" ? 3 : profile == "dup" || profile == "raid1" || profile == "raid10" ? 2 : 1;
}

/// Each byte in `count` copies on different devices: limited by what the larger devices find partners for.
std::uint64_t room_in_copies(std::vector<std::uint64_t> devices, std::size_t count) {
    std::sort(devices.begin(), devices.end(), std::greater<>());
    if (devices.size() < count) {
        return 0;
    }
    auto rest = std::accumulate(devices.begin(), devices.end(), std::uint64_t{0});
    auto room = rest / count;
    for (std::size_t largest = 0; largest + 1 < count; ++largest) {
        rest -= devices[largest];
        room = std::min(room, rest / (count - largest - 1));
    }
    return room;
}

}  // namespace

std::size_t least_devices(std::string_view profile) {
    if (profile == "raid10" || profile == "raid1c4") {
        return 4;  // raid10: before 5.15
    }
    if (profile == "raid6" || profile == "raid1c3") {
        return 3;
    }
    return profile == "raid0" || profile == "raid1" || profile == "raid5" ? 2 : 1;
}

// Space is handed out in chunks: of 256 MiB for metadata up to 50 GiB, of 1 GiB for data; those of the system have 32 MiB. `used` is what statfs(2) says: all
// chunks' bytes, metadata and its copies too, divided by the copies of data (fs/btrfs/super.c, btrfs_statfs).
std::uint64_t wanted_bytes(const BtrfsFilesystem& btrfs) {
    const bool mixed = std::find(btrfs.features.begin(), btrfs.features.end(), "mixed-bg") != btrfs.features.end();
    const auto data = copies(btrfs.data_profile);
    const auto metadata = mixed ? 0 : copies(btrfs.metadata_profile) * (256 + 32) * kMiB / data;
    return room_for(btrfs.used, metadata + (mixed ? 64 : 256) * kMiB);
}

std::uint64_t room_on(const BtrfsFilesystem& btrfs, const std::vector<std::uint64_t>& devices) {
    const auto& profile = btrfs.data_profile;
    if (devices.size() < least_devices(profile)) {
        return 0;
    }
    const auto all = std::accumulate(devices.begin(), devices.end(), std::uint64_t{0});
    const auto smallest = *std::min_element(devices.begin(), devices.end());
    if (profile == "raid5" || profile == "raid6") {
        return smallest * (devices.size() - (profile == "raid5" ? 1 : 2));
    }
    if (profile == "raid10") {
        return smallest * (devices.size() / 2);
    }
    if (profile == "raid0") {
        return smallest * devices.size();
    }
    return profile.starts_with("raid1") ? room_in_copies(devices, copies(profile)) : all / copies(profile);
}

std::uint64_t least_bytes(const BtrfsFilesystem& btrfs, const std::vector<std::uint64_t>& devices, std::uint64_t size) {
    constexpr std::uint64_t kFloor = 384 * kMiB;  // for a chunk of metadata on each
    const auto room = room_on(btrfs, devices);
    const auto wanted = wanted_bytes(btrfs);
    return wanted >= room ? size : std::min(size, std::max(base::scaled(size, room, wanted) + kMiB, kFloor));
}

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
