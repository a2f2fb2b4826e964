// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel is taken, and what is said when it is not whole.
#include "rescue/image/kernel.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "fake_root.h"

using nrear::image::find_kernel;
using nrear::image::InitramfsCodec;
using nrear::test::FakeRoot;

namespace {

// The head of an x86 boot image that says which release it is.
std::string boot_image(const std::string& release) {
    std::string image(0x1000, '\0');
    image.replace(0x202, 4, "HdrS");
    image.replace(0x20e, 2, std::string("\x00\x08", 2));  // 0x800 after 0x200
    image.replace(0xa00, release.size() + 8, release + " (build)");
    return image;
}

}  // namespace

TEST_CASE("the kernel is found where the distributions put it") {
    const auto place = GENERATE(as<std::string>{}, "/boot/vmlinuz-6.1", "/lib/modules/6.1/vmlinuz", "/boot/kernel-6.1", "/boot/efi/0123abc/6.1/linux");
    const FakeRoot node;
    node.file("/etc/machine-id", "0123abc\n");
    node.file("/lib/modules/6.1/modules.dep");
    node.file(place, boot_image("6.1"));
    const auto kernel = find_kernel(node.root(), "6.1", "");
    CHECK(kernel.image == place);
    CHECK(kernel.modules_directory == "/lib/modules/6.1");
    CHECK(kernel.codec == InitramfsCodec::kGzip);
}

TEST_CASE("what the kernel can unpack is read from its configuration") {
    const FakeRoot node;
    node.file("/lib/modules/6.1/modules.dep");
    node.file("/boot/vmlinuz-6.1");
    node.file("/boot/config-6.1", "CONFIG_RD_XZ=y\n# CONFIG_RD_GZIP is not set\n");
    CHECK(find_kernel(node.root(), "6.1", "").codec == InitramfsCodec::kNone);
    node.file("/boot/config-6.1", "CONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\n");
    CHECK(find_kernel(node.root(), "6.1", "").codec == InitramfsCodec::kGzip);
    node.file("/boot/config-6.1", "CONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n");
    CHECK(find_kernel(node.root(), "6.1", "").codec == InitramfsCodec::kZstd);
}

TEST_CASE("a kernel whose image or modules are gone is named, with those that are whole") {
    const FakeRoot node;
    node.file("/lib/modules/6.2/modules.dep");
    node.file("/boot/vmlinuz-6.2");
    node.file("/boot/vmlinuz-6.1");
    try {
        find_kernel(node.root(), "6.1", "");
        FAIL("no error");
    } catch (const nrear::Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("/lib/modules/6.1, are missing") && Catch::Contains("kernel 6.1"));
        CHECK_THAT(error.hint(), Catch::EndsWith("use it with -r: 6.2"));
    }
    CHECK_THROWS_WITH(find_kernel(node.root(), "6.3", ""), Catch::Contains("/boot/vmlinuz-6.3") && Catch::Contains("/lib/modules/6.3/vmlinuz"));
}

TEST_CASE("nothing at all says which packages hold a kernel") {
    const FakeRoot node;
    try {
        find_kernel(node.root(), "6.1", "");
        FAIL("no error");
    } catch (const nrear::Error& error) {
        CHECK_THAT(error.hint(), Catch::Contains("linux-image") && Catch::Contains("kernel-core"));
    }
}

TEST_CASE("KERNEL_FILE must be there and of the release whose modules are taken") {
    const FakeRoot node;
    node.file("/lib/modules/6.1/modules.dep");
    node.file("/opt/mine", boot_image("6.1"));
    CHECK(find_kernel(node.root(), "6.1", "/opt/mine").image == "/opt/mine");
    CHECK_THROWS_WITH(find_kernel(node.root(), "6.1", "/opt/none"), Catch::Contains("KERNEL_FILE=/opt/none"));
    node.file("/opt/mine", boot_image("5.14"));
    CHECK_THROWS_WITH(find_kernel(node.root(), "6.1", "/opt/mine"), Catch::Contains("it is kernel 5.14, not 6.1"));
}
