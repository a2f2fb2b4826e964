// SPDX-License-Identifier: GPL-3.0-or-later
// The boot menu: what an operator and their automation rely on, line by line.
#include "iso/isolinux_config.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using nrear::iso::BootLoader;
using nrear::iso::kernel_arguments;
using nrear::iso::make_help_file;
using nrear::iso::make_isolinux_config;
using nrear::iso::MenuOptions;

namespace {

MenuOptions controller() {
    MenuOptions options;
    options.hostname = "controller-0";
    options.nrear_version = "0.1.0";
    options.kernel_release = "6.1.0-56-amd64";
    options.created = "2026-11-22 17:00 UTC";
    return options;
}

BootLoader loader_with(std::initializer_list<const char*> modules) {
    BootLoader loader;
    loader.origin = "/usr/share/syslinux/isolinux.bin";
    for (const char* name : modules) {
        loader.files.push_back({std::string("isolinux/") + name, "", "x"});
    }
    return loader;
}

BootLoader full() { return loader_with({"menu.c32", "chain.c32", "hdt.c32", "libgpl.c32", "reboot.c32", "poweroff.c32"}); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The block of one label, up to the next empty line.
std::string entry(const std::string& text, const std::string& label) {
    const auto begin = text.find("\nLABEL " + label + "\n");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin + 1, text.find("\n\n", begin + 1) - begin);
}

}  // namespace

TEST_CASE("the whole menu of a plain node") {
    const std::string expected =
        "UI menu.c32\n"
        "PROMPT 0\n"
        "TIMEOUT 3000\n"
        "DEFAULT boothd0\n"
        "MENU TITLE nrear v0.1.0\n"
        "MENU TABMSG Press [Tab] to edit options, [F1] for help\n"
        "F1 rear.help\n"
        "\nLABEL rear\nMENU LABEL ^Recover controller-0\n"
        "TEXT HELP\nRescue image of controller-0, kernel 6.1.0-56-amd64, 2026-11-22 17:00 UTC\nENDTEXT\n"
        "KERNEL kernel\nAPPEND initrd=initrd.cgz root=/dev/ram0 vga=normal rw selinux=0\n"
        "\nLABEL rear-automatic\nMENU LABEL ^Automatic Recover controller-0\n"
        "TEXT HELP\nRescue image of controller-0, kernel 6.1.0-56-amd64, 2026-11-22 17:00 UTC\nENDTEXT\n"
        "KERNEL kernel\nAPPEND initrd=initrd.cgz root=/dev/ram0 vga=normal rw selinux=0 auto_recover\n"
        "\nMENU SEPARATOR\n"
        "\nLABEL -\nMENU LABEL Other actions\nMENU DISABLE\n"
        "\nLABEL help\nMENU LABEL ^Help for nrear\nTEXT HELP\nHow this machine is recovered\nENDTEXT\nMENU HELP rear.help\n"
        "\nLABEL boothd0\nMENU LABEL Boot First ^Local disk (hd0)\nMENU DEFAULT\nKERNEL chain.c32\nAPPEND hd0\n"
        "\nLABEL boothd1\nMENU LABEL Boot ^Second Local disk (hd1)\nKERNEL chain.c32\nAPPEND hd1\n"
        "\nLABEL local\nMENU LABEL Boot ^Next device\nTEXT HELP\nBoot from the next device in the BIOS boot order\nENDTEXT\nLOCALBOOT -1\n"
        "\nLABEL hdt\nMENU LABEL Hardware ^Detection Tool\nTEXT HELP\nInformation about the hardware of this machine\nENDTEXT\nKERNEL hdt.c32\n"
        "\nLABEL reboot\nMENU LABEL Re^Boot system\nKERNEL reboot.c32\n"
        "\nLABEL poweroff\nMENU LABEL ^Power off system\nKERNEL poweroff.c32\n";
    CHECK(make_isolinux_config(controller(), full()) == expected);
}

TEST_CASE("ISO_DEFAULT chooses the one default entry") {
    const auto [setting, label] = GENERATE(table<std::string, std::string>({{"boothd", "boothd0"},
                                                                            {"boothd0", "boothd0"},
                                                                            {"boothd1", "boothd1"},
                                                                            {"manual", "rear"},
                                                                            {"automatic", "rear-automatic"}}));
    auto options = controller();
    options.iso_default = setting;
    const auto text = make_isolinux_config(options, full());
    CHECK(has(text, "\nDEFAULT " + label + "\n"));
    CHECK(has(entry(text, label), "\nMENU DEFAULT\n"));
    CHECK(text.find("MENU DEFAULT") == text.rfind("MENU DEFAULT"));
}

TEST_CASE("an unknown ISO_DEFAULT is refused, never replaced by a guess") {
    auto options = controller();
    options.iso_default = "boothd2";
    CHECK_THROWS_WITH(make_isolinux_config(options, full()), Catch::Contains("ISO_DEFAULT=boothd2") && Catch::Contains("boothd, boothd0, boothd1"));
}

TEST_CASE("time-outs") {
    auto options = controller();
    SECTION("USER_INPUT_TIMEOUT in seconds becomes tenths") {
        options.user_input_timeout_seconds = 60;
        CHECK(has(make_isolinux_config(options, full()), "\nTIMEOUT 600\n"));
    }
    SECTION("more than isolinux can count is cut") {
        options.user_input_timeout_seconds = 86400;
        CHECK(has(make_isolinux_config(options, full()), "\nTIMEOUT 35996\n"));
    }
    SECTION("ISO_SYSLINUX_TIMEOUT wins, and 0 means no time-out") {
        options.syslinux_timeout = "0";
        CHECK(has(make_isolinux_config(options, full()), "\nTIMEOUT 0\n"));
    }
    SECTION("automatic waits five seconds") {
        options.iso_default = "automatic";
        options.syslinux_timeout = "300";
        CHECK(has(make_isolinux_config(options, full()), "\nTIMEOUT 50\n"));
    }
    SECTION("nonsense is refused") {
        options.syslinux_timeout = "5s";
        CHECK_THROWS_WITH(make_isolinux_config(options, full()), Catch::Contains("ISO_SYSLINUX_TIMEOUT=5s"));
    }
}

TEST_CASE("ISO_RECOVER_MODE and KERNEL_CMDLINE reach the kernel") {
    auto options = controller();
    options.recover_mode = "unattended";
    options.kernel_cmdline = " net.ifnames=0  selinux=1 ";
    const auto text = make_isolinux_config(options, full());
    CHECK(has(entry(text, "rear"), "APPEND initrd=initrd.cgz root=/dev/ram0 vga=normal rw net.ifnames=0 selinux=1\n"));
    CHECK(has(entry(text, "rear-automatic"), "rw net.ifnames=0 selinux=1 auto_recover unattended\n"));
}

TEST_CASE("a node with a serial console gets the menu and the rescue system on both") {
    auto options = controller();
    SECTION("screen and serial") {
        options.consoles = {"tty0", "ttyS0,115200n8"};
        const auto text = make_isolinux_config(options, full());
        CHECK(text.starts_with("SERIAL 0 115200\n"));
        CHECK(has(kernel_arguments(options), "console=tty0 console=ttyS0,115200n8"));
    }
    SECTION("serial alone: the screen is added, the serial line stays /dev/console") {
        options.consoles = {"ttyS1,9600"};
        CHECK(make_isolinux_config(options, full()).starts_with("SERIAL 1 9600\n"));
        CHECK(has(kernel_arguments(options), "console=tty0 console=ttyS1,9600"));
    }
    SECTION("no speed given") {
        options.consoles = {"ttyS0"};
        CHECK(make_isolinux_config(options, full()).starts_with("SERIAL 0 115200\n"));
    }
    SECTION("a console that the BIOS does not know is for the kernel only") {
        options.consoles = {"hvc0", "ttyS7"};
        CHECK(make_isolinux_config(options, full()).starts_with("UI menu.c32\n"));
        CHECK(has(kernel_arguments(options), "console=tty0 console=hvc0 console=ttyS7"));
    }
    SECTION("KERNEL_CMDLINE has the last word") {
        options.consoles = {"tty0", "ttyS0"};
        options.kernel_cmdline = "console=ttyS2";
        CHECK(kernel_arguments(options) == "root=/dev/ram0 vga=normal rw selinux=0 console=ttyS2");
    }
}

TEST_CASE("without chain.c32 the default is what the BIOS has next") {
    const auto loader = loader_with({"menu.c32"});
    auto options = controller();
    const auto text = make_isolinux_config(options, loader);
    CHECK(has(text, "\nDEFAULT local\n"));
    CHECK_FALSE(has(text, "chain.c32"));
    CHECK_FALSE(has(text, "hdt.c32"));
    options.iso_default = "boothd1";
    CHECK_THROWS_WITH(make_isolinux_config(options, loader), Catch::Contains("chain.c32"));
}

TEST_CASE("nobody writes menu entries through a setting") {
    auto options = controller();
    options.kernel_cmdline = "quiet\nLABEL evil";
    CHECK_THROWS_AS(make_isolinux_config(options, full()), nrear::Error);
}

TEST_CASE("more kernel arguments than the kernel takes are refused") {
    auto options = controller();
    options.kernel_cmdline = std::string(2048, 'x');
    CHECK_THROWS_WITH(make_isolinux_config(options, full()), Catch::Contains("KERNEL_CMDLINE"));
}

TEST_CASE("the help page fits a screen of 80 columns and 25 lines") {
    const auto help = make_help_file(controller());
    CHECK(help.path == "isolinux/rear.help");
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < help.content.size(); ++lines) {
        const auto end = help.content.find('\n', begin);
        CHECK(end - begin < 80);
        begin = end + 1;
    }
    CHECK(lines < 24);
    CHECK(has(help.content, "nrear recover"));
}
