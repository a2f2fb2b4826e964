// SPDX-License-Identifier: GPL-3.0-or-later
// A whole manifest of a small node.
#include "rescue/image/image.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "fake_root.h"
#include "rescue/image/firmware.h"
#include "rescue/record/rescue_record.h"

using nrear::image::build_manifest;
using nrear::image::find_kernel;
using nrear::image::ImageManifest;
using nrear::image::ImageOptions;
using nrear::test::FakeRoot;

namespace {

// A kernel module that names its firmware: an ELF file with one section beside the table of names.
std::string make_module(const std::string& firmware) {
    const std::string names("\0.shstrtab\0.modinfo\0", 20);
    const std::string info = "license=GPL" + std::string(1, '\0') + "firmware=" + firmware + std::string(1, '\0');
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_shoff = sizeof head + names.size() + info.size();
    head.e_shnum = 3;
    head.e_shstrndx = 1;
    Elf64_Shdr sections[3] = {};
    sections[1].sh_name = 1;
    sections[1].sh_offset = sizeof head;
    sections[1].sh_size = names.size();
    sections[2].sh_name = 11;
    sections[2].sh_offset = sizeof head + names.size();
    sections[2].sh_size = info.size();
    return std::string(reinterpret_cast<const char*>(&head), sizeof head) + names + info +
           std::string(reinterpret_cast<const char*>(sections), sizeof sections);
}

class NoPrograms final : public nrear::base::CommandRunner {
public:
    nrear::base::CommandResult run(const nrear::base::Command& command) override {
        ran.push_back(command.argv);
        return {};
    }
    bool exists(const std::string&) override { return false; }
    std::vector<std::vector<std::string>> ran;
};

void fill(const FakeRoot& node) {
    for (const char* name : {"bash", "mount", "umount", "udevadm", "ls"}) {
        node.program(std::string("/usr/bin/") + name, {.needed = {"libc.so.6"}});
    }
    node.program("/usr/sbin/modprobe", {.needed = {"libc.so.6"}});
    node.program("/usr/sbin/mkfs.ext4", {.needed = {"libc.so.6"}});
    node.link("/usr/sbin/mke2fs", "mkfs.ext4");
    node.file("/etc/mke2fs.conf", "[defaults]\n");
    node.program("/usr/lib64/libc.so.6");
    node.program("/usr/local/bin/nrear");
    node.program("/usr/lib/systemd/systemd-udevd", {.needed = {"libc.so.6"}});
    node.program("/usr/lib/udev/ata_id");
    node.file("/usr/lib/udev/rules.d/60-persistent-storage.rules", "IMPORT{program}=\"ata_id --export $devnode\", GROUP=\"disk\"\n");
    node.file("/etc/passwd", "root:secret:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n");
    node.file("/etc/group", "root:x:0:\ndisk:x:6:alice\nusers:x:100:\n");
    node.file("/etc/hosts", "127.0.0.1 localhost");
    node.file("/usr/share/terminfo/v/vt100", "t");
    node.file("/boot/vmlinuz-6.1");
    node.file("/lib/modules/6.1/modules.dep", "kernel/drivers/net/ethernet/tg3.ko:\nkernel/sound/snd.ko:\n");
    node.file("/lib/modules/6.1/kernel/drivers/net/ethernet/tg3.ko", make_module("tigon/tg3.bin"));
    node.file("/lib/modules/6.1/kernel/sound/snd.ko");
    node.file("/lib/firmware/tigon/tg3.bin.xz", "fw");
    node.file("/lib/firmware/sound/other.bin", "fw");
}

ImageOptions options_for(const FakeRoot& node) {
    ImageOptions options;
    options.kernel = find_kernel(node.root(), "6.1", "");
    options.program = "/usr/local/bin/nrear";
    options.plan_programs = {"mkfs.ext4"};
    options.files = {{nrear::record::kRescueRecordPath, "{}"}};
    options.hosts = "192.168.24.1 undercloud-0\n";
    return options;
}

ImageManifest build(const FakeRoot& node, const ImageOptions& options) {
    NoPrograms runner;
    return build_manifest(node.root(), options, runner);
}

std::string content(const ImageManifest& manifest, const std::string& path) {
    const auto* const found = manifest.find(path);
    return found == nullptr ? "(missing)" : found->content;
}

}  // namespace

TEST_CASE("what a rescue system needs is in the manifest, each with its reason") {
    const FakeRoot node;
    fill(node);
    const auto manifest = build(node, options_for(node));
    const auto reason = [&](const std::string& path) {
        const auto* const found = manifest.find(path);
        return found == nullptr ? "(missing)" : found->reason;
    };
    CHECK(reason("/usr/sbin/mkfs.ext4") == "program: the plan runs it");
    CHECK(reason("/usr/bin/bash") == "program: essential");
    CHECK(reason("/usr/bin/ls") == "program: everyday tool");
    CHECK(reason("/usr/lib64/libc.so.6").starts_with("library: needed by "));
    CHECK(reason("/etc/mke2fs.conf") == "data: of mke2fs");
    CHECK(reason("/usr/lib/systemd/systemd-udevd") == "udev: makes device nodes and loads drivers");
    CHECK(reason("/usr/lib/udev/ata_id") == "udev: a rule calls ata_id");
    CHECK(reason("/usr/share/terminfo/v/vt100") == "terminal: for programs that use the whole screen");
    CHECK(reason("/lib/modules/6.1/kernel/drivers/net/ethernet/tg3.ko") == "driver: drivers/net/ethernet");
    CHECK(reason("/lib/modules/6.1/kernel/sound/snd.ko") == "(missing)");
    CHECK(reason("/lib/firmware/tigon/tg3.bin.xz") == "firmware: of tg3");
    CHECK(reason("/lib/firmware/sound/other.bin") == "(missing)");
    CHECK(reason("/dev/console") == "skeleton: the kernel and init need it");
    CHECK(content(manifest, "/init") == "/usr/sbin/nrear");
    CHECK(content(manifest, "/usr/sbin/rear") == "nrear");
    CHECK(manifest.find("/usr/sbin/nrear")->source == "/usr/local/bin/nrear");
    CHECK(content(manifest, "/etc/hosts") == "127.0.0.1 localhost\n192.168.24.1 undercloud-0\n");
    CHECK(content(manifest, "/etc/passwd") == "root:x:0:0:root:/root:/bin/bash\n");
    CHECK(content(manifest, "/etc/group") == "root:x:0:\ndisk:x:6:alice\n");
    CHECK(manifest.warnings.empty());
}

TEST_CASE("entries are sorted, unique, and below directories of the manifest") {
    const FakeRoot node;
    fill(node);
    const auto manifest = build(node, options_for(node));
    for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
        const auto& path = manifest.entries[i].path;
        INFO(path);
        CHECK((i == 0 || manifest.entries[i - 1].path < path));
        const auto slash = path.rfind('/');
        CHECK((slash == 0 || manifest.find(path.substr(0, slash)) != nullptr));
    }
}

TEST_CASE("the image holds its own list of contents, and records that only root reads") {
    const FakeRoot node;
    fill(node);
    const auto manifest = build(node, options_for(node));
    const auto* const list = manifest.find(nrear::record::kManifestPath);
    REQUIRE(list != nullptr);
    CHECK(list->content.find("\"/usr/bin/bash\"") != std::string::npos);
    CHECK(list->mode == 0600);
    CHECK(manifest.find(nrear::record::kRescueRecordPath)->mode == 0600);
    CHECK(nrear::image::to_text(manifest).find("l 0777 0 /init -> /usr/sbin/nrear  nrear: init and recover\n") != std::string::npos);
}

TEST_CASE("all missing programs are named at once, before anything is written") {
    const FakeRoot node;
    fill(node);
    auto options = options_for(node);
    options.plan_programs = {"mkfs.ext4", "mkfs.xfs", "lvm"};
    options.required_programs = {"my-tool"};
    CHECK_THROWS_WITH(build(node, options), Catch::Contains("lvm (recover runs it), mkfs.xfs (recover runs it), my-tool (REQUIRED_PROGS)"));
}

TEST_CASE("settings") {
    const FakeRoot node;
    fill(node);
    auto options = options_for(node);
    SECTION("FIRMWARE_FILES=( 'no' )") {
        options.firmware_files = {"no"};
        CHECK(build(node, options).find("/lib/firmware/tigon/tg3.bin.xz") == nullptr);
    }
    SECTION("FIRMWARE_FILES with patterns adds to what the drivers name") {
        options.firmware_files = {"*other*"};
        const auto manifest = build(node, options);
        CHECK(manifest.find("/lib/firmware/sound/other.bin") != nullptr);
        CHECK(manifest.find("/lib/firmware/tigon/tg3.bin.xz") != nullptr);
    }
    SECTION("PROGS are taken where they exist") {
        node.program("/usr/bin/tmux");
        options.programs = {"tmux", "nowhere"};
        CHECK(build(node, options).find("/usr/bin/tmux")->reason == "program: PROGS");
    }
    SECTION("LIBS by name, path and pattern; what is missing is said") {
        node.program("/usr/lib64/libone.so.1");
        node.program("/opt/lib/libtwo.so.1");
        options.libraries = {"libone.so.1", "/opt/lib/libtwo*", "libnone.so"};
        const auto manifest = build(node, options);
        CHECK(manifest.find("/usr/lib64/libone.so.1") != nullptr);
        CHECK(manifest.find("/opt/lib/libtwo.so.1") != nullptr);
        CHECK(manifest.warnings == std::vector<std::string>{"LIBS: libnone.so was not found"});
    }
    SECTION("a module that does not exist is said") {
        options.modules.load = {"nonsense"};
        CHECK_THAT(build(node, options).warnings.at(0), Catch::Contains("no module nonsense"));
    }
}

TEST_CASE("firmware of compressed modules is asked of modinfo") {
    const FakeRoot node;
    fill(node);
    node.file("/lib/modules/6.1/modules.dep", "kernel/drivers/net/ethernet/tg3.ko.xz:\n");
    node.file("/lib/modules/6.1/kernel/drivers/net/ethernet/tg3.ko.xz", "xz");
    NoPrograms runner;
    build_manifest(node.root(), options_for(node), runner);
    REQUIRE(runner.ran.size() == 1);
    CHECK(runner.ran[0].at(0) == "modinfo");
    CHECK_THAT(runner.ran[0].at(3), Catch::EndsWith("/kernel/drivers/net/ethernet/tg3.ko.xz"));
}
