// SPDX-License-Identifier: GPL-3.0-or-later
// Which boot files an image gets, on hosts laid out as the distributions do it.
#include "iso/boot_loader.h"

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

using nrear::base::Root;
using nrear::base::TempDir;

namespace {

class Host {
public:
    void put(const std::string& path, const std::string& text = "x") const {
        nrear::base::make_directories(dir_.path() + path.substr(0, path.rfind('/')));
        nrear::base::write_file(dir_.path() + path, text);
    }
    void put_modules(const std::string& directory) const {
        for (const char* name : {"menu.c32", "chain.c32", "ldlinux.c32", "libcom32.c32", "libutil.c32"}) {
            put(directory + "/" + name, directory);
        }
    }
    Root root() const { return Root(dir_.path()); }
    std::string remove(const std::string& path) const { return ::unlink((dir_.path() + path).c_str()) == 0 ? path : ""; }

private:
    TempDir dir_{"/tmp"};
};

const std::string kVersion6 = std::string("\xfa\xeb\0", 3) + "ISOLINUX 6.04 20200816 more";

std::string content_of(const nrear::iso::BootLoader& loader, const std::string& path) {
    for (const auto& file : loader.files) {
        if (file.path == path) {
            return file.content;
        }
    }
    return "";
}

}  // namespace

TEST_CASE("the built-in files are all there and of a known version") {
    const auto loader = nrear::iso::built_in_boot_loader();
    for (const char* name : {"isolinux.bin", "ldlinux.c32", "libcom32.c32", "libutil.c32", "menu.c32", "chain.c32", "reboot.c32", "poweroff.c32"}) {
        INFO(name);
        CHECK(loader.has(name));
    }
    CHECK(loader.version.starts_with("6."));
    CHECK_FALSE(loader.master_boot_record.empty());
    CHECK(loader.master_boot_record.size() <= 512);
}

TEST_CASE("Debian keeps the core and its modules apart") {
    const Host host;
    host.put("/usr/lib/ISOLINUX/isolinux.bin", kVersion6);
    host.put("/usr/lib/ISOLINUX/isohdpfx.bin", "mbr");
    host.put_modules("/usr/lib/syslinux/modules/bios");
    const auto loader = nrear::iso::node_boot_loader(host.root(), "/usr/lib/ISOLINUX/isolinux.bin");
    CHECK(loader.version == "6.04");
    CHECK(loader.master_boot_record == "mbr");
    CHECK(content_of(loader, "isolinux/menu.c32") == "/usr/lib/syslinux/modules/bios");
}

TEST_CASE("RHEL keeps them together") {
    const Host host;
    host.put("/usr/share/syslinux/isolinux.bin", kVersion6);
    host.put_modules("/usr/share/syslinux");
    const auto loader = nrear::iso::node_boot_loader(host.root(), "/usr/share/syslinux/isolinux.bin");
    CHECK(content_of(loader, "isolinux/chain.c32") == "/usr/share/syslinux");
    CHECK(loader.master_boot_record.empty());
}

TEST_CASE("CentOS 7's syslinux 4 has modules that stand alone") {
    const Host host;
    host.put("/usr/share/syslinux/isolinux.bin", "..ISOLINUX 4.05 0x53a");
    host.put("/usr/share/syslinux/menu.c32");
    const auto loader = nrear::iso::node_boot_loader(host.root(), "/usr/share/syslinux/isolinux.bin");
    CHECK(loader.version == "4.05");
    CHECK_FALSE(loader.has("ldlinux.c32"));
}

TEST_CASE("a set with a hole is refused and not filled up from elsewhere") {
    const Host host;
    host.put("/opt/syslinux/isolinux.bin", kVersion6);
    host.put_modules("/usr/lib/syslinux/modules/bios");
    SECTION("modules of another directory do not count") {
        CHECK_THROWS_WITH(nrear::iso::node_boot_loader(host.root(), "/opt/syslinux/isolinux.bin"), Catch::Contains("no menu.c32 that belongs to it"));
    }
    SECTION("one library is missing") {
        host.put_modules("/opt/syslinux");
        REQUIRE_FALSE(host.remove("/opt/syslinux/libutil.c32").empty());
        CHECK_THROWS_WITH(nrear::iso::node_boot_loader(host.root(), "/opt/syslinux/isolinux.bin"), Catch::Contains("/opt/syslinux/libutil.c32 is missing"));
    }
}

TEST_CASE("what ISO_ISOLINUX_BIN names must be an isolinux.bin") {
    const Host host;
    host.put("/usr/share/syslinux/isolinux.bin", "hello");
    CHECK_THROWS_WITH(nrear::iso::node_boot_loader(host.root(), "/usr/share/syslinux/isolinux.bin"), Catch::Contains("it is no isolinux.bin"));
    CHECK_THROWS_WITH(nrear::iso::node_boot_loader(host.root(), "/nowhere/isolinux.bin"), Catch::Contains("there is no such file"));
    CHECK_THROWS_WITH(nrear::iso::node_boot_loader(host.root(), "isolinux.bin"), Catch::Contains("ISO_ISOLINUX_BIN=isolinux.bin"));
}
