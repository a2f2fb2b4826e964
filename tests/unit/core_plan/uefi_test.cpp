// SPDX-License-Identifier: GPL-3.0-or-later
// Boot entries against what the firmware of the machine already has, the fallback for firmware that can't be written, what the operator hears.
#include <catch2/catch.hpp>
#include <algorithm>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/plan/execute.h"
#include "core/plan/firmware_notes.h"
#include "core/plan/firmware_variable.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using Lines = std::vector<std::string>;
using layout::Firmware;
using layout::PresentFirmware;
using layout::UefiBoot;
using layout::UefiEntry;

namespace {

const char* const kEsp = "6f1a2b3c-0000-4000-8000-000000000051";
const char* const kOther = "6f1a2b3c-0000-4000-8000-0000000000ff";

UefiEntry entry(unsigned number, const std::string& label, const std::string& loader = "\\EFI\\centos\\shimx64.efi") { return {number, label, kEsp, loader, "", 1, true}; }

/// The sample machine, started by UEFI from its first partition.
layout::Layout uefi_layout(std::vector<UefiEntry> entries) {
    auto layout = layout::test::sample_layout();
    layout.host.firmware = Firmware::kUefi;
    std::get<layout::Partition>(layout::find(layout, "part:vda1")->what).uuid = kEsp;
    layout::find(layout, "boot")->on = {"mount:/boot"};
    layout::find(layout, "boot")->what = layout::BootLoader{"grub2", "/boot/grub2", "x86_64-efi"};
    layout.nodes.push_back({"uefi", {"part:vda1", "mount:/boot"}, UefiBoot{std::move(entries), "/boot", "EFI/BOOT/BOOTX64.EFI", true, {}}});
    return layout;
}

std::string option(const layout::Layout& layout, const UefiEntry& it, const char* partition = kEsp) {
    const auto& part = std::get<layout::Partition>(layout::find(layout, "part:vda1")->what);
    return layout::build_load_option({it.attributes, it.label, {part.number, part.start / 512, part.size / 512, partition}, it.loader, it.optional_data});
}

/// The steps that write firmware, as "variable: title".
Lines firmware_steps(const Plan& plan) {
    Lines out;
    for (const auto& step : plan.steps) {
        if (std::holds_alternative<SetFirmwareVariable>(step.action)) {
            out.push_back(step.title);
        }
    }
    return out;
}

Lines firmware_steps(const layout::Layout& layout, const PresentFirmware& firmware) { return firmware_steps(make_plan(layout, {{}, firmware})); }

/// The variables as the plan leaves them.
PresentFirmware after(const Plan& plan, PresentFirmware firmware) {
    for (const auto& step : plan.steps) {
        const auto* variable = std::get_if<SetFirmwareVariable>(&step.action);
        if (variable == nullptr) {
            continue;
        }
        if (variable->name == "BootOrder") {
            firmware.order = layout::parse_boot_order(variable->value);
            continue;
        }
        const auto number = static_cast<unsigned>(*base::parse_u64(variable->name.substr(4), 16));
        std::erase_if(firmware.options, [&](const auto& it) { return it.first == number; });
        if (!variable->value.empty()) {
            firmware.options.emplace_back(number, variable->value);
        }
    }
    std::sort(firmware.options.begin(), firmware.options.end());
    return firmware;
}

}  // namespace

TEST_CASE("firmware without entries gets the recorded ones, their numbers and their order") {
    const auto layout = uefi_layout({entry(5, "CentOS"), entry(2, "Rescue", "\\EFI\\centos\\fwupx64.efi")});
    const Lines expected = {"Enter Boot0005 \"CentOS\" (\\EFI\\centos\\shimx64.efi on /dev/vda1) into the firmware's boot menu",
                            "Enter Boot0002 \"Rescue\" (\\EFI\\centos\\fwupx64.efi on /dev/vda1) into the firmware's boot menu",
                            "Put the firmware's boot menu in order: Boot0005, Boot0002"};
    CHECK(firmware_steps(make_plan(layout)) == expected);
    CHECK(firmware_steps(layout, {Firmware::kUefi, true, {}, {}}) == expected);
    const auto full = to_text(make_plan(layout), true);
    CHECK_THAT(full, Catch::Contains("BootOrder = 05000200"));
}

TEST_CASE("the same machine keeps its firmware untouched, whatever stands between the entries") {
    const auto layout = uefi_layout({entry(1, "CentOS"), entry(3, "CentOS")});  // twice the same is kept twice
    PresentFirmware firmware{Firmware::kUefi, true, {{0, "network"}, {1, option(layout, entry(1, "CentOS"))}, {3, option(layout, entry(3, "CentOS"))}}, {0, 1, 3}};
    CHECK(firmware_steps(layout, firmware) == Lines{});
    firmware.order = {3, 1, 0};
    CHECK(firmware_steps(layout, firmware) == Lines{"Put the firmware's boot menu in order: Boot0001, Boot0003, Boot0000"});
    firmware.order = {0};
    CHECK(firmware_steps(layout, firmware) == Lines{"Put the firmware's boot menu in order: Boot0001, Boot0003, Boot0000"});
}

TEST_CASE("entries of others stay, behind; a taken number is passed over") {
    const auto layout = uefi_layout({entry(1, "CentOS")});
    const PresentFirmware firmware{Firmware::kUefi, true, {{0, ""}, {1, option(layout, entry(1, "CentOS"), kOther)}, {2, option(layout, entry(2, "Windows"))}}, {2, 1, 0}};
    // The same name on an unknown partition and another name on a known one: neither is provably ours.
    CHECK(firmware_steps(layout, firmware) == Lines{"Enter Boot0003 \"CentOS\" (\\EFI\\centos\\shimx64.efi on /dev/vda1) into the firmware's boot menu",
                                                    "Put the firmware's boot menu in order: Boot0003, Boot0002, Boot0001, Boot0000"});
}

TEST_CASE("an outdated entry of the same name on the same partition is replaced or removed") {
    const auto layout = uefi_layout({entry(1, "CentOS")});
    const auto old = option(layout, entry(1, "CentOS", "\\EFI\\redhat\\grub.efi"));
    const PresentFirmware firmware{Firmware::kUefi, true, {{1, old}, {4, old}, {7, "x"}}, {4, 7, 1}};
    CHECK(firmware_steps(layout, firmware) == Lines{"Remove the outdated Boot0004 \"CentOS\" from the firmware's boot menu",
                                                    "Enter Boot0001 \"CentOS\" (\\EFI\\centos\\shimx64.efi on /dev/vda1) into the firmware's boot menu",
                                                    "Put the firmware's boot menu in order: Boot0001, Boot0007"});
}

TEST_CASE("an entry that the order does not name stays out of it") {
    auto hidden = entry(9, "Diagnostics");
    hidden.ordered = false;
    hidden.attributes = 8;
    const auto layout = uefi_layout({entry(1, "CentOS"), hidden});
    const auto plan = make_plan(layout);
    CHECK(firmware_steps(plan).back() == "Put the firmware's boot menu in order: Boot0001");
    CHECK(layout::parse_load_option(after(plan, {}).options.at(1).second).value().attributes == 8);
}

TEST_CASE("whatever the firmware holds, ours come back in order, others stay, and a second plan has nothing to do") {
    const auto layout = uefi_layout({entry(5, "A"), entry(1, "B", "\\EFI\\b.efi"), entry(3, "A", "\\EFI\\a.efi")});
    const std::vector<std::string> pool = {"", "junk", option(layout, entry(0, "A")), option(layout, entry(0, "B")), option(layout, entry(0, "B", "\\EFI\\b.efi")),
                                           option(layout, entry(0, "Z")), option(layout, entry(0, "A"), kOther)};
    for (unsigned seed = 0; seed < 2401; ++seed) {
        PresentFirmware before{Firmware::kUefi, true, {}, {}};
        for (unsigned number = 0, rest = seed; number < 4; ++number, rest /= 7) {
            before.options.emplace_back(number * 2 + 1, pool[rest % 7]);
            before.order.insert(number % 2 == 0 ? before.order.begin() : before.order.end(), number * 2 + 1);
        }
        const auto result = after(make_plan(layout, {{}, before}), before);
        INFO(seed);
        CHECK(firmware_steps(layout, result) == Lines{});
        Lines labels;
        for (const auto number : result.order) {
            const auto found = std::find_if(result.options.begin(), result.options.end(), [&](const auto& it) { return it.first == number; });
            REQUIRE(found != result.options.end());
            const auto parsed = layout::parse_load_option(found->second);
            if (parsed && parsed->partition.uuid == kEsp && parsed->label != "Z") {
                labels.push_back(parsed->label + parsed->loader);
            }
        }
        CHECK(labels == Lines{"A\\EFI\\centos\\shimx64.efi", "B\\EFI\\b.efi", "A\\EFI\\a.efi"});
        for (const auto& it : before.options) {
            const auto parsed = layout::parse_load_option(it.second);
            const bool others = !parsed || parsed->label == "Z" || parsed->partition.uuid == kOther;
            CHECK((!others || std::find(result.options.begin(), result.options.end(), it) != result.options.end()));
        }
    }
}

TEST_CASE("a rescue system that BIOS started writes no entry, and leaves a loader where firmware looks without one") {
    auto layout = uefi_layout({entry(1, "CentOS")});
    const PresentFirmware bios{Firmware::kBios, false, {}, {}};
    CHECK(firmware_steps(layout, bios) == Lines{});
    auto& boot = std::get<UefiBoot>(layout::find(layout, "uefi")->what);
    boot.has_fallback = false;
    boot.companions = {"BOOTX64.CSV.efi", "fbx64.efi", "grubx64.efi", "mmx64.efi"};
    const auto text = to_text(make_plan(layout, {{}, bios}), true);
    CHECK_THAT(text, Catch::Contains("$ chroot /mnt/local cp /boot/EFI/centos/shimx64.efi /boot/EFI/BOOT/BOOTX64.EFI"));
    CHECK_THAT(text, Catch::Contains("$ chroot /mnt/local cp /boot/EFI/centos/grubx64.efi /boot/EFI/BOOT/grubx64.efi"));
    CHECK_THAT(text, Catch::Contains("/boot/EFI/BOOT/mmx64.efi") && !Catch::Contains("fbx64"));
    CHECK_THAT(to_text(make_plan(layout)), !Catch::Contains("BOOTX64"));
}

TEST_CASE("what the operator has to hear of firmware") {
    const auto uefi = uefi_layout({entry(1, "CentOS")});
    const PresentFirmware by_uefi{Firmware::kUefi, true, {}, {}};
    const PresentFirmware by_bios{Firmware::kBios, false, {}, {}};
    CHECK(firmware_notes(uefi, by_uefi, {}, {}).empty());
    CHECK(firmware_notes(layout::test::sample_layout(), by_bios, {}, {}).empty());
    auto notes = firmware_notes(uefi, by_bios, {}, {});
    REQUIRE(notes.size() == 2);
    CHECK_THAT(notes[0], Catch::Contains("switch this machine's firmware to UEFI"));
    CHECK_THAT(notes[1], Catch::Contains("\"CentOS\" cannot be written") && Catch::Contains("EFI/BOOT/BOOTX64.EFI") && Catch::Contains("start this rescue system by UEFI"));
    notes = firmware_notes(layout::test::sample_layout(), by_uefi, {}, {});
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("switch this machine's firmware to BIOS"));
    // UEFI that does not let its variables be read
    CHECK(firmware_notes(uefi, {Firmware::kUefi, false, {}, {}}, {}, {}).size() == 1);
}

TEST_CASE("BIOS has to be told when the disk with the boot loader is not the first any more") {
    auto layout = layout::test::sample_layout();
    auto& disk = std::get<layout::Disk>(std::find_if(layout.nodes.begin(), layout.nodes.end(), [](const layout::Node& node) {
                     return std::holds_alternative<layout::Disk>(node.what);
                 })->what);
    disk.facts.path = "/dev/vdb";
    disk.facts.serial = "SN-A";
    std::vector<layout::PresentDisk> present(2);
    present[0].facts.path = "/dev/vda";
    present[1].facts.path = "/dev/vdb";
    const PresentFirmware by_bios{Firmware::kBios, false, {}, {}};
    const std::vector<std::pair<std::string, std::string>> moved{{"/dev/vda", "/dev/vdb"}};
    const auto notes = firmware_notes(layout, by_bios, present, moved);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("/dev/vdb (serial SN-A), which is not the first disk here: set the firmware to start from that one"));
    CHECK(firmware_notes(layout, by_bios, present, {}).empty());  // it stood there before
    const auto by_uefi = firmware_notes(layout, {Firmware::kUefi, true, {}, {}}, present, moved);
    CHECK(by_uefi.size() == 1);  // of the firmware's kind, none of its disks
    CHECK_THAT(by_uefi[0], !Catch::Contains("first disk"));
    present[0].rescue_medium = true;
    CHECK(firmware_notes(layout, by_bios, present, moved).empty());
}

TEST_CASE("new disk names also go into the texts beside the loaders on the EFI system partition") {
    const auto plan = make_plan(uefi_layout({entry(1, "CentOS")}), {{{"/dev/vda", "/dev/sda"}}, {}});
    std::vector<std::string> files;
    for (const auto& step : plan.steps) {
        if (const auto* rename = std::get_if<RenameDevices>(&step.action)) {
            files = rename->files;
        }
    }
    for (const char* file : {"/mnt/local/boot/EFI/centos/grub.cfg", "/mnt/local/boot/EFI/centos/grubenv", "/mnt/local/boot/EFI/BOOT/grub.cfg", "/mnt/local/boot/loader/entries",
                             "/mnt/local/etc/default/grub.d"}) {
        INFO(file);
        CHECK(std::count(files.begin(), files.end(), file) == 1);
    }
    CHECK(std::none_of(files.begin(), files.end(), [](const std::string& file) { return file.ends_with(".efi"); }));
}

TEST_CASE("a variable is written whole, replaced, removed, and read back") {
    const base::TempDir directory("/tmp", "efivars");
    Plan plan;
    plan.steps = {{"one", "", SetFirmwareVariable{"Boot0001", "abcdef"}}, {"two", "", SetFirmwareVariable{"Boot0001", "xyz"}}};
    struct Runner final : base::CommandRunner {
        base::CommandResult run(const base::Command&) override { return {}; }
        bool exists(const std::string&) override { return true; }
    } runner;
    ExecuteOptions options;
    options.firmware_variables = directory.path();
    const auto file = efi_variable_path("Boot0001", directory.path());
    CHECK(file == directory.path() + "/Boot0001-8be4df61-93ca-11d2-aa0d-00e098032b8c");
    plan.steps.resize(1);
    execute(plan, runner, {}, options);
    CHECK(base::read_file(file) == std::string("\x07\0\0\0abcdef", 10));
    // An ordinary file keeps the tail of a longer content, as no firmware does: what was read back is not what was written.
    plan.steps = {{"two", "", SetFirmwareVariable{"Boot0001", "xyz"}}};
    CHECK_THROWS_WITH(execute(plan, runner, {}, options), Catch::Contains("the firmware kept something else"));
    plan.steps = {{"three", "", SetFirmwareVariable{"Boot0001", ""}}};
    execute(plan, runner, {}, options);
    execute(plan, runner, {}, options);  // gone is gone
    struct stat facts {};
    CHECK(stat(file.c_str(), &facts) != 0);
    options.firmware_variables += "/none";
    plan.steps = {{"four", "", SetFirmwareVariable{"Boot0001", "x"}}};
    CHECK_THROWS_WITH(execute(plan, runner, {}, options), Catch::Contains("Boot0001"));
}

TEST_CASE("the shell script writes the bytes and their attributes") {
    Plan plan;
    plan.steps = {{"one", "", SetFirmwareVariable{"Boot0001", std::string("a\0'%", 4)}}, {"two", "", SetFirmwareVariable{"Boot0002", ""}}};
    const auto script = to_shell(plan);
    CHECK_THAT(script, Catch::Contains(R"(printf %b '\0007\0000\0000\0000\0141\0000\0047\0045' > /sys/firmware/efi/efivars/Boot0001-8be4df61-93ca-11d2-aa0d-00e098032b8c)"));
    CHECK_THAT(script, Catch::Contains("rm -f /sys/firmware/efi/efivars/Boot0002-"));
}

}  // namespace nrear::plan
