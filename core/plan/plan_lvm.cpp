// SPDX-License-Identifier: GPL-3.0-or-later
// LVM2: the group's metadata text is written anew from the layout and given to vgcfgrestore, so that names, UUIDs, places and every setting come back
// whatever lvcreate of that version would choose. What the text does not hold is made beside it: empty RAID metadata, an empty map for each thin pool.
// Source: pvcreate(8), vgcfgrestore(8), lvmraid(7), lvmthin(7); lvm2 2.02.187 to 2.03.
#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/tool_version.h"
#include "core/plan/lvm_metadata.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::LogicalVolume;
using layout::PhysicalVolume;
using layout::VolumeGroup;

constexpr const char* kDirectory = "/run/nrear/lvm/";
constexpr const char* kMapped = "nrear-thin-metadata";

/// Accepts the physical volumes of the group and nothing else: a clone of it on another disk is not to be met. In a pattern of LVM, '.' is any character.
std::string filter(const layout::Layout& layout, const layout::Node& group) {
    std::string out;
    for (const auto& id : group.on) {
        auto path = layout::path_of(*layout::find(layout, id));
        std::replace_if(path.begin(), path.end(), [](char c) { return std::string_view("|+*?()[]{}^$\\\" '").find(c) != std::string_view::npos; }, '.');
        out += cat("\"a|^", path, "$|\", ");
    }
    return cat("filter=[", out, "\"r|.*|\"]");
}

/// lvm as it must behave whatever its lvm.conf says: no copies of metadata below /etc, no daemons, no devices but the group's.
std::vector<std::string> lvm(const layout::Layout& layout, const layout::Node& node, std::vector<std::string> words) {
    const auto& group = std::get<VolumeGroup>(node.what);
    const auto version = layout::parse_tool_version(group.lvm_version).value_or(layout::ToolVersion{});
    const bool knows_devices_files = version >= layout::ToolVersion{2, 3, 12};
    const bool knows_lvmetad = version.release == 2 && version.update == 2;
    const auto config = cat("devices{", filter(layout, node), knows_devices_files ? " use_devicesfile=0" : "", "} backup{backup=0 archive=0} activation{monitoring=0}",
                            knows_lvmetad ? " global{use_lvmetad=0}" : "");
    std::vector<std::string> argv{"lvm", words.front(), "--config", config};
    argv.insert(argv.end(), words.begin() + 1, words.end());
    return argv;
}

std::vector<const LogicalVolume*> volumes_in(const layout::Layout& layout, const VolumeGroup& group) {
    std::vector<const LogicalVolume*> out;
    layout::each<LogicalVolume>(layout, [&](const layout::Node&, const LogicalVolume& volume) {
        if (volume.group == group.name) {
            out.push_back(&volume);
        }
    });
    return out;
}

void make_physical(const layout::Layout& layout, const layout::Node& node, const std::string& file, Steps& steps) {
    for (const auto& id : node.on) {
        const auto* below = layout::find(layout, id);
        const auto* volume = below == nullptr ? nullptr : std::get_if<PhysicalVolume>(&below->what);
        if (volume == nullptr) {
            throw Error(ErrorKind::kIntegrity, "plan " + node.id, cat(id, " is no physical volume"));
        }
        std::vector<std::string> words{"pvcreate", "--yes", "--force", "--force", "--uuid", volume->uuid, "--restorefile", file, "--pvmetadatacopies", cat(volume->metadata_copies)};
        if (volume->metadata_copies != 0) {
            words.insert(words.end(), {"--metadatasize", cat(volume->metadata_size, "b"), "--metadataignore", volume->metadata_ignored ? "y" : "n"});
        }
        words.push_back(volume->path);
        steps.push_back({"Create LVM physical volume on " + volume->path, id, RunCommand{lvm(layout, node, std::move(words))}, true});
    }
}

/// Names of the hidden volumes in which RAID and mirrors note what is in sync. Notes of a former life would be believed.
std::vector<std::string> sync_notes(const LogicalVolume& volume) {
    std::vector<std::string> names;
    for (const auto& segment : volume.segments) {
        for (std::size_t i = 0; segment.type.starts_with("raid") && segment.type != "raid0" && i < segment.areas.size(); i += 2) {
            names.push_back(segment.areas[i].logical);
        }
        if (auto log = layout::setting(segment.settings, "mirror_log")) {
            names.push_back(*std::move(log));
        }
    }
    return names;
}

RunCommand write_zeros(const LvmPlace& place) {
    std::uint64_t block = 1U << 20U;
    while (block > 512 && (place.offset % block != 0 || place.size % block != 0)) {
        block /= 2;
    }
    return {{"dd", "if=/dev/zero", cat("of=", place.path), cat("bs=", block), cat("seek=", place.offset / block), cat("count=", place.size / block), "conv=notrunc,fsync"}};
}

void clear_sync_notes(const layout::Layout& layout, const VolumeGroup& group, Steps& steps) {
    for (const auto* volume : volumes_in(layout, group)) {
        for (const auto& name : sync_notes(*volume)) {
            const auto& notes = volume_named(layout, group.name, name);
            for (const auto& place : places_of(layout, notes)) {
                steps.push_back({cat("Clear ", group.name, "/", name, " on ", place.path), cat("lv:", group.name, "/", volume->name), write_zeros(place), true});
            }
        }
    }
}

/// An empty pool that knows its thin volumes: thin_restore writes it into the hidden metadata volume, which LVM itself shows to nobody.
void fill_pool(const layout::Layout& layout, const LogicalVolume& pool, Steps& steps) {
    const auto node = cat("lv:", pool.group, "/", pool.name);
    const auto name = layout::setting(pool.segments.front().settings, "metadata");
    if (!name) {
        throw Error(ErrorKind::kIntegrity, "plan " + node, "it has no metadata volume");
    }
    const auto file = cat(kDirectory, pool.group, ".", pool.name, ".xml");
    const std::string device = cat("/dev/mapper/", kMapped);
    steps.push_back({cat("Note what thin pool ", pool.group, "/", pool.name, " holds"), node, WriteFile{file, thin_metadata_xml(layout, pool)}});
    for (const auto& table : tables_of(layout, volume_named(layout, pool.group, *name))) {
        steps.push_back({cat("Show the metadata of thin pool ", pool.group, "/", pool.name), node, RunCommand{{"dmsetup", "create", kMapped}, table}});
        steps.push_back({"Wait for " + device, node, WaitForDevice{device}});
        steps.push_back({cat("Create the empty volumes of thin pool ", pool.group, "/", pool.name), node, RunCommand{{"thin_restore", "-i", file, "-o", device}}, true});
        steps.push_back({"Let udev take notice of " + device, node, RunCommand{{"udevadm", "settle", "--timeout=30"}}});
        steps.push_back({"Hide it again", node, RunCommand{{"dmsetup", "remove", "--retry", kMapped}}});
    }
}

}  // namespace

/// Made with its group, whose metadata text says where its extents begin.
void plan_node(const layout::Layout&, const layout::Node&, const PhysicalVolume&, Phases&) {}

void plan_node(const layout::Layout& layout, const layout::Node& node, const VolumeGroup& group, Phases& phases) {
    auto& steps = phases.storage;
    const auto file = cat(kDirectory, group.name, ".vg");
    const auto volumes = volumes_in(layout, group);
    const auto is_pool = [](const LogicalVolume* volume) { return volume->type == "thin-pool"; };
    steps.push_back({"Note what volume group " + group.name + " holds", node.id, WriteFile{file, lvm_metadata_text(layout, node)}});
    make_physical(layout, node, file, steps);
    clear_sync_notes(layout, group, steps);
    for (const auto* volume : volumes) {
        if (is_pool(volume)) {
            fill_pool(layout, *volume, steps);
        }
    }
    std::vector<std::string> restore{"vgcfgrestore", "--file", file};
    if (std::any_of(volumes.begin(), volumes.end(), is_pool)) {
        restore.insert(restore.begin() + 1, "--force");  // thin pools are refused without: their metadata is made above
    }
    restore.push_back(group.name);
    const auto count = std::count_if(volumes.begin(), volumes.end(), [](const LogicalVolume* volume) { return layout::is_visible(*volume); });
    steps.push_back({cat("Create volume group ", group.name, " with ", count, count == 1 ? " volume" : " volumes"), node.id, RunCommand{lvm(layout, node, std::move(restore))}, true});
    steps.push_back({"Activate volume group " + group.name, node.id,
                     RunCommand{lvm(layout, node, {"vgchange", "--activate", "y", "--ignoreactivationskip", "--monitor", "n", "--poll", "n", group.name})}});
    if (group.devices_file) {
        // By serial number or WWN it names the disks that were: LVM would see none of the new ones.
        phases.restored.push_back({"List the disks of volume group " + group.name + " in LVM's devices file", node.id,
                                   RunCommand{{"vgimportdevices", "--config", "devices{use_devicesfile=1}", group.name}, "", Where::kTarget}});
    }
}

void plan_node(const layout::Layout&, const layout::Node& node, const LogicalVolume& volume, Phases& phases) {
    if (!layout::is_visible(volume) || volume.type == "thin-pool") {
        return;  // nobody but LVM opens them
    }
    phases.storage.push_back({"Wait for " + volume.path, node.id, WaitForDevice{volume.path}});
    if (volume.type != "thin") {
        phases.storage.push_back({"Erase old signatures on " + volume.path, node.id, RunCommand{{"wipefs", "--all", "--force", volume.path}}, true});
    }
}

}  // namespace nrear::plan
