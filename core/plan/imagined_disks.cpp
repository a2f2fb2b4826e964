// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/imagined_disks.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;

std::string full_path(std::string_view name) { return name.starts_with('/') ? std::string(name) : cat("/dev/", name); }

Error not_understood(std::string_view text) {
    return Error(ErrorKind::kUsage, cat("understand --disk ", text), "it is not OLD=SIZE, OLD=NEW, OLD=NEW:SIZE or OLD=none",
                 "for example: --disk vda=20G, --disk vda=nvme0n1:20G, --disk vdb=none; /4096 behind it for such sectors");
}

/// "/dev/mpatha" is "mpatha" as it was typed.
bool means(const ImaginedDisk& wish, const layout::DiskFacts& disk) {
    return wish.recorded == disk.path || (wish.recorded.starts_with("/dev/") && layout::is_called(disk, wish.recorded.substr(5)));
}

layout::PresentDisk imagined(const ImaginedDisk& wish, const layout::DiskFacts& recorded) {
    layout::PresentDisk present{.facts = recorded, .blank = true};
    auto& facts = present.facts;
    if (wish.path != wish.recorded) {
        facts.path = wish.path;
        facts.multipath = wish.path.starts_with("/dev/mapper/") ? facts.multipath : std::nullopt;
    }
    facts.size = wish.size != 0 ? wish.size : facts.size;
    facts.logical_sector = wish.sector != 0 ? wish.sector : facts.logical_sector;
    return present;
}

std::vector<std::string> recorded_disks(const layout::Layout& layout) {
    std::vector<std::string> paths;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) { paths.push_back(disk.facts.path); });
    return paths;
}

}  // namespace

ImaginedDisk parse_imagined_disk(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
        throw not_understood(text);
    }
    ImaginedDisk disk;
    disk.recorded = full_path(text.substr(0, equals));
    auto rest = text.substr(equals + 1);
    if (rest == kNoDisk) {
        disk.path = disk.recorded;
        disk.absent = true;
        return disk;
    }
    if (const auto slash = rest.rfind('/'); slash != std::string_view::npos) {
        const auto sector = base::parse_u64(rest.substr(slash + 1));
        if (sector && (*sector == 512 || *sector == 4096)) {
            disk.sector = static_cast<std::uint32_t>(*sector);
            rest = rest.substr(0, slash);
        }
    }
    const auto colon = rest.rfind(':');
    const auto size_text = colon == std::string_view::npos ? rest : rest.substr(colon + 1);
    const auto size = size_text.empty() || size_text.front() < '0' || size_text.front() > '9' ? std::nullopt : base::parse_size(size_text);
    if (colon != std::string_view::npos && (!size || colon == 0)) {
        throw not_understood(text);
    }
    disk.size = size.value_or(0);
    const auto name = colon != std::string_view::npos ? rest.substr(0, colon) : size ? std::string_view() : rest;
    disk.path = name.empty() ? disk.recorded : full_path(name);
    return disk;
}

ImaginedMachine imagine(const layout::Layout& layout, const std::vector<ImaginedDisk>& wishes) {
    ImaginedMachine machine;
    std::set<const ImaginedDisk*> granted;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
        const auto wish = std::find_if(wishes.begin(), wishes.end(), [&](const ImaginedDisk& other) { return means(other, disk.facts); });
        layout::PresentDisk present{.facts = disk.facts, .blank = true};
        if (wish != wishes.end()) {
            granted.insert(&*wish);
            present = imagined(*wish, disk.facts);
        }
        if (wish != wishes.end() && wish->absent) {
            machine.map[disk.facts.path] = kNoDisk;
            return;
        }
        machine.map[disk.facts.path] = present.facts.path;
        machine.disks.push_back(std::move(present));
    });
    for (const auto& wish : wishes) {
        const auto same = [&](const ImaginedDisk& other) { return other.recorded == wish.recorded; };
        if (std::count_if(wishes.begin(), wishes.end(), same) > 1) {
            throw Error(ErrorKind::kUsage, "plan for " + wish.recorded, "it is named twice", "name each disk once: --disk OLD=SIZE or OLD=NEW:SIZE");
        }
        if (!granted.contains(&wish)) {
            throw Error(ErrorKind::kUsage, "plan for " + wish.recorded, "the layout has no such disk", base::cat("its disks: ", base::join(recorded_disks(layout), ", ")));
        }
    }
    return machine;
}

}  // namespace nrear::plan
