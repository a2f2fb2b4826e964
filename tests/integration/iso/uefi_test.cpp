// SPDX-License-Identifier: GPL-3.0-or-later
// The rescue ISO by UEFI, with and without Secure Boot: OVMF in QEMU without KVM, no network. fsck.fat, mtools, xorriso and sgdisk read it too.
#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/temp_dir.h"
#include "iso/fat_image.h"
#include "tests/integration/iso/rescue_image.h"

using nrear::base::Command;
using nrear::base::CommandResult;
using nrear::base::PosixCommandRunner;
using nrear::base::TempDir;
using nrear::iso::IsoFile;
using nrear::test::write_image;
using Words = std::vector<std::string>;

namespace {

constexpr std::size_t kMegabyte = 1U << 20U;

CommandResult run(const Words& words, int seconds = 60) {
    Command command;
    command.argv = words;
    command.time_limit = std::chrono::seconds(seconds);
    PosixCommandRunner runner;
    return runner.run(command);
}

nrear::iso::EfiLoader signed_by_debian() { return nrear::iso::signed_efi_loader(nrear::base::Root("/"), {.os_id = "debian", .os_version = "12", .shim = "", .grub = ""}); }

/// A disk with an EFI system partition that holds these files, and nothing else.
void write_disk(const std::string& path, const std::vector<IsoFile>& files) {
    const auto esp = nrear::iso::make_fat_image(files, {.label = "DISK", .created = 1});
    std::string disk((2 + esp.size() / kMegabyte + 1) * kMegabyte, '\0');
    disk.replace(kMegabyte, esp.size(), esp);
    nrear::base::write_file(path, disk);
    REQUIRE(run({"sgdisk", "-n", "1:2048:0", "-t", "1:ef00", path}).ok());
}

/// A boot loader that shows a file from where it was started and turns the machine off: GRUB of the machine that runs this test.
std::vector<IsoFile> disk_with_grub(const TempDir& dir, const std::string& path) {
    nrear::base::write_file(dir.path() + "/early.cfg", "cat ($root)/says\nhalt\n");
    REQUIRE(run({"grub-mkimage", "-O", "x86_64-efi", "-p", "/nowhere", "-c", dir.path() + "/early.cfg", "-o", dir.path() + "/disk.efi", "cat", "halt", "fat", "part_gpt"}).ok());
    return {{path, "", nrear::base::read_file(dir.path() + "/disk.efi")}, {"says", "", "STARTED FROM DISK\n"}};
}

/// The same, signed: Debian's shim and GRUB in their own directory.
std::vector<IsoFile> signed_disk() {
    auto files = signed_by_debian().files;
    for (auto& file : files) {
        const auto name = file.path.substr(file.path.rfind('/') + 1);
        file.path = "EFI/debian/" + (name == "BOOTX64.EFI" ? "shimx64.efi" : name);
    }
    files.push_back({"EFI/debian/grub.cfg", "", "echo 'STARTED FROM DISK'\nhalt\n"});
    return files;
}

enum class SecureBoot { kOff, kEnforced };

/// Runs until the machine turns itself off, and returns what its serial line showed.
std::string boot(const TempDir& dir, SecureBoot secure_boot, const Words& drives) {
    const std::string kind = secure_boot == SecureBoot::kEnforced ? ".ms.fd" : ".fd";
    Words words{"qemu-system-x86_64", "-accel", "tcg", "-m", "512", "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot"};
    words.insert(words.end(), {"-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on", "-serial", "file:" + dir.path() + "/serial"});
    words.insert(words.end(), {"-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M" + kind});
    words.insert(words.end(), {"-drive", "if=pflash,format=raw,unit=1,snapshot=on,file=/usr/share/OVMF/OVMF_VARS_4M" + kind});
    words.insert(words.end(), drives.begin(), drives.end());
    const auto result = run(words, 400);
    INFO(result.error_output);
    const auto serial = nrear::test::without_control_sequences(nrear::base::read_file(dir.path() + "/serial"));
    INFO(serial);
    CHECK_FALSE(result.timed_out);
    CHECK(result.status == 0);
    return serial;
}

Words as_cd(const std::string& path) { return {"-drive", "if=none,id=cd,format=raw,media=cdrom,file=" + path, "-device", "ide-cd,drive=cd,bootindex=1"}; }
Words as_stick(const std::string& path) {
    return {"-device", "qemu-xhci", "-drive", "if=none,id=stick,format=raw,snapshot=on,file=" + path, "-device", "usb-storage,drive=stick,removable=on,bootindex=1"};
}
Words with_disk(Words words, const std::string& path) {
    words.insert(words.end(), {"-drive", "if=none,id=disk,format=raw,file=" + path, "-device", "virtio-blk-pci,drive=disk,bootindex=2"});
    return words;
}

}  // namespace

TEST_CASE("fsck.fat, mtools, sgdisk and xorriso agree on the EFI system partition") {
    const TempDir dir("/tmp");
    const auto image = dir.path() + "/rescue.iso";
    write_image(image, "boothd");
    const auto verified = run({"sgdisk", "-v", image});
    CHECK_THAT(verified.output, Catch::Contains("No problems found"));
    const auto printed = run({"sgdisk", "-i", "2", image}).output;
    CHECK_THAT(printed, Catch::Contains("C12A7328-F81F-11D2-BA4B-00A0C93EC93B"));
    const auto first_word = printed.substr(printed.find("First sector: ") + 14);
    const auto size_word = printed.substr(printed.find("Partition size: ") + 16);
    const auto begin = std::stoull(first_word) * 512;
    const auto size = std::stoull(size_word) * 512;

    const auto esp = dir.path() + "/esp";
    nrear::base::write_file(esp, nrear::base::read_file(image).substr(begin, size));
    const auto checked = run({"fsck.fat", "-n", "-v", esp});
    INFO(checked.output << checked.error_output);
    CHECK(checked.ok());
    CHECK_THAT(run({"mdir", "-i", esp, "::/EFI/BOOT"}).output, Catch::Contains("BOOTX64  EFI") && Catch::Contains("grub.cfg"));
    CHECK(run({"mcopy", "-i", esp, "::/EFI/BOOT/BOOTX64.EFI", dir.path() + "/loader"}).ok());
    CHECK((nrear::base::read_file(dir.path() + "/loader") == nrear::iso::built_in_efi_loader().files.at(0).content));
    CHECK_THAT(run({"blkid", "-o", "value", "-s", "UUID", "-p", image}).output, Catch::Contains(nrear::iso::volume_uuid(1'763'800'000)));
    CHECK_THAT(run({"xorriso", "-indev", image, "-report_el_torito", "plain"}).output,
               Catch::Contains("UEFI  y   none  0x0000  0x00") && Catch::Contains(std::to_string(begin / 2048)));
}

TEST_CASE("fsck.fat and mtools agree on long names, full directories, FAT12 and FAT16") {
    const TempDir dir("/tmp");
    const auto megabytes = GENERATE(1U, 12U);
    std::vector<IsoFile> files{{"EFI/BOOT/MokManager.efi", "", std::string(megabytes * kMegabyte, 'm')},
                               {"EFI/BOOT/MokManager.efi.old", "", "o"},
                               {"EFI/BOOT/empty", "", ""},
                               {"EFI/almalinux/grub.cfg", "", "a"}};
    for (int i = 0; i < 200; ++i) {
        files.push_back({"EFI/many/a-name-of-thirty-characters-" + std::to_string(i), "", std::to_string(i)});
    }
    const auto image = dir.path() + "/fat";
    nrear::base::write_file(image, nrear::iso::make_fat_image(files, {.created = 1'763'800'000}));
    const auto checked = run({"fsck.fat", "-n", "-v", image});
    INFO(checked.output << checked.error_output);
    CHECK(checked.ok());
    CHECK_THAT(checked.output, Catch::Contains(megabytes == 1 ? "12 bit entries" : "16 bit entries"));
    CHECK_THAT(run({"mdir", "-i", image, "::/EFI/BOOT"}).output,
               Catch::Contains("MokManager.efi") && Catch::Contains("MokManager.efi.old") && Catch::Contains("2025-11-22"));
    CHECK(run({"mtype", "-i", image, "::/EFI/many/a-name-of-thirty-characters-137"}).output == "137");
    CHECK(run({"mcopy", "-i", image, "::/efi/boot/mokmanager.efi", dir.path() + "/out"}).ok());
    CHECK((nrear::base::read_file(dir.path() + "/out") == files[0].content));
}

TEST_CASE("started by UEFI from a CD, the menu shows and the default starts the local disk") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "boothd");
    write_disk(dir.path() + "/disk", disk_with_grub(dir, "EFI/BOOT/BOOTX64.EFI"));
    const auto serial = boot(dir, SecureBoot::kOff, with_disk(as_cd(dir.path() + "/rescue.iso"), dir.path() + "/disk"));
    CHECK_THAT(serial, Catch::Contains("Recover controller-0") && Catch::Contains("Boot First Local disk (hd0)"));
    CHECK_THAT(serial, Catch::Contains("Starting (hd0,gpt1)/EFI/BOOT/BOOTX64.EFI") && Catch::Contains("STARTED FROM DISK"));
}

TEST_CASE("started by UEFI from a stick, the stick is none of the local disks") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "boothd");
    // Not in \EFI\BOOT: the firmware alone would not find it.
    write_disk(dir.path() + "/disk", disk_with_grub(dir, "EFI/centos/grubx64.efi"));
    const auto serial = boot(dir, SecureBoot::kOff, with_disk(as_stick(dir.path() + "/rescue.iso"), dir.path() + "/disk"));
    CHECK_THAT(serial, Catch::Contains("Automatic Recover controller-0"));
    CHECK_THAT(serial, Catch::Contains("/EFI/centos/grubx64.efi") && Catch::Contains("STARTED FROM DISK"));
}

TEST_CASE("Secure Boot: the node's own shim and GRUB start, and start the local disk") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "boothd", signed_by_debian());
    write_disk(dir.path() + "/disk", signed_disk());
    const auto medium = GENERATE(as<std::string>{}, "cd", "stick");
    const auto image = dir.path() + "/rescue.iso";
    const auto serial = boot(dir, SecureBoot::kEnforced, with_disk(medium == "cd" ? as_cd(image) : as_stick(image), dir.path() + "/disk"));
    CHECK_THAT(serial, Catch::Contains("Recover controller-0") && Catch::Contains("STARTED FROM DISK"));
}

TEST_CASE("Secure Boot: the GRUB of this program is refused, which is why the node's own is needed") {
    const TempDir dir("/tmp");
    write_image(dir.path() + "/rescue.iso", "manual");
    auto files = signed_disk();
    for (auto& file : files) {
        file.path = file.path == "EFI/debian/shimx64.efi" ? "EFI/BOOT/BOOTX64.EFI" : file.path == "EFI/debian/grubx64.efi" ? "EFI/BOOT/grubx64.efi" : file.path;
    }
    write_disk(dir.path() + "/disk", files);
    const auto serial = boot(dir, SecureBoot::kEnforced, with_disk(as_cd(dir.path() + "/rescue.iso"), dir.path() + "/disk"));
    CHECK_THAT(serial, Catch::Contains("Access Denied") || Catch::Contains("Security Violation"));
    CHECK_THAT(serial, !Catch::Contains("Recover controller-0") && Catch::Contains("STARTED FROM DISK"));
}
