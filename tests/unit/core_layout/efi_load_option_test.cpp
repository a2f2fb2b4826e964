// SPDX-License-Identifier: GPL-3.0-or-later
// Load options as OVMF keeps them and efibootmgr 17 writes them, to data and back; and whatever else a firmware may hold.
#include "core/layout/efi_load_option.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::layout {

namespace {

std::string bytes(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out += static_cast<char>(base::parse_u64(hex.substr(i, 2), 16).value());
    }
    return out;
}

const char* const kGuid = "dd8fb954-408c-4364-be1c-7ade06c5e9bd";

// efibootmgr -c -d /dev/vdb -p 1 -L "CentOS Linux" -l '\EFI\centos\shimx64.efi'
const std::string kCentos = bytes(
    "010000006200430065006e0074004f00530020004c0069006e0075007800000004012a00010000000008000000000000000002000000000054b98fdd8c406443be1c7ade06c5e9bd"
    "0202040434005c004500460049005c00630065006e0074006f0073005c007300680069006d007800360034002e0065006600690000007fff0400");
// … -L "Ünicode" -l '\EFI\BOOT\BOOTX64.EFI' -u root=x
const std::string kWithData = bytes(
    "010000005e00dc006e00690063006f0064006500000004012a00010000000008000000000000000002000000000054b98fdd8c406443be1c7ade06c5e9bd"
    "0202040430005c004500460049005c0042004f004f0054005c0042004f004f0054005800360034002e0045004600490000007fff040072006f006f0074003d007800");
// … -e 3 -L "full path" -l '\EFI\debian\shimx64.efi': PciRoot(0x0)/Pci(0x4,0x0) before the partition
const std::string kFullPath = bytes(
    "010000007400660075006c006c0020007000610074006800000002010c00d041030a0000000001010600000404012a000100000000080000000000000000020000000000"
    "54b98fdd8c406443be1c7ade06c5e9bd0202040434005c004500460049005c00640065006200690061006e005c007300680069006d007800360034002e0065006600690000007fff0400");
// "UiApp" of OVMF: a file of a firmware volume
const std::string kUiApp = bytes("090100002c0055006900410070007000000004071400c9bdb87cebf8344faaea3ee4af6516a10406140021aa2c4614760345836e8ab6f46623317fff0400");

EfiLoadOption centos() { return {1, "CentOS Linux", {1, 0x800, 0x20000, kGuid}, "\\EFI\\centos\\shimx64.efi", ""}; }

}  // namespace

TEST_CASE("load options of real firmware are read") {
    CHECK(parse_load_option(kCentos) == centos());
    const auto with_data = parse_load_option(kWithData);
    REQUIRE(with_data);
    CHECK(with_data->label == "Ünicode");
    CHECK(with_data->loader == "\\EFI\\BOOT\\BOOTX64.EFI");
    CHECK(with_data->optional_data == std::string("r\0o\0o\0t\0=\0x\0", 12));
    const auto full = parse_load_option(kFullPath);
    REQUIRE(full);
    CHECK(full->partition == centos().partition);
    CHECK(full->loader == "\\EFI\\debian\\shimx64.efi");
}

TEST_CASE("an option that starts no file of a partition is none, but has a name") {
    CHECK_FALSE(parse_load_option(kUiApp));
    CHECK(load_option_label(kUiApp) == "UiApp");
    CHECK_FALSE(load_option_label(""));
}

TEST_CASE("what is written is what efibootmgr writes, to the byte") {
    CHECK(build_load_option(centos()) == kCentos);
    CHECK(build_load_option(parse_load_option(kWithData).value()) == kWithData);
    CHECK(parse_load_option(build_load_option(parse_load_option(kFullPath).value())) == parse_load_option(kFullPath));
}

TEST_CASE("labels beyond the first plane, hidden options and partitions of a dos table survive") {
    auto option = centos();
    option.label = "日本 🐧";
    option.attributes = 9;
    option.partition.uuid = "1b2c3d4e-01";
    CHECK(parse_load_option(build_load_option(option)) == option);
}

TEST_CASE("a file path in several nodes is joined") {
    auto text = build_load_option(centos());
    const std::string end = bytes("7fff0400");
    const std::string more = bytes("0404080078000000");  // "x"
    text.replace(text.size() - end.size(), end.size(), more + end);
    text[4] = static_cast<char>(text[4] + static_cast<char>(more.size()));
    CHECK(parse_load_option(text).value().loader == "\\EFI\\centos\\shimx64.efi\\x");
}

TEST_CASE("every cut of an option is refused or is the option with less data") {
    for (const auto& whole : {kCentos, kWithData, kFullPath}) {
        const auto option = parse_load_option(whole).value();
        const auto least = whole.size() - option.optional_data.size();
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto cut = parse_load_option(std::string_view(whole).substr(0, length));
            INFO(length);
            CHECK(cut.has_value() == (length >= least));
        }
    }
}

TEST_CASE("absurd lengths and texts are refused") {
    const auto with = [](std::size_t at, std::string_view hex) {
        auto text = kCentos;
        text.replace(at, hex.size() / 2, bytes(hex));
        return parse_load_option(text);
    };
    constexpr std::size_t kPath = 32;  // after attributes, length and label
    CHECK(with(kPath, "0401").has_value());
    CHECK_FALSE(with(4, "ffff"));           // a path list longer than the variable
    CHECK_FALSE(with(4, "0000"));           // or empty
    CHECK_FALSE(with(kPath + 2, "0000"));   // a node of no length: must not loop
    CHECK_FALSE(with(kPath + 2, "0300"));   // shorter than its own head
    CHECK_FALSE(with(kPath + 2, "ffff"));
    CHECK_FALSE(with(kPath + 40, "0303"));  // a signature of an unknown kind
    CHECK_FALSE(with(6, "00d8"));           // half a surrogate pair in the label
    CHECK_FALSE(with(30, "4100"));          // a label without an end swallows the path
    CHECK_FALSE(with(kPath + 42, "0405"));  // no file
}

TEST_CASE("no bytes break the reader, and what it reads it can write") {
    std::mt19937 random(3);
    unsigned read = 0;
    for (int i = 0; i < 20000; ++i) {
        auto text = i % 2 == 0 ? kWithData : kFullPath;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            text[random() % text.size()] = static_cast<char>(random());
        }
        text.resize(random() % 8 == 0 ? random() % text.size() : text.size());
        if (const auto option = parse_load_option(text)) {
            ++read;
            CHECK(base::is_utf8(option->label));
            CHECK(parse_load_option(build_load_option(*option)) == option);
        }
    }
    CHECK(read > 1000);
}

TEST_CASE("what cannot be encoded is refused") {
    for (const char* uuid : {"", "x", "dd8fb954", "dd8fb954-408c-4364-be1c-7ade06c5e9bd00"}) {
        auto option = centos();
        option.partition.uuid = uuid;
        CHECK_THROWS_AS(build_load_option(option), Error);
    }
    auto option = centos();
    option.label = "\xff";
    CHECK_THROWS_AS(build_load_option(option), Error);
    option = centos();
    option.loader = std::string(0x8000, 'x');
    CHECK_THROWS_AS(build_load_option(option), Error);
}

TEST_CASE("the boot order") {
    const auto order = bytes("1200110001000000");
    CHECK(parse_boot_order(order) == std::vector<unsigned>{0x12, 0x11, 1, 0});
    CHECK(build_boot_order({0x12, 0x11, 1, 0}) == order);
    CHECK(parse_boot_order("\x01") == std::vector<unsigned>{});
    CHECK(boot_variable(0x1f) == "Boot001F");
}

}  // namespace nrear::layout
