// SPDX-License-Identifier: GPL-3.0-or-later
// Selection of kernel modules, and the tables of the subset read as libkmod reads them.
#include "rescue/image/modules.h"

#include <catch2/catch.hpp>

#include <map>

#include "core/base/error.h"
#include "rescue/image/driver_list.h"
#include "rescue/image/kmod_index.h"

using nrear::image::driver_group;
using nrear::image::make_kmod_index;
using nrear::image::ModuleChoice;
using nrear::image::ModuleSelection;
using nrear::image::ModuleTables;
using nrear::image::normalize_alias;
using nrear::image::parse_module_tables;
using nrear::image::select_modules;

namespace {

ModuleTables tables() {
    return parse_module_tables(
        "kernel/drivers/scsi/sd_mod.ko: kernel/drivers/scsi/scsi_mod.ko\n"
        "kernel/drivers/scsi/scsi_mod.ko:\n"
        "kernel/drivers/scsi/scsi_debug.ko: kernel/drivers/scsi/scsi_mod.ko\n"
        "kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz\n"
        "kernel/drivers/net/net_failover.ko.xz:\n"
        "kernel/drivers/net/wireless/ath/ath9k.ko:\n"
        "kernel/drivers/gpu/drm/drm.ko:\n"
        "kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko\n"
        "kernel/fs/jbd2/jbd2.ko:\n"
        "kernel/fs/xfs/xfs.ko:\n"
        "kernel/arch/x86/crypto/crc32c-intel.ko:\n"
        "extra/mpt3sas.ko:\n"
        "extra/nvidia.ko:\n",
        "softdep ext4 pre: crc32c\n", "kernel/drivers/char/random.ko\n",
        "alias crypto-crc32c crc32c_intel\nalias crc32c crc32c_intel\nalias pci:v000010DEd*sv*sd*bc03sc02i00* nvidia\nalias pci:v00001000d* mpt3sas\n");
}

bool has(const ModuleSelection& selection, const std::string& path) { return selection.reasons.contains(path); }

// Looks a key up in an index as libkmod does (fields by flags, big endian), without patterns.
class IndexReader {
public:
    explicit IndexReader(const std::string& bytes) : bytes_(bytes) {}
    std::vector<std::string> find(const std::string& key) const {
        if (number(0) != 0xb007f457 || number(4) != 0x00020001) {
            return {"bad head"};
        }
        std::uint32_t node = number(8);
        std::size_t at = 0;
        for (;;) {
            std::size_t offset = node & 0x0fffffffU;
            if ((node & 0x80000000U) != 0) {
                const std::string prefix = bytes_.c_str() + offset;
                if (key.compare(at, prefix.size(), prefix) != 0) {
                    return {};
                }
                at += prefix.size();
                offset += prefix.size() + 1;
            }
            std::uint32_t child = 0;
            if ((node & 0x20000000U) != 0) {
                const auto first = static_cast<unsigned char>(bytes_[offset]);
                const auto last = static_cast<unsigned char>(bytes_[offset + 1]);
                const auto next = at < key.size() ? static_cast<unsigned char>(key[at]) : 0;
                if (next >= first && next <= last) {
                    child = number(offset + 2 + 4U * static_cast<std::size_t>(next - first));
                }
                offset += 2 + 4U * static_cast<std::size_t>(last - first + 1);
            }
            if (at == key.size()) {
                return (node & 0x40000000U) != 0 ? values(offset) : std::vector<std::string>{};
            }
            if (child == 0) {
                return {};
            }
            node = child;
            ++at;
        }
    }

private:
    std::vector<std::string> values(std::size_t offset) const {
        std::vector<std::string> found;
        const auto count = number(offset);
        offset += 4;
        for (std::uint32_t i = 0; i < count; ++i) {
            found.emplace_back(bytes_.c_str() + offset + 4);
            offset += 4 + found.back().size() + 1;
        }
        return found;
    }
    std::uint32_t number(std::size_t at) const {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            value = (value << 8U) | static_cast<unsigned char>(bytes_.at(at + i));
        }
        return value;
    }
    const std::string& bytes_;
};

}  // namespace

TEST_CASE("hardware drivers are taken whatever the node uses, software only when it does") {
    const auto all = select_modules(tables(), {});
    CHECK(has(all, "kernel/drivers/scsi/sd_mod.ko"));
    CHECK(has(all, "kernel/drivers/net/virtio_net.ko.xz"));
    CHECK(has(all, "kernel/fs/ext4/ext4.ko"));
    CHECK(has(all, "kernel/fs/jbd2/jbd2.ko"));
    CHECK_FALSE(has(all, "kernel/fs/xfs/xfs.ko"));
    CHECK_FALSE(has(all, "kernel/drivers/net/wireless/ath/ath9k.ko"));
    CHECK_FALSE(has(all, "kernel/drivers/gpu/drm/drm.ko"));
    CHECK_FALSE(has(all, "kernel/drivers/scsi/scsi_debug.ko"));
    ModuleChoice choice;
    choice.loaded = {"xfs"};
    CHECK(has(select_modules(tables(), choice), "kernel/fs/xfs/xfs.ko"));
}

TEST_CASE("soft dependencies are found by alias") {
    const auto all = select_modules(tables(), {});
    REQUIRE(has(all, "kernel/arch/x86/crypto/crc32c-intel.ko"));
    CHECK(all.reasons.at("kernel/arch/x86/crypto/crc32c-intel.ko") == "driver: needed by ext4");
}

TEST_CASE("drivers of other vendors are taken when in use, unless they drive a display") {
    ModuleChoice choice;
    CHECK_FALSE(has(select_modules(tables(), choice), "extra/mpt3sas.ko"));
    choice.loaded = {"mpt3sas", "nvidia"};
    const auto chosen = select_modules(tables(), choice);
    CHECK(has(chosen, "extra/mpt3sas.ko"));
    CHECK_FALSE(has(chosen, "extra/nvidia.ko"));
}

TEST_CASE("MODULES, EXCLUDE_MODULES and MODULES_LOAD") {
    ModuleChoice choice;
    SECTION("names are added") {
        choice.modules = {"ath9k", "random", "nonsense"};
        const auto chosen = select_modules(tables(), choice);
        CHECK(has(chosen, "kernel/drivers/net/wireless/ath/ath9k.ko"));
        CHECK(has(chosen, "kernel/drivers/scsi/sd_mod.ko"));
        CHECK(chosen.unknown == std::vector<std::string>{"nonsense"});
    }
    SECTION("loaded_modules is exactly these and what they need") {
        choice.modules = {"loaded_modules"};
        choice.loaded = {"sd_mod"};
        CHECK(select_modules(tables(), choice).reasons.size() == 2);
    }
    SECTION("no_modules, but those to be loaded") {
        choice.modules = {"no_modules"};
        CHECK(select_modules(tables(), choice).reasons.empty());
        choice.load = {"virtio-net"};
        CHECK(select_modules(tables(), choice).reasons.size() == 2);
    }
    SECTION("excluded ones are gone from the tables, too") {
        choice.exclude = {"scsi-mod"};
        const auto chosen = select_modules(tables(), choice);
        CHECK_FALSE(has(chosen, "kernel/drivers/scsi/scsi_mod.ko"));
        CHECK(make_module_tables(tables(), chosen).at("modules.dep").find("scsi_mod") == std::string::npos);
    }
}

TEST_CASE("a damaged modules.dep is an error") {
    CHECK_THROWS_WITH(parse_module_tables("a.ko: b.ko\n", "", "", ""), Catch::Contains("a.ko needs b.ko"));
}

TEST_CASE("the tables hold the subset and nothing else") {
    ModuleChoice choice;
    choice.modules = {"no_modules"};
    choice.load = {"ext4"};
    const auto written = make_module_tables(tables(), select_modules(tables(), choice));
    CHECK(written.at("modules.dep") ==
          "kernel/arch/x86/crypto/crc32c-intel.ko:\n"
          "kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko\n"
          "kernel/fs/jbd2/jbd2.ko:\n");
    const IndexReader dep(written.at("modules.dep.bin"));
    CHECK(dep.find("ext4") == std::vector<std::string>{"kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko"});
    CHECK(dep.find("crc32c_intel") == std::vector<std::string>{"kernel/arch/x86/crypto/crc32c-intel.ko:"});
    CHECK(dep.find("sd_mod").empty());
    CHECK(IndexReader(written.at("modules.alias.bin")).find("crypto_crc32c") == std::vector<std::string>{"crc32c_intel"});
    CHECK(written.at("modules.alias").find("nvidia") == std::string::npos);
    CHECK(written.at("modules.softdep").find("softdep ext4 pre: crc32c\n") != std::string::npos);
}

TEST_CASE("an index finds every key, shared beginnings and all, values in order") {
    std::map<std::string, std::vector<std::string>> wanted;
    std::vector<nrear::image::IndexEntry> entries;
    for (int i = 0; i < 500; ++i) {
        const auto key = "pci:v" + std::to_string(i * 7919 % 1000) + (i % 3 == 0 ? "d*" : "");
        entries.push_back({key, "module" + std::to_string(i)});
        wanted[key].push_back(entries.back().value);
    }
    entries.push_back({"", "empty"});
    entries.push_back({"p", "short"});
    const auto bytes = make_kmod_index(entries);
    const IndexReader index(bytes);
    for (const auto& [key, values] : wanted) {
        CHECK(index.find(key) == values);
    }
    CHECK(index.find("") == std::vector<std::string>{"empty"});
    CHECK(index.find("p") == std::vector<std::string>{"short"});
    CHECK(index.find("pci:v").empty());
    CHECK(index.find("pci:x").empty());
    CHECK(make_kmod_index(entries) == bytes);
    const auto nothing = make_kmod_index({});
    CHECK(IndexReader(nothing).find("x").empty());
}

TEST_CASE("aliases are keyed as kmod keys them") { CHECK(normalize_alias("usb:v-a[0-9]-x") == "usb:v_a[0-9]_x"); }

TEST_CASE("driver groups") {
    CHECK(driver_group("kernel/drivers/net/ethernet/intel/e1000/e1000.ko.zst", false) == "drivers/net/ethernet/intel/e1000");
    CHECK(driver_group("kernel/drivers/hid/hid.ko", false) == "drivers/hid");
    CHECK_FALSE(driver_group("kernel/drivers/hid/hid-sony.ko", false));
    CHECK_FALSE(driver_group("kernel/sound/core/snd.ko", true));
    CHECK_FALSE(driver_group("kernel/drivers/md/dm-mod.ko", false));
    CHECK(driver_group("kernel/drivers/md/dm-mod.ko", true) == "drivers/md");
    CHECK_FALSE(driver_group("extra/x.ko", true));
}
