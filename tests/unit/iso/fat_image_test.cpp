// SPDX-License-Identifier: GPL-3.0-or-later
// The FAT image: its fields, its limits. fsck.fat and mtools read whole images in the integration test.
#include "iso/fat_image.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using nrear::iso::FatOptions;
using nrear::iso::IsoFile;
using nrear::iso::make_fat_image;

namespace {

unsigned byte(const std::string& image, std::size_t at) { return static_cast<unsigned char>(image[at]); }
unsigned word(const std::string& image, std::size_t at) { return byte(image, at) | (byte(image, at + 1) << 8U); }

}  // namespace

TEST_CASE("the boot sector describes the image, and nothing in it looks like a partition table") {
    const auto image = make_fat_image({{"EFI/BOOT/BOOTX64.EFI", "", std::string(5000, 'x')}}, {.created = 0x12345678});
    CHECK(image.size() % 2048 == 0);
    CHECK(word(image, 11) == 512);
    CHECK(word(image, 19) * 512 == image.size());
    CHECK(image.substr(54, 5) == "FAT12");
    CHECK(image.substr(43, 11) == "NREAR      ");
    CHECK((word(image, 39) | (word(image, 41) << 16U)) == 0x12345678);
    CHECK(word(image, 510) == 0xaa55);
    CHECK(image.substr(446, 64) == std::string(64, '\0'));
}

TEST_CASE("the same files give the same bytes") {
    const std::vector<IsoFile> files{{"EFI/a", "", "a"}, {"EFI/long name", "", "b"}};
    REQUIRE_THROWS(make_fat_image(files, {}));  // a blank
    const std::vector<IsoFile> good{{"EFI/a", "", "a"}, {"EFI/a-long-name", "", "b"}};
    CHECK(make_fat_image(good, {}) == make_fat_image(good, {}));
    CHECK_FALSE(make_fat_image(good, {.created = 1'763'800'000}) == make_fat_image(good, {}));
}

TEST_CASE("what FAT cannot hold is refused") {
    const auto path = GENERATE(as<std::string>{}, "", "EFI//x", "EFI/x:y", "EFI/x.", "EFI/\xc3\xa4", "EFI/..", "EFI/" + std::string(256, 'n'));
    CHECK_THROWS_AS(make_fat_image({{path, "", "x"}}, {}), nrear::Error);
}

TEST_CASE("two files of one name are refused, whatever their case; so is a file that is a directory too") {
    CHECK_THROWS_WITH(make_fat_image({{"EFI/BOOT/grub.cfg", "", "x"}, {"efi/boot/GRUB.CFG", "", "y"}}, {}), Catch::Contains("twice"));
    CHECK_THROWS_AS(make_fat_image({{"EFI", "", "x"}, {"EFI/BOOT", "", "y"}}, {}), nrear::Error);
    CHECK_THROWS_AS(make_fat_image({{"EFI/BOOT", "", "y"}, {"EFI", "", "x"}}, {}), nrear::Error);
}

TEST_CASE("more than El Torito can describe is refused") {
    CHECK_THROWS_WITH(make_fat_image({{"EFI/x", "", std::string(33U << 20U, 'x')}}, {}), Catch::Contains("it would be 33.0 MiB"));
}
