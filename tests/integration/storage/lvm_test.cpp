// SPDX-License-Identifier: GPL-3.0-or-later
// The real pvcreate and vgcfgrestore on loop devices take the metadata text that a plan writes, and what they leave on the disks says the same. Nothing is
// activated: that needs device-mapper, and is shown by tests/lab/guest/roundtrip-lvm.
#include <catch2/catch.hpp>

#include <set>

#include "core/base/fd_stream.h"
#include "core/base/scope_exit.h"
#include "core/base/text.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/lvm_facts.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

/// The recorded group without its snapshots, its physical volumes on the devices.
scan::LvmGroup group_on(const std::vector<std::string>& devices) {
    auto group = scan::parse_lvm_metadata(base::read_file(NREAR_SOURCE_DIR "/tests/fixtures/lvm/metadata.txt"));
    std::set<std::string> names;
    for (const auto& volume : group.logical) {
        if (layout::is_visible(volume) && !scan::is_snapshot(group, volume)) {
            names.insert(volume.name);
        }
    }
    scan::keep_only(group, names);
    for (std::size_t i = 0; i < devices.size(); ++i) {
        group.physical[i].path = devices[i];
        group.physical[i].metadata_copies = i == 1 ? 2 : 1;
        group.physical[i].metadata_size = 1020U << 10U;
    }
    return group;
}

layout::Layout layout_of(const scan::LvmGroup& group) {
    layout::Layout layout;
    layout::Node node{"vg:" + group.group.name, {}, group.group};
    for (const auto& physical : group.physical) {
        node.on.push_back("pv:" + physical.path);
        layout.nodes.push_back({node.on.back(), {}, physical});
    }
    layout.nodes.push_back(node);
    for (const auto& volume : group.logical) {
        layout.nodes.push_back({base::cat("lv:", volume.group, "/", volume.name), {node.id}, volume});
    }
    return layout;
}

/// Steps that work without device-mapper.
void run_on_disks(const plan::Steps& steps) {
    for (const auto& step : steps) {
        if (const auto* write = std::get_if<plan::WriteFile>(&step.action)) {
            base::make_directories(write->path.substr(0, write->path.rfind('/')));
            base::write_file(write->path, write->text);
        }
        const auto* command = std::get_if<plan::RunCommand>(&step.action);
        if (command != nullptr && (command->argv[0] == "dd" || (command->argv[0] == "lvm" && command->argv[1] != "vgchange"))) {
            run(command->argv, command->input);
        }
    }
}

}  // namespace

TEST_CASE("LVM takes a volume group's metadata as the plan writes it") {
    const base::TempDir directory;
    std::vector<std::string> devices;
    base::PosixCommandRunner runner;
    const base::ScopeExit detach([&] {
        for (const auto& device : devices) {
            runner.run({.argv = {"losetup", "-d", device}});
        }
    });
    for (const char* name : {"one", "two", "three"}) {
        devices.emplace_back(base::trim(run({"losetup", "-f", "--show", make_image(directory, name, 1ULL << 30U)})));
    }
    const auto group = group_on(devices);
    const auto layout = layout_of(group);
    plan::Phases phases;
    const auto* node = layout::find(layout, "vg:alpha");
    plan::plan_node(layout, *node, std::get<layout::VolumeGroup>(node->what), phases);
    run_on_disks(phases.storage);

    scan::BlkidProbe probe;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        INFO(devices[i]);
        const auto label = probe.lvm_label(devices[i]);
        REQUIRE(label);
        CHECK(label->uuid == group.physical[i].uuid);
        CHECK(label->metadata_copies == group.physical[i].metadata_copies);
        auto found = scan::parse_lvm_metadata(label->metadata);
        found.group.lvm_version = group.group.lvm_version;
        CHECK(found.group == group.group);
        CHECK(found.logical == group.logical);
        REQUIRE(found.physical.size() == 3);
        for (std::size_t k = 0; k < 3; ++k) {
            auto expected = group.physical[k];
            expected.metadata_copies = found.physical[k].metadata_copies;  // of the label, not of the text
            expected.metadata_size = found.physical[k].metadata_size;
            CHECK(found.physical[k] == expected);
        }
    }
}

}  // namespace nrear::storage_test
