// SPDX-License-Identifier: GPL-3.0-or-later
// The image of this machine: zstd and cpio unpack it, the dynamic linker finds every library in it, programs run in it, modprobe resolves its
// modules, it holds no secrets, and two runs give the same bytes. Needs root. The kernel is made up: not every machine that tests has one.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "rescue/image/image.h"
#include "rescue/image/initramfs.h"
#include "rescue/record/rescue_record.h"

using namespace nrear;

namespace {

using base::cat;

const std::string kRelease = "6.1-test";
const std::string kKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n";

// What one image is made of and into; all below one directory of /tmp.
struct Node {
    base::TempDir dir{"/tmp"};
    std::string modules = dir.path() + "/lib/modules/" + kRelease;
    base::Root root{"/"};

    Node() {
        file(modules + "/modules.dep", "kernel/drivers/net/ethernet/card.ko: kernel/drivers/net/phy/phy.ko kernel/lib/words.ko\nkernel/drivers/net/phy/phy.ko:\n"
                                       "kernel/lib/words.ko:\nkernel/drivers/scsi/disk.ko:\nkernel/sound/noise.ko:\n");
        file(modules + "/modules.alias", "alias pci:v00008086d0000100Esv*sd*bc*sc*i* card\nalias pci:v00001000d*sv*sd*bc*sc*i* disk\nalias snd noise\n");
        file(modules + "/modules.softdep", "softdep disk pre: words\n");
        for (const char* name : {"drivers/net/ethernet/card", "drivers/net/phy/phy", "lib/words", "drivers/scsi/disk", "sound/noise"}) {
            file(cat(modules, "/kernel/", name, ".ko"), "not an ELF file; modprobe --show-depends does not open it");
        }
        file(dir.path() + "/site/id_backup", kKey);
        file(dir.path() + "/site/notes", "read me");
    }

    static void file(const std::string& path, const std::string& content) {
        base::make_directories(path.substr(0, path.rfind('/')), 0755);
        base::write_file(path, content, 0644);
    }

    image::ImageManifest manifest() const {
        image::ImageOptions options;
        options.kernel = {.release = kRelease, .image = modules + "/vmlinuz", .modules_directory = modules, .codec = image::InitramfsCodec::kZstd};
        options.program = std::getenv("NREAR_PROGRAM");
        options.plan_programs = {"mke2fs", "mount", "umount", "wipefs"};
        options.copy_as_is = {dir.path() + "/site", "/etc/shado*", "/etc/rear*"};
        options.files = {{record::kRescueRecordPath, "{}"}};
        base::PosixCommandRunner runner;
        return image::build_manifest(root, options, runner);
    }

    // Path of the packed image.
    std::string pack(const image::ImageManifest& made, const std::string& name) const {
        const auto path = cat(dir.path(), "/", name);
        base::AtomicFile out(path);
        image::write_initramfs(root, made, {.codec = image::InitramfsCodec::kZstd, .created = 1'700'000'000}, out);
        out.finish();
        return path;
    }

    // Path of the unpacked image.
    std::string unpack(const std::string& packed) const {
        base::PosixCommandRunner runner;
        const auto tree = dir.path() + "/tree";
        base::make_directories(tree, 0755);
        run_checked(runner, {.argv = {"zstd", "-q", "-d", packed, "-o", packed + ".cpio"}});
        run_checked(runner, {.argv = {"cpio", "-i", "-d", "--quiet", "-D", tree, "-F", packed + ".cpio"}});
        return tree;
    }
};

std::vector<std::string> words_of_last_field(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& line : base::split_lines(text)) {
        const auto words = base::split_words(line);
        if (words.size() >= 2) {
            names.push_back(words[1].substr(words[1].rfind('/') + 1));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("an image of this machine, in the hands of other programs") {
    REQUIRE(geteuid() == 0);
    REQUIRE(std::getenv("NREAR_PROGRAM") != nullptr);
    const Node node;
    const auto manifest = node.manifest();
    const auto packed = node.pack(manifest, "initrd.1");
    const auto tree = node.unpack(packed);
    const base::Root inside(tree);
    base::PosixCommandRunner runner;

    SECTION("every entry is there, with its mode and size") {
        for (const auto& entry : manifest.entries) {
            INFO(entry.path);
            const auto facts = inside.facts(entry.path);
            REQUIRE(facts);
            if (entry.kind == image::EntryKind::kFile) {
                CHECK(facts->size == (entry.source.empty() ? entry.content.size() : entry.size));
                CHECK((facts->mode & 07777U) == entry.mode);
            } else if (entry.kind == image::EntryKind::kSymlink) {
                CHECK(inside.read_link(entry.path) == entry.content);
            }
        }
    }

    SECTION("programs find all their libraries in it, and run") {
        const auto linker = std::find_if(manifest.entries.begin(), manifest.entries.end(), [](const image::ImageEntry& entry) {
            return entry.kind == image::EntryKind::kFile && entry.path.find("/ld-linux") != std::string::npos;
        });
        REQUIRE(linker != manifest.entries.end());
        int linked = 0;
        for (const auto& entry : manifest.entries) {
            if (entry.kind == image::EntryKind::kFile && (entry.mode & 0111U) != 0 && inside.read(entry.path).starts_with("\x7f" "ELF")) {
                const auto verified = runner.run({.argv = {linker->path, "--verify", entry.path}, .root = tree});
                if (verified.status == 0) {  // 1: static, or the linker itself
                    INFO(entry.path);
                    const auto listed = runner.run({.argv = {linker->path, "--list", entry.path}, .root = tree});
                    CHECK(listed.ok());
                    CHECK(listed.output.find("not found") == std::string::npos);
                    ++linked;
                }
            }
        }
        CHECK(linked > 40);
        CHECK(run_checked(runner, {.argv = {"bash", "-c", "ls -d /root && mke2fs -V"}, .root = tree}).output == "/root\n");
        CHECK_THAT(run_checked(runner, {.argv = {"nrear", "--version"}, .root = tree}).output, Catch::StartsWith("nrear "));
    }

    SECTION("modprobe resolves its modules: names, aliases, what they need, and nothing that was left out") {
        const auto shown = [&](const std::string& name) {
            return runner.run({.argv = {"modprobe", "-d", tree + node.dir.path(), "-S", kRelease, "-C", "/nonexistent", "--show-depends", name}});
        };
        CHECK(words_of_last_field(shown("card").output) == std::vector<std::string>{"words.ko", "phy.ko", "card.ko"});
        CHECK(words_of_last_field(shown("pci:v00008086d0000100Esv00000000sd00000000bc02sc00i00").output).back() == "card.ko");
        CHECK(words_of_last_field(shown("pci:v00001000d00000012sv00000000sd00000000bc01sc00i00").output).back() == "disk.ko");
        CHECK_FALSE(shown("noise").ok());
        CHECK_FALSE(shown("snd").ok());
    }

    SECTION("no secrets, unless they are named") {
        CHECK(inside.exists(node.dir.path() + "/site/notes"));
        CHECK_FALSE(inside.exists(node.dir.path() + "/site/id_backup"));
        for (const char* path : {"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/rear/local.conf", "/etc/nrear/local.conf", "/root/.ssh"}) {
            INFO(path);
            CHECK_FALSE(inside.facts(path));
        }
        for (const auto& entry : manifest.entries) {
            if (entry.kind == image::EntryKind::kFile && entry.mode != 0 && !entry.path.ends_with("/nrear")) {
                INFO(entry.path);
                const auto head = inside.read(entry.path).substr(0, 4096);
                CHECK((head.find("-----BEGIN ") == std::string::npos || head.find("PRIVATE KEY") == std::string::npos));
            }
        }
        const auto said = base::join(manifest.warnings, "\n");
        CHECK_THAT(said, Catch::Contains("/site/id_backup holds secrets"));
        CHECK_THAT(said, Catch::Contains("/etc/shadow holds secrets"));
    }

    SECTION("the same machine gives the same bytes") {
        const auto again = node.manifest();
        CHECK((to_text(again) == to_text(manifest)));
        CHECK((node.root.read(node.pack(again, "initrd.2")) == node.root.read(packed)));
    }
}
