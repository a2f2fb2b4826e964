// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every plan, tried on layouts by chance: order, programs, JSON, and that the plan's commands, done on a model of blank disks, make
// what was recorded. The model knows the words of the programs, not how they work.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/layout/unsupported.h"
#include "core/plan/make_plan.h"
#include "tests/support/random_layout.h"

namespace nrear::plan {

namespace {

using base::cat;

constexpr std::uint32_t kSeeds = 400;

/// What is on a device, by path: "ext4 <uuid> <label>".
using Contents = std::map<std::string, std::string>;

struct Machine {
    std::set<std::string> devices;               ///< disks and partitions that exist
    std::map<std::string, std::string> places;   ///< partition -> "start size type uuid name"
    Contents contents;
    std::map<std::string, std::set<std::string>> subvolumes;  ///< of the btrfs by its first device
    std::map<std::string, std::string> mounted;  ///< where -> device and subvolume
    std::vector<std::string> faults;
};

std::string option(const std::vector<std::string>& argv, std::string_view name) {
    const auto found = std::find(argv.begin(), argv.end(), name);
    return found == argv.end() || found + 1 == argv.end() ? "" : *(found + 1);
}

/// "start=2048" of a line of an sfdisk script.
std::string field(const std::string& line, std::string_view name) {
    for (const auto& part : base::split(line.substr(line.find(" : ") + 3), ',')) {
        const auto word = base::trim(part);
        if (word.starts_with(cat(name, "="))) {
            return std::string(word.substr(name.size() + 1));
        }
    }
    return "";
}

class Simulation {
public:
    explicit Simulation(const layout::Layout& layout) {
        layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) {
            machine_.devices.insert(disk.facts.path);
            sectors_[disk.facts.path] = disk.facts.logical_sector;
        });
    }

    Machine run(const Plan& plan) {
        for (const auto& step : plan.steps) {
            if (const auto* command = std::get_if<RunCommand>(&step.action); command != nullptr && command->where == Where::kRescue) {
                do_command(*command);
            } else if (const auto* table = std::get_if<WritePartitionTable>(&step.action)) {
                make_table(table->disk, table->script);
            } else if (const auto* wait = std::get_if<WaitForDevice>(&step.action)) {
                need(wait->path);
            }
        }
        return std::move(machine_);
    }

private:
    void fault(std::string what) { machine_.faults.push_back(std::move(what)); }
    void need(const std::string& device) {
        if (!machine_.devices.contains(device)) {
            fault(device + " does not exist");
        }
    }
    void put(const std::string& device, std::string content) {
        need(device);
        if (machine_.contents.contains(device)) {
            fault(device + " is made twice");
        }
        machine_.contents[device] = std::move(content);
    }

    void do_command(const RunCommand& run) {
        const auto& argv = run.argv;
        const auto& program = argv.front();
        if (program == "mke2fs") {
            put(argv[argv.size() - 2], cat(option(argv, "-t"), " ", option(argv, "-U"), " ", option(argv, "-L")));
        } else if (program == "mkswap") {
            put(argv.back(), cat("swap ", option(argv, "-U"), " ", option(argv, "-L")));
        } else if (program == "mkfs.btrfs") {
            make_btrfs(argv);
        } else if (program == "mount") {
            mount(argv);
        } else if (program == "umount") {
            machine_.mounted.erase(argv.back());
        } else if (program == "btrfs" && argv[1] == "subvolume" && argv[2] == "create") {
            make_subvolume(argv[3]);
        } else if (program == "tune2fs" || program == "debugfs") {
            if (!machine_.contents.contains(argv.back())) {
                fault(cat(program, " before there is anything on ", argv.back()));
            }
        }
    }

    void make_table(const std::string& disk, const std::string& script) {
        need(disk);
        for (const auto& line : base::split_lines(script)) {
            if (const auto colon = line.find(" : "); colon != std::string::npos) {
                const auto sector = sectors_[disk];
                const auto number = [&](const char* name) { return base::parse_u64(field(line, name)).value_or(0) * sector; };
                machine_.devices.insert(line.substr(0, colon));
                machine_.places[line.substr(0, colon)] = cat(number("start"), " ", number("size"), " ", field(line, "type"), " ", field(line, "uuid"));
            }
        }
    }

    void make_btrfs(const std::vector<std::string>& argv) {
        std::vector<std::string> devices;
        for (auto word = argv.rbegin(); word != argv.rend() && word->starts_with("/dev/"); ++word) {
            devices.push_back(*word);
        }
        for (const auto& device : devices) {
            put(device, cat("btrfs ", option(argv, "-U"), " ", option(argv, "-L")));
        }
    }

    void mount(const std::vector<std::string>& argv) {
        const auto& device = argv[argv.size() - 2];
        const auto options = option(argv, "-o");
        if (!machine_.contents.contains(device)) {
            fault(cat("nothing on ", device, " to be mounted"));
        }
        std::string subvolume;
        for (const auto& word : base::split(options, ',')) {
            subvolume = word.starts_with("subvol=/") ? word.substr(8) : subvolume;
        }
        if (!subvolume.empty() && !machine_.subvolumes[device].contains(subvolume)) {
            fault(cat("no subvolume ", subvolume, " on ", device));
        }
        machine_.mounted[argv.back()] = cat(device, subvolume.empty() ? "" : " " + subvolume);
    }

    void make_subvolume(const std::string& path) {
        constexpr std::string_view kTop = "/mnt/btrfs";
        const auto top = machine_.mounted.find(std::string(kTop));
        if (top == machine_.mounted.end() || !path.starts_with(cat(kTop, "/"))) {
            fault("a subvolume is made where no top level is mounted: " + path);
        } else if (!machine_.subvolumes[top->second].insert(path.substr(kTop.size() + 1)).second) {
            fault(path + " is made twice");
        }
    }

    Machine machine_;
    std::map<std::string, std::uint64_t> sectors_;
};

/// What the machine must be like in the end.
Machine expected(const layout::Layout& layout) {
    Machine machine;
    layout::each<layout::Disk>(layout, [&](const layout::Node&, const layout::Disk& disk) { machine.devices.insert(disk.facts.path); });
    for (const auto& node : layout.nodes) {
        const auto below = node.on.empty() ? nullptr : layout::find(layout, node.on.front());
        if (const auto* partition = std::get_if<layout::Partition>(&node.what)) {
            machine.devices.insert(partition->path);
            machine.places[partition->path] = cat(partition->start, " ", partition->size, " ", partition->type, " ", base::to_lower(partition->uuid));
        } else if (const auto* ext = std::get_if<layout::ExtFilesystem>(&node.what)) {
            machine.contents[layout::path_of(*below)] = cat(ext->type, " ", ext->uuid, " ", ext->label);
        } else if (const auto* swap = std::get_if<layout::Swap>(&node.what)) {
            machine.contents[layout::path_of(*below)] = cat("swap ", swap->uuid, " ", swap->label);
        } else if (const auto* btrfs = std::get_if<layout::BtrfsFilesystem>(&node.what)) {
            for (const auto& id : node.on) {
                machine.contents[layout::path_of(*layout::find(layout, id))] = cat("btrfs ", btrfs->uuid, " ", btrfs->label);
            }
            for (const auto& subvolume : btrfs->subvolumes) {
                machine.subvolumes[btrfs->path].insert(subvolume.path);
            }
        } else if (const auto* mount = std::get_if<layout::Mount>(&node.what)) {
            const auto subvolume = mount->subvolume.size() > 1 ? " " + mount->subvolume.substr(1) : "";
            machine.mounted[mount->mount_point == "/" ? kTargetRoot : kTargetRoot + mount->mount_point] = mount->path + subvolume;
        }
    }
    return machine;
}

}  // namespace

TEST_CASE("property: a layout survives the way to JSON and back") {
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
        INFO("seed " << seed);
        const auto layout = test::random_layout(seed);
        REQUIRE_NOTHROW(layout::check(layout));
        REQUIRE(layout::unsupported(layout).empty());
        CHECK(layout::from_json(layout::to_json(layout)) == layout);
    }
}

TEST_CASE("property: nothing is made before what it sits on") {
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
        INFO("seed " << seed);
        const auto layout = test::random_layout(seed);
        std::map<std::string, std::size_t> first;
        const auto plan = make_plan(layout);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            first.try_emplace(plan.steps[i].node, i);
        }
        std::size_t compared = 0;
        for (const auto& node : layout.nodes) {
            for (const auto& below : node.on) {
                if (first.contains(node.id) && first.contains(below)) {
                    CHECK(first.at(below) < first.at(node.id));
                    ++compared;
                }
            }
        }
        CHECK(compared > 0);
    }
}

TEST_CASE("property: the same layout gives the same plan, and all its programs are in the list for the image") {
    for (std::uint32_t seed = 0; seed < kSeeds; seed += 8) {
        INFO("seed " << seed);
        const auto plan = make_plan(test::random_layout(seed));
        CHECK(make_plan(test::random_layout(seed)) == plan);
        const auto programs = programs_in_rescue(plan);
        for (const auto& step : plan.steps) {
            if (const auto* run = std::get_if<RunCommand>(&step.action); run != nullptr && run->where == Where::kRescue) {
                CHECK(programs.contains(run->argv.front()));
            }
        }
    }
}

TEST_CASE("property: the plan's commands make what was recorded, out of blank disks") {
    std::size_t subvolumes = 0;
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
        INFO("seed " << seed);
        const auto layout = test::random_layout(seed);
        const auto made = Simulation(layout).run(make_plan(layout));
        const auto wanted = expected(layout);
        CHECK(base::join(made.faults, "; ") == "");
        CHECK(made.devices == wanted.devices);
        CHECK(made.places == wanted.places);
        CHECK(made.contents == wanted.contents);
        CHECK(made.mounted == wanted.mounted);
        for (const auto& [device, names] : wanted.subvolumes) {
            CHECK(made.subvolumes.at(device) == names);
            subvolumes += names.size();
        }
    }
    CHECK(subvolumes > kSeeds / 4);  // the generator does make some
}

TEST_CASE("property: a plan that lacks any one step that makes something makes something else") {
    for (std::uint32_t seed = 0; seed < kSeeds; seed += 40) {
        const auto layout = test::random_layout(seed);
        const auto plan = make_plan(layout);
        const auto whole = Simulation(layout).run(plan);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const auto* run = std::get_if<RunCommand>(&plan.steps[i].action);
            constexpr std::string_view kMakers[] = {"mke2fs", "mkswap", "mkfs.btrfs"};
            const bool makes_content = run != nullptr && std::find(std::begin(kMakers), std::end(kMakers), run->argv.front()) != std::end(kMakers);
            if (!makes_content && !std::holds_alternative<WritePartitionTable>(plan.steps[i].action)) {
                continue;
            }
            auto less = plan;
            less.steps.erase(less.steps.begin() + static_cast<std::ptrdiff_t>(i));
            const auto made = Simulation(layout).run(less);
            INFO("seed " << seed << " without " << plan.steps[i].title);
            CHECK((made.contents != whole.contents || made.places != whole.places || !made.faults.empty()));
        }
    }
}

}  // namespace nrear::plan
