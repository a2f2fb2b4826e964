// SPDX-License-Identifier: GPL-3.0-or-later
// Which boot loader for UEFI is put on the image, as nodes of several distributions have theirs.
#include "iso/efi_loader.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

using namespace nrear::iso;
using Words = std::vector<std::string>;

namespace {

std::string little(std::uint64_t value, std::size_t width) {
    std::string bytes;
    for (std::size_t i = 0; i < width; ++i) {
        bytes += static_cast<char>((value >> (8 * i)) & 0xffU);
    }
    return bytes;
}

/// An EFI program as grub-mkimage lays it out: a module and the prefix after the mark.
std::string grub(const std::string& prefix) {
    const std::string text = prefix + std::string(8 - prefix.size() % 8, '\0');
    const auto objects = little(0, 4) + little(16, 4) + "module.." + little(3, 4) + little(8 + text.size(), 4) + text;
    return "MZ some code " + (std::string("mimg") + std::string(4, '\0')) + little(24, 8) + little(24 + objects.size(), 8) + objects + "the end";
}

class Node {
public:
    void add(const std::string& path, const std::string& content) {
        const auto real = dir_.path() + path;
        nrear::base::make_directories(real.substr(0, real.rfind('/')));
        nrear::base::write_file(real, content);
    }
    EfiLoader loader(const std::string& os_id, const std::string& version, const std::string& shim = "", const std::string& own_grub = "") const {
        return signed_efi_loader(nrear::base::Root(dir_.path()), {.os_id = os_id, .os_version = version, .shim = shim, .grub = own_grub});
    }

private:
    nrear::base::TempDir dir_{"/tmp"};
};

Words paths(const EfiLoader& loader) {
    Words all;
    for (const auto& file : loader.files) {
        all.push_back(file.path);
    }
    return all;
}

}  // namespace

TEST_CASE("the GRUB that was built in is one EFI program that looks where the image has its configuration") {
    const auto loader = built_in_efi_loader();
    REQUIRE(paths(loader) == Words{"EFI/BOOT/BOOTX64.EFI"});
    CHECK(loader.files[0].content.starts_with("MZ"));
    CHECK(grub_prefix(loader.files[0].content) == "/EFI/BOOT");
    CHECK(loader.config_paths == Words{"EFI/BOOT/grub.cfg"});
    CHECK(loader.linux_command == "linux");
}

TEST_CASE("the prefix of a GRUB, also of a broken one") {
    CHECK(grub_prefix(grub("/EFI/debian")) == "/EFI/debian");
    CHECK(grub_prefix("MZ nothing").empty());
    const auto whole = grub("/EFI/debian");
    for (std::size_t size = 0; size < whole.size() - 7; ++size) {
        CHECK(grub_prefix(std::string_view(whole).substr(0, size)).empty());
    }
    auto endless = whole;
    endless.replace(whole.find("mimg") + 24 + 4, 4, little(0, 4));  // an object of no size
    CHECK(grub_prefix(endless).empty());
}

TEST_CASE("RHEL 9: the ESP's own directory") {
    Node node;
    node.add("/boot/efi/EFI/BOOT/shimx64.efi", "MZ older");
    node.add("/boot/efi/EFI/BOOT/grubx64.efi", "MZ older");
    node.add("/boot/efi/EFI/redhat/shimx64.efi", "MZ shim");
    node.add("/boot/efi/EFI/redhat/grubx64.efi", grub("/EFI/redhat"));
    node.add("/boot/efi/EFI/redhat/mmx64.efi", "MZ keys");
    const auto loader = node.loader("rhel", "9.4");
    CHECK(loader.origin == "/boot/efi/EFI/redhat/shimx64.efi");
    CHECK(paths(loader) == Words{"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/grubx64.efi", "EFI/BOOT/mmx64.efi"});
    CHECK(loader.files[0].content == "MZ shim");
    CHECK(loader.config_paths == Words{"EFI/BOOT/grub.cfg", "EFI/redhat/grub.cfg"});
    CHECK(loader.linux_command == "linux");
}

TEST_CASE("CentOS 7: kernels with signatures by commands of their own") {
    Node node;
    node.add("/boot/efi/EFI/centos/shimx64.efi", "MZ shim");
    node.add("/boot/efi/EFI/centos/grubx64.efi", "MZ");
    const auto loader = node.loader("centos", "7");
    CHECK(loader.linux_command == "linuxefi");
    CHECK(loader.initrd_command == "initrdefi");
    CHECK(loader.config_paths == Words{"EFI/BOOT/grub.cfg", "EFI/centos/grub.cfg"});
}

TEST_CASE("SLES: other names, which its shim insists on") {
    Node node;
    node.add("/boot/efi/EFI/sles/shim.efi", "MZ shim");
    node.add("/boot/efi/EFI/sles/grub.efi", "MZ");
    node.add("/boot/efi/EFI/sles/MokManager.efi", "MZ keys");
    const auto loader = node.loader("sles", "15.5");
    CHECK(paths(loader) == Words{"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/grub.efi", "EFI/BOOT/MokManager.efi"});
    CHECK(loader.linux_command == "linuxefi");
}

TEST_CASE("an ESP without shim: the distribution's packages") {
    Node node;
    node.add("/boot/efi/EFI/debian/grubx64.efi", "MZ unsigned");
    node.add("/usr/lib/shim/shimx64.efi.signed", "MZ shim");
    node.add("/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", grub("/EFI/debian"));
    const auto loader = node.loader("debian", "12");
    CHECK(loader.origin == "/usr/lib/shim/shimx64.efi.signed");
    CHECK(paths(loader) == Words{"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/grubx64.efi"});
    CHECK(loader.files[1].content == grub("/EFI/debian"));
}

TEST_CASE("a GRUB that looks elsewhere finds its configuration there") {
    Node node;
    node.add("/boot/efi/EFI/vendor/shimx64.efi", "MZ shim");
    node.add("/boot/efi/EFI/vendor/grubx64.efi", grub("/boot/grub2"));
    CHECK(node.loader("unheard-of", "1").config_paths == Words{"EFI/BOOT/grub.cfg", "EFI/unheard-of/grub.cfg", "boot/grub2/grub.cfg"});
}

TEST_CASE("SECURE_BOOT_BOOTLOADER and UEFI_BOOTLOADER name them") {
    Node node;
    node.add("/opt/shimx64.efi.signed", "MZ mine");
    node.add("/opt/my-grub.efi", "MZ grub");
    CHECK_THROWS_WITH(node.loader("debian", "12", "/opt/shimx64.efi.signed"), Catch::Contains("/opt/grubx64.efi is missing"));
    const auto loader = node.loader("debian", "12", "/opt/shimx64.efi.signed", "/opt/my-grub.efi");
    CHECK(paths(loader) == Words{"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/grubx64.efi"});
    CHECK(loader.files[1].content == "MZ grub");
    CHECK_THROWS_WITH(node.loader("debian", "12", "/opt/no-shim.efi"), Catch::Contains("SECURE_BOOT_BOOTLOADER=/opt/no-shim.efi"));
    CHECK_THROWS_WITH(node.loader("debian", "12", "/opt/my-grub.efi"), Catch::Contains("neither shimx64.efi nor shim.efi"));
}

TEST_CASE("Secure Boot without shim is refused, and so is a file that is no program") {
    Node node;
    CHECK_THROWS_WITH(node.loader("debian", "12"), Catch::Contains("Secure Boot") && Catch::Contains("shim"));
    node.add("/boot/efi/EFI/debian/shimx64.efi", "");
    node.add("/boot/efi/EFI/debian/grubx64.efi", "MZ");
    CHECK_THROWS_WITH(node.loader("debian", "12"), Catch::Contains("/boot/efi/EFI/debian/shimx64.efi"));
}
