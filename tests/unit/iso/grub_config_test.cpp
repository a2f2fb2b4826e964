// SPDX-License-Identifier: GPL-3.0-or-later
// The boot menu by UEFI: the same choices as by BIOS. How GRUB understands it is in the integration test.
#include "iso/grub_config.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using nrear::iso::EfiLoader;
using nrear::iso::make_grub_config;
using nrear::iso::make_grub_start;
using nrear::iso::MenuOptions;

namespace {

MenuOptions controller() {
    MenuOptions options;
    options.hostname = "controller-0";
    options.nrear_version = "0.1.0";
    options.kernel_release = "6.1.0-56-amd64";
    options.created = "2026-11-22 17:00 UTC";
    options.vendor_directory = "debian";
    return options;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The block of one entry.
std::string entry(const std::string& text, const std::string& label) {
    const auto id = text.find(" --id " + label + " ");
    REQUIRE(id != std::string::npos);
    const auto begin = text.rfind("menuentry", id);
    return text.substr(begin, text.find("\n}\n", begin) + 3 - begin);
}

}  // namespace

TEST_CASE("the whole GRUB menu of a plain node") {
    const std::string expected =
        "set default=boothd0\n"
        "set timeout=300\n"
        "\nfunction boot_disk {\n"
        "    regexp --set=1:medium '^([^,]+)' $root\n"
        "    set iso=$root\n"
        "    set passed=\n"
        "    for part in (hd*,*); do\n"
        "        regexp --set=1:disk --set=2:rest '^.([^,]+),(.*).$' $part\n"
        "        if [ $disk != $medium ]; then\n"
        "            for loader in $part/EFI/debian/shimx64.efi $part/EFI/debian/shim.efi $part/EFI/debian/grubx64.efi $part/EFI/debian/grub.efi"
        " $part/EFI/*/shimx64.efi $part/EFI/*/shim.efi $part/EFI/*/grubx64.efi $part/EFI/*/grub.efi $part/EFI/BOOT/BOOTX64.EFI; do\n"
        "                if [ -f $loader ]; then\n"
        "                    if [ $1 = first -o \"$passed\" != \"\" -a \"$passed\" != $disk ]; then\n"
        "                        echo \"Starting $loader\"\n"
        "                        set root=$disk,$rest\n"
        "                        if chainloader $loader; then boot; fi\n"
        "                        set root=$iso\n"
        "                    else\n"
        "                        set passed=$disk\n"
        "                    fi\n"
        "                fi\n"
        "            done\n"
        "        fi\n"
        "    done\n"
        "    echo 'No local disk here has a boot loader for UEFI. The firmware goes on with what it has next.'\n"
        "    sleep 3\n"
        "    exit\n"
        "}\n"
        "\nmenuentry 'Recover controller-0' --id rear --hotkey r {\n"
        "    echo 'Loading the rescue system ...'\n    set gfxpayload=keep\n"
        "    linux /isolinux/kernel root=/dev/ram0 rw selinux=0\n    initrd /isolinux/initrd.cgz\n}\n"
        "\nmenuentry 'Automatic Recover controller-0' --id rear-automatic --hotkey a {\n"
        "    echo 'Loading the rescue system ...'\n    set gfxpayload=keep\n"
        "    linux /isolinux/kernel root=/dev/ram0 rw selinux=0 auto_recover\n    initrd /isolinux/initrd.cgz\n}\n"
        "\nmenuentry 'Help for nrear' --id help --hotkey h {\n"
        "    cat /isolinux/rear.help\n    echo\n    echo 'Press Esc to go back to the menu.'\n    sleep --interruptible 3600\n}\n"
        "\nmenuentry 'Boot First Local disk (hd0)' --id boothd0 --hotkey l {\n    boot_disk first\n}\n"
        "\nmenuentry 'Boot Second Local disk (hd1)' --id boothd1 --hotkey s {\n    boot_disk second\n}\n"
        "\nmenuentry 'Boot Next device' --id local --hotkey n {\n    exit\n}\n"
        "\nmenuentry 'UEFI firmware settings' --id firmware --hotkey u {\n    fwsetup\n}\n"
        "\nmenuentry 'ReBoot system' --id reboot --hotkey b {\n    reboot\n}\n"
        "\nmenuentry 'Power off system' --id poweroff --hotkey p {\n    halt\n}\n";
    CHECK(make_grub_config(controller(), EfiLoader{}) == expected);
}

TEST_CASE("ISO_DEFAULT means the same by UEFI") {
    const auto [setting, label, timeout] = GENERATE(table<std::string, std::string, std::string>({{"boothd", "boothd0", "300"},
                                                                                                  {"boothd0", "boothd0", "300"},
                                                                                                  {"boothd1", "boothd1", "300"},
                                                                                                  {"manual", "rear", "300"},
                                                                                                  {"automatic", "rear-automatic", "5"}}));
    auto options = controller();
    options.iso_default = setting;
    const auto text = make_grub_config(options, EfiLoader{});
    CHECK(text.starts_with("set default=" + label + "\nset timeout=" + timeout + "\n"));
    CHECK_FALSE(entry(text, label).empty());
}

TEST_CASE("an unknown ISO_DEFAULT and a bad time-out are refused") {
    auto options = controller();
    options.iso_default = "boothd2";
    CHECK_THROWS_WITH(make_grub_config(options, EfiLoader{}), Catch::Contains("ISO_DEFAULT=boothd2"));
    options = controller();
    options.syslinux_timeout = "5s";
    CHECK_THROWS_WITH(make_grub_config(options, EfiLoader{}), Catch::Contains("ISO_SYSLINUX_TIMEOUT=5s"));
}

TEST_CASE("tenths of a second become whole ones, and none stays none") {
    const auto [tenths, seconds] = GENERATE(table<std::string, std::string>({{"0", "-1"}, {"1", "1"}, {"20", "2"}, {"35996", "3600"}}));
    auto options = controller();
    options.syslinux_timeout = tenths;
    CHECK(has(make_grub_config(options, EfiLoader{}), "\nset timeout=" + seconds + "\n"));
}

TEST_CASE("GRUB: ISO_RECOVER_MODE, KERNEL_CMDLINE and the commands of a signed GRUB") {
    auto options = controller();
    options.recover_mode = "unattended";
    options.kernel_cmdline = "a=$x dyndbg=\"file drivers/usb/* +p\" it's;";
    EfiLoader loader;
    loader.linux_command = "linuxefi";
    loader.initrd_command = "initrdefi";
    const auto text = make_grub_config(options, loader);
    CHECK(has(entry(text, "rear-automatic"), "    linuxefi /isolinux/kernel root=/dev/ram0 rw selinux=0 'a=$x' 'dyndbg=file drivers/usb/* +p' 'it'\\''s;' "
                                             "auto_recover unattended\n    initrdefi /isolinux/initrd.cgz\n"));
    CHECK_FALSE(has(entry(text, "rear"), "unattended"));
}

TEST_CASE("the serial line, unless the firmware is there already") {
    auto options = controller();
    options.consoles = {"tty0", "ttyS1,9600n8"};
    CHECK(has(make_grub_config(options, EfiLoader{}), "\nserial --unit=1 --speed=9600\nterminal_input console serial\nterminal_output console serial\n"));
    options.firmware_on_serial = true;
    const auto text = make_grub_config(options, EfiLoader{});
    CHECK_FALSE(has(text, "terminal_"));
    CHECK(has(entry(text, "rear"), "console=tty0 console=ttyS1,9600n8"));
}

TEST_CASE("nobody writes menu entries through a host name") {
    auto options = controller();
    options.hostname = "x'; halt; '";
    CHECK(has(make_grub_config(options, EfiLoader{}), "menuentry 'Recover x'\\''; halt; '\\''' --id rear"));
    options.hostname = "x\nhalt";
    CHECK_THROWS_AS(make_grub_config(options, EfiLoader{}), nrear::Error);
}

TEST_CASE("the image is found by its UUID, not by a name that others may have") {
    CHECK(make_grub_start("2026-11-22-20-03-33-00") ==
          "search --no-floppy --fs-uuid --set=root 2026-11-22-20-03-33-00\nset prefix=($root)/boot/grub\nconfigfile ($root)/boot/grub/grub.cfg\n");
}
