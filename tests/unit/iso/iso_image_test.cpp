// SPDX-License-Identifier: GPL-3.0-or-later
// The image's bytes as ECMA-119, El Torito and a PC's BIOS read them. Other programs read it in the integration test.
#include "iso/iso_image.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/memory_stream.h"
#include "core/base/temp_dir.h"
#include "iso/fat_image.h"

using nrear::iso::IsoOptions;

namespace {

class FullSink final : public nrear::base::Sink {
public:
    void write(nrear::base::Bytes bytes) override {
        seen_ += bytes.size();
        if (seen_ > 100000) {
            throw nrear::Error(nrear::ErrorKind::kNoSpaceRemote, "write", "the server's disk is full");
        }
    }

private:
    std::size_t seen_ = 0;
};

IsoOptions small_image() {
    IsoOptions options;
    options.boot_loader = nrear::iso::built_in_boot_loader();
    options.isolinux_config = "PROMPT 1\n";
    options.files = {{"isolinux/kernel", "", std::string(5000, 'k')}, {"isolinux/initrd.cgz", "", std::string(3000000, 'i')}, {"empty", "", ""}};
    options.created = 1'763'800'000;
    return options;
}

std::string write(const IsoOptions& options) {
    nrear::base::MemoryFile sink;
    const auto size = nrear::iso::write_iso(options, sink);
    REQUIRE(size == sink.size());
    return sink.text();
}

std::uint32_t little32(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
        value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

constexpr std::size_t kBlock = 2048;

}  // namespace

TEST_CASE("volume descriptors, El Torito and the MBR") {
    const auto image = write(small_image());
    CHECK(image.size() % kBlock == 0);
    CHECK(image.substr(16 * kBlock + 1, 5) == "CD001");
    CHECK(image.substr(16 * kBlock + 40, 9) == "REAR-ISO ");
    CHECK(image.substr(17 * kBlock + 7, 23) == "EL TORITO SPECIFICATION");
    CHECK(image.substr(18 * kBlock + 88, 3) == "%/E");  // Joliet level 3

    const auto catalog = little32(image, 17 * kBlock + 0x47) * kBlock;
    CHECK(image[catalog] == '\x01');
    CHECK(static_cast<unsigned char>(image[catalog + 32]) == 0x88);  // bootable
    CHECK(image[catalog + 38] == 4);                                 // sectors of 512 bytes
    const auto core_block = little32(image, catalog + 40);
    const auto core = core_block * kBlock;
    CHECK(little32(image, core + 8) == 16);          // boot information table: primary volume descriptor,
    CHECK(little32(image, core + 12) == core_block); // this file's block

    CHECK(static_cast<unsigned char>(image[510]) == 0x55);
    CHECK(static_cast<unsigned char>(image[511]) == 0xaa);
    CHECK(static_cast<unsigned char>(image[446]) == 0x80);  // the active partition that some BIOSes ask for
    CHECK(little32(image, 446 + 12) * std::uint64_t{512} <= image.size());
}

TEST_CASE("the same input gives the same bytes, another time other ones") {
    auto options = small_image();
    const auto first = write(options);
    const auto second = write(options);
    CHECK((first == second));
    ++options.created;
    const auto later = write(options);
    CHECK_FALSE((first == later));
}

TEST_CASE("with an image for UEFI: a GPT and its copy, a protective MBR, a second boot entry") {
    auto options = small_image();
    options.efi_image = nrear::iso::make_fat_image({{"EFI/BOOT/BOOTX64.EFI", "", std::string(300'000, 'e')}}, {.created = options.created});
    const auto image = write(options);
    CHECK(image.substr(512, 8) == "EFI PART");
    CHECK(image.substr(image.size() - 512, 8) == "EFI PART");
    CHECK(static_cast<unsigned char>(image[446 + 4]) == 0xee);
    CHECK(static_cast<unsigned char>(image[446 + 16]) == 0x80);  // the active one, of no type

    const auto catalog = little32(image, 17 * kBlock + 0x47) * kBlock;
    CHECK(static_cast<unsigned char>(image[catalog + 64]) == 0x91);  // the last section,
    CHECK(static_cast<unsigned char>(image[catalog + 65]) == 0xef);  // for UEFI
    CHECK(static_cast<unsigned char>(image[catalog + 96]) == 0x88);
    const auto begin = std::size_t{little32(image, catalog + 104)} * kBlock;
    const auto sectors = little32(image, catalog + 102) & 0xffffU;
    CHECK(sectors * 512 == options.efi_image.size());
    CHECK((image.substr(begin, options.efi_image.size()) == options.efi_image));
    // The second entry of the GPT is that very place.
    CHECK(little32(image, 1024 + 128 + 32) * std::uint64_t{512} == begin);

    const auto again = write(options);
    CHECK((image == again));
    ++options.created;
    CHECK_FALSE((image == write(options)));
}

TEST_CASE("the name by which GRUB finds the image") {
    CHECK(nrear::iso::volume_uuid(1'763'800'000) == "2025-11-22-08-26-40-00");
}

TEST_CASE("files of the disk are streamed in") {
    const nrear::base::TempDir dir("/tmp");
    nrear::base::write_file(dir.path() + "/vmlinuz", "the kernel's bytes");
    auto options = small_image();
    options.files = {{"isolinux/kernel", dir.path() + "/vmlinuz", ""}};
    CHECK(write(options).find("the kernel's bytes") != std::string::npos);
    options.files = {{"isolinux/kernel", dir.path() + "/missing", ""}};
    nrear::base::MemoryFile sink;
    CHECK_THROWS_WITH(nrear::iso::write_iso(options, sink), Catch::Contains("/missing"));
    CHECK(sink.bytes().empty());
}

TEST_CASE("the size is told before anything is written, and may stop it") {
    auto options = small_image();
    std::uint64_t told = 0;
    options.on_size = [&](std::uint64_t size) { told = size; };
    CHECK(write(options).size() == told);
    options.on_size = [](std::uint64_t) { throw nrear::Error(nrear::ErrorKind::kNoSpaceLocal, "make the ISO image", "too little room"); };
    nrear::base::MemoryFile sink;
    CHECK_THROWS_AS(nrear::iso::write_iso(options, sink), nrear::Error);
    CHECK(sink.bytes().empty());
}

TEST_CASE("a sink that fails ends it at once, with the sink's own error") {
    FullSink sink;
    CHECK_THROWS_WITH(nrear::iso::write_iso(small_image(), sink), "write: the server's disk is full");
    write(small_image());  // and the next image is made as if nothing had happened
}

TEST_CASE("ISO_VOLID is checked") {
    const auto id = GENERATE(as<std::string>{}, "", std::string(33, 'A'), "tab\there", "\xc3\xa4");
    auto options = small_image();
    options.volume_id = id;
    nrear::base::MemoryFile sink;
    CHECK_THROWS_WITH(nrear::iso::write_iso(options, sink), Catch::Contains("ISO_VOLID"));
}
