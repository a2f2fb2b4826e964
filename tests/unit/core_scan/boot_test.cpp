// SPDX-License-Identifier: GPL-3.0-or-later
// Boot loaders and boot entries of machines that differ a little from the recorded UEFI host.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/layout/unsupported.h"
#include "core/scan/firmware.h"
#include "core/scan/recorded_host.h"
#include "core/scan/scan_host.h"

namespace nrear::scan {

namespace {

namespace fs = std::filesystem;
const std::string kVariables = "/sys/firmware/efi/efivars";
const std::string kGlobal = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// A copy of the recorded host, to be changed.
class Machine {
public:
    Machine() { fs::copy(NREAR_SOURCE_DIR "/tests/fixtures/hosts/uefi", directory_.path(), fs::copy_options::recursive | fs::copy_options::copy_symlinks); }
    std::string path(const std::string& inside) const { return directory_.path() + "/root" + inside; }
    void put(const std::string& inside, const std::string& content = "") const {
        fs::create_directories(fs::path(path(inside)).parent_path());
        base::write_file(path(inside), content);
    }
    void carry_grub() const {
        const auto file = directory_.path() + "/blkid.json";
        base::write_file(file, base::replace_all(base::read_file(file), R"("boot_code": "")", R"("boot_code": "grub2")"));
    }
    Scan scan() const {
        RecordedCommandRunner runner(directory_.path() + "/commands.json");
        RecordedBlockProbe probe(directory_.path() + "/blkid.json");
        return scan_host(base::Root(directory_.path() + "/root"), runner, probe);
    }

private:
    base::TempDir directory_;
};

const layout::UefiBoot& uefi(const Scan& scan) { return std::get<layout::UefiBoot>(layout::find(scan.layout, "uefi")->what); }
const layout::BootLoader& boot(const Scan& scan) { return std::get<layout::BootLoader>(layout::find(scan.layout, "boot")->what); }
bool warned(const Scan& scan, const std::string& text) {
    return std::any_of(scan.warnings.begin(), scan.warnings.end(), [&](const std::string& warning) { return warning.find(text) != std::string::npos; });
}
bool refused(const Scan& scan, const std::string& text) {
    const auto problems = layout::unsupported(scan.layout);
    return std::any_of(problems.begin(), problems.end(), [&](const auto& problem) { return layout::describe(problem).find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("GRUB for BIOS on a disk of a machine that UEFI started comes back when it can be made") {
    const Machine machine;
    machine.carry_grub();
    auto scan = machine.scan();
    CHECK(boot(scan).target == "x86_64-efi");
    CHECK(warned(scan, "no GRUB for BIOS"));
    machine.put("/usr/lib/grub/i386-pc/normal.mod");
    scan = machine.scan();
    CHECK(boot(scan).target == "i386-pc");
    CHECK(layout::find(scan.layout, "boot")->on == std::vector<layout::NodeId>{"mount:/", "disk:vda"});
    CHECK_FALSE(warned(scan, "no GRUB for BIOS"));
}

TEST_CASE("the loader that firmware starts without an entry is found however it is spelled") {
    const Machine machine;
    CHECK_FALSE(uefi(machine.scan()).has_fallback);
    machine.put("/boot/efi/EFI/boot/bootx64.efi");
    CHECK(uefi(machine.scan()).has_fallback);
    machine.put("/sys/firmware/efi/fw_platform_size", "32\n");
    CHECK(uefi(machine.scan()).fallback == "EFI/BOOT/BOOTIA32.EFI");
}

TEST_CASE("without boot entries only \\EFI\\BOOT starts a machine") {
    const Machine machine;
    fs::remove_all(machine.path(kVariables));
    auto scan = machine.scan();
    CHECK(warned(scan, "boot entries cannot be read"));
    CHECK(refused(scan, "EFI/BOOT/BOOTX64.EFI is not there"));
    machine.put("/boot/efi/EFI/BOOT/BOOTX64.EFI");
    scan = machine.scan();
    CHECK(uefi(scan).mount_point == "/boot/efi");
    CHECK_FALSE(refused(scan, "BOOTX64"));
}

TEST_CASE("damaged variables are passed over, others' are left alone") {
    const Machine machine;
    const auto good = uefi(machine.scan()).entries;
    machine.put(kVariables + "/Boot0004" + kGlobal, "\x07");
    machine.put(kVariables + "/Boot0005" + kGlobal, std::string("\x07\0\0\0\x01\0\0\0\xff\xff", 10));
    machine.put(kVariables + "/Boot00ZZ" + kGlobal, "x");
    machine.put(kVariables + "/BootOrder" + kGlobal, std::string("\x07\0\0\0\x05\0\x09\0\x01\0\x01\0\x00", 13));
    CHECK(uefi(machine.scan()).entries == good);
    const auto firmware = scan_firmware(base::Root(machine.path("/")));
    CHECK(firmware.order == std::vector<unsigned>{5, 9, 1, 1});
    CHECK(firmware.options.size() == 4);
    CHECK(scan_firmware(base::Root(machine.path("/etc"))) == layout::PresentFirmware{});
}

}  // namespace nrear::scan
