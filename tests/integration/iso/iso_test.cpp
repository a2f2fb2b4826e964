// SPDX-License-Identifier: GPL-3.0-or-later
// Other programs read what we wrote; SeaBIOS boots it as a CD and as a stick, shows the menu on the serial line, and the default starts the local disk.
// The same by UEFI is in uefi_test.cpp.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "tests/integration/iso/rescue_image.h"

using nrear::base::Command;
using nrear::base::PosixCommandRunner;
using nrear::base::TempDir;
using nrear::test::without_control_sequences;
using nrear::test::write_image;

namespace {

constexpr int kExitOfDisk = 33;  // isa-debug-exit turns the byte 0x10 into (0x10 << 1) | 1

// A disk whose boot sector ends the virtual machine with a status of its own: mov al, 0x10; out 0xf4, al; hlt; jmp.
void write_disk(const std::string& path) {
    std::string disk(1 << 20U, '\0');
    const std::string code("\xb0\x10\xe6\xf4\xf4\xeb\xfd", 7);
    disk.replace(0, code.size(), code);
    disk.replace(510, 2, "\x55\xaa");
    nrear::base::write_file(path, disk);
}

struct Boot {
    int status = 0;
    std::string serial;
};

Boot boot(const TempDir& dir, const std::vector<std::string>& drives) {
    Command command;
    command.argv = {"qemu-system-x86_64", "-accel", "tcg", "-m", "64", "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot",
                    "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-serial", "file:" + dir.path() + "/serial"};
    command.argv.insert(command.argv.end(), drives.begin(), drives.end());
    command.time_limit = std::chrono::seconds(240);
    PosixCommandRunner runner;
    const auto result = runner.run(command);
    INFO(result.error_output);
    CHECK_FALSE(result.timed_out);
    return {result.status, without_control_sequences(nrear::base::read_file(dir.path() + "/serial"))};
}

std::string drive(const std::string& path, int index, const std::string& media) {
    return "file=" + path + ",format=raw,if=ide,index=" + std::to_string(index) + ",media=" + media;
}

}  // namespace

TEST_CASE("xorriso finds the boot record, the hybrid MBR and every file") {
    const TempDir dir("/tmp");
    const auto image = dir.path() + "/rescue.iso";
    write_image(image, "boothd");
    PosixCommandRunner runner;
    Command command;
    command.argv = {"xorriso", "-indev", image, "-report_el_torito", "plain", "-report_system_area", "plain", "-find", "/", "-exec", "lsdl"};
    const auto result = runner.run(command);
    REQUIRE(result.ok());
    const auto& report = result.output;
    CHECK_THAT(report, Catch::Contains("/isolinux/isolinux.bin") && Catch::Contains("boot-info-table"));
    CHECK_THAT(report, Catch::Contains("MBR isohybrid") && Catch::Contains("GPT"));
    CHECK_THAT(report, Catch::Contains("El Torito boot img :   1  BIOS  y") && Catch::Contains("El Torito boot img :   2  UEFI  y"));
    CHECK_THAT(report, Catch::Contains("'/isolinux/initrd.cgz'") && Catch::Contains("'/isolinux/kernel'") && Catch::Contains("'/isolinux/rear.help'"));
    CHECK_THAT(report, Catch::Contains("-r--r--r--") && Catch::Contains("'/isolinux/menu.c32'"));

    command.argv = {"xorriso", "-osirrox", "on", "-indev", image, "-extract", "/isolinux/initrd.cgz", dir.path() + "/initrd"};
    REQUIRE(runner.run(command).ok());
    CHECK((nrear::base::read_file(dir.path() + "/initrd") == std::string(100'000, 'i')));
}

TEST_CASE("booted from CD, the menu shows on the serial line and the default boots the first disk") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "boothd");
    write_disk(dir.path() + "/disk");
    const auto result = boot(dir, {"-boot", "d", "-drive", drive(dir.path() + "/disk", 0, "disk"), "-drive", drive(dir.path() + "/rescue.iso", 2, "cdrom")});
    CHECK(result.status == kExitOfDisk);
    CHECK_THAT(result.serial, Catch::Contains("Recover controller-0") && Catch::Contains("Boot First Local disk (hd0)"));
}

TEST_CASE("booted from a stick, the local disk is the second one") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "boothd1");
    write_disk(dir.path() + "/disk");
    const auto result = boot(dir, {"-boot", "c", "-drive", drive(dir.path() + "/rescue.iso", 0, "disk"), "-drive", drive(dir.path() + "/disk", 1, "disk")});
    CHECK(result.status == kExitOfDisk);
    CHECK_THAT(result.serial, Catch::Contains("Automatic Recover controller-0"));
}
