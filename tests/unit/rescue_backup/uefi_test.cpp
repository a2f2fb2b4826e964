// SPDX-License-Identifier: GPL-3.0-or-later
// Which boot loader a node's settings and firmware ask for, and what its firmware says of consoles.
#include "rescue/backup/uefi.h"

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/config/load.h"

using namespace nrear;
using namespace nrear::backup;

namespace {

class Node {
public:
    void add(const std::string& path, const std::string& content) const {
        const auto real = dir_.path() + path;
        base::make_directories(real.substr(0, real.rfind('/')));
        base::write_file(real, content);
    }
    base::Root root() const { return base::Root(dir_.path()); }
    std::string loader(const std::string& settings, bool secure_boot) const {
        config::Environment environment;
        environment.hostname = environment.full_hostname = "controller-0";
        layout::Host host;
        host.os_id = "debian";
        host.secure_boot = secure_boot;
        return efi_loader(root(), config::load_text(settings, "local.conf", environment).settings, host).origin;
    }

private:
    base::TempDir dir_{"/tmp"};
};

// ConOut of OVMF (attributes, PciRoot(0x0)/Pci(0x1,0x0)/Serial(0x0)/Uart(115200,8,N,1)/VenPcAnsi()), and of a machine with a screen only.
const std::string kAttributes("\x07\0\0\0", 4);
const std::string kPciRoot("\x02\x01\x0c\0\xd0\x41\x03\x0a\0\0\0\0", 12);
const std::string kPci("\x01\x01\x06\0\0\x01", 6);
const std::string kSerial("\x02\x01\x0c\0\xd0\x41\x01\x05\0\0\0\0", 12);
const std::string kUart("\x03\x0e\x13\0\0\0\0\0\0\xc2\x01\0\0\0\0\0\x08\x01\x01", 19);
const std::string kScreen("\x02\x03\x08\0\0\x01\x01\x80", 8);
const std::string kInstanceEnd("\x7f\x01\x04\0", 4);
const std::string kEnd("\x7f\xff\x04\0", 4);

}  // namespace

TEST_CASE("Secure Boot or SECURE_BOOT_BOOTLOADER asks for the node's own boot loader") {
    const Node node;
    node.add("/boot/efi/EFI/debian/shimx64.efi", "MZ");
    node.add("/boot/efi/EFI/debian/grubx64.efi", "MZ");
    node.add("/opt/shimx64.efi", "MZ");
    node.add("/opt/grubx64.efi", "MZ");
    const std::string found = "/boot/efi/EFI/debian/shimx64.efi";
    CHECK(node.loader("", false) == "built in");
    CHECK(node.loader("", true) == found);
    CHECK(node.loader("SECURE_BOOT_BOOTLOADER=/opt/shimx64.efi\n", false) == "/opt/shimx64.efi");
    CHECK(node.loader("SECURE_BOOT_BOOTLOADER='/boot/efi/EFI/*/shim*.efi'\n", false) == found);
    CHECK(node.loader("SECURE_BOOT_BOOTLOADER=no\n", false) == "built in");
    CHECK(node.loader("UEFI_BOOTLOADER=/opt/grubx64.efi\n", false) == "built in");
    CHECK_THROWS_WITH(node.loader("UEFI_BOOTLOADER=/opt/missing.efi\n", true), Catch::Contains("/opt/missing.efi is missing"));
}

TEST_CASE("a firmware that has its console on a serial line") {
    const Node node;
    CHECK_FALSE(firmware_on_serial(node.root()));
    const auto with = [&](const std::string& value) {
        node.add("/sys/firmware/efi/efivars/ConOut-8be4df61-93ca-11d2-aa0d-00e098032b8c", value);
        return firmware_on_serial(node.root());
    };
    CHECK(with(kAttributes + kPciRoot + kPci + kSerial + kUart + kEnd));
    CHECK_FALSE(with(kAttributes + kPciRoot + kPci + kScreen + kEnd));
    CHECK(with(kAttributes + kPciRoot + kPci + kScreen + kInstanceEnd + kPciRoot + kPci + kSerial + kUart + kEnd));
    CHECK_FALSE(with(kAttributes));
    CHECK_FALSE(with(kAttributes + std::string("\x02\x01\0\0", 4) + kUart));  // a node of no length
}

TEST_CASE("32-bit firmware is told of") {
    const Node node;
    CHECK(firmware_warning(node.root()).empty());
    node.add("/sys/firmware/efi/fw_platform_size", "64\n");
    CHECK(firmware_warning(node.root()).empty());
    node.add("/sys/firmware/efi/fw_platform_size", "32\n");
    CHECK_THAT(firmware_warning(node.root()), Catch::Contains("32-bit UEFI"));
}
