// SPDX-License-Identifier: GPL-3.0-or-later
// New disk names in the recovered system's text files.
#include "core/plan/rename_files.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/plan/move_layout.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

namespace {
std::string cat_target(const std::string& path) { return kTargetRoot + path; }
}  // namespace

using Names = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("only whole names are renamed") {
    const Names names{{"/dev/vda", "/dev/sda"}, {"/dev/vda1", "/dev/sda1"}};
    CHECK(rename_devices("/dev/vda1 / ext4\n/dev/vda10 /x\n/dev/vdab /y\nroot=/dev/vda1,x (/dev/vda) my/dev/vda /dev/vda-x /dev/vda", names) ==
          "/dev/sda1 / ext4\n/dev/vda10 /x\n/dev/vdab /y\nroot=/dev/sda1,x (/dev/sda) my/dev/vda /dev/vda-x /dev/sda");
    CHECK(rename_devices("", names).empty());
    CHECK(rename_devices("nothing", {}) == "nothing");
    CHECK(rename_devices("a b", {{"", "x"}}) == "a b");  // no name is nowhere
}

TEST_CASE("names may swap") {
    CHECK(rename_devices("/dev/vda1 /dev/vdb1", {{"/dev/vda1", "/dev/vdb1"}, {"/dev/vdb1", "/dev/vda1"}}) == "/dev/vdb1 /dev/vda1");
}

TEST_CASE("files are rewritten in place, missing ones passed over") {
    const base::TempDir directory;
    const auto in = [&](const std::string& name) { return directory.path() + "/" + name; };
    base::write_file(in("fstab"), "/dev/vda1 / ext4\n", 0640);
    base::write_file(in("same"), "UUID=x / ext4\n");
    base::make_directories(in("entries"));
    base::write_file(in("entries/a.conf"), "options root=/dev/vda1 ro\n");
    struct stat before {};
    stat(in("fstab").c_str(), &before);
    const auto changed = rename_in_files({{{"/dev/vda1", "/dev/sda1"}}, {in("fstab"), in("same"), in("none"), in("entries")}}, directory.path());
    CHECK(changed == std::vector<std::string>{in("fstab"), in("entries/a.conf")});
    CHECK(base::read_file(in("fstab")) == "/dev/sda1 / ext4\n");
    CHECK(base::read_file(in("entries/a.conf")) == "options root=/dev/sda1 ro\n");
    struct stat after {};
    stat(in("fstab").c_str(), &after);
    CHECK(after.st_ino == before.st_ino);
    CHECK(after.st_mode == before.st_mode);
}

TEST_CASE("symlinks are followed inside the recovered system only, and no file is changed twice") {
    const base::TempDir directory;
    const auto root = directory.path() + "/target";
    const auto in = [&](const std::string& name) { return root + name; };
    base::make_directories(in("/etc/default"));
    base::make_directories(in("/etc/sysconfig"));
    base::make_directories(in("/data"));
    const auto outside = directory.path() + "/outside";
    base::write_file(outside, "/dev/vda1 /dev/vdb1\n");
    base::write_file(in("/data/fstab"), "/dev/vda1 /dev/vdb1\n");
    base::write_file(in("/etc/default/grub"), "/dev/vda1 /dev/vdb1\n");
    REQUIRE(symlink("/data/fstab", in("/etc/fstab").c_str()) == 0);           // absolute: begins at the recovered system's root
    REQUIRE(symlink("../default/grub", in("/etc/sysconfig/grub").c_str()) == 0);
    REQUIRE(symlink(outside.c_str(), in("/etc/crypttab").c_str()) == 0);      // there is no such file inside
    REQUIRE(symlink("../../../outside", in("/etc/outside").c_str()) == 0);    // ".." ends at the root
    const Names swapped{{"/dev/vda1", "/dev/vdb1"}, {"/dev/vdb1", "/dev/vda1"}};
    const RenameDevices rename{swapped, {cat_target("/etc/fstab"), cat_target("/etc/default/grub"), cat_target("/etc/sysconfig/grub"), cat_target("/etc/crypttab"), cat_target("/etc/outside")}};
    CHECK(rename_in_files(rename, root) == std::vector<std::string>{in("/data/fstab"), in("/etc/default/grub")});
    CHECK(base::read_file(in("/data/fstab")) == "/dev/vdb1 /dev/vda1\n");
    CHECK(base::read_file(in("/etc/default/grub")) == "/dev/vdb1 /dev/vda1\n");
    CHECK(base::read_file(outside) == "/dev/vda1 /dev/vdb1\n");
    struct stat facts {};
    REQUIRE(lstat(in("/etc/fstab").c_str(), &facts) == 0);
    CHECK(S_ISLNK(facts.st_mode));
}

TEST_CASE("lines of what was left out are commented out, with what crypttab made of them") {
    const base::TempDir directory;
    base::make_directories(directory.path() + "/etc");
    const auto fstab = directory.path() + "/etc/fstab";
    const auto crypttab = directory.path() + "/etc/crypttab";
    base::write_file(crypttab, "# name device\nswap /dev/vdb1 /dev/urandom swap\nroot UUID=r none luks\n");
    base::write_file(fstab, "UUID=\"data\" /srv ext4 defaults 0 2\n/dev/mapper/swap none swap sw 0 0\n# UUID=data\n  UUID=root / ext4 defaults 0 1\nUUID=data2 /x ext4\n/srv/a /b none bind\nUUID=data /c ext4");
    const auto lines = disable_lines({{"/dev/vdb1", "UUID=data"}}, directory.path());
    CHECK(base::read_file(crypttab) == "# name device\n# its disk was left out in the recovery: swap /dev/vdb1 /dev/urandom swap\nroot UUID=r none luks\n");
    CHECK(base::read_file(fstab) ==
          "# its disk was left out in the recovery: UUID=\"data\" /srv ext4 defaults 0 2\n# its disk was left out in the recovery: /dev/mapper/swap none swap sw 0 0\n# UUID=data\n"
          "  UUID=root / ext4 defaults 0 1\nUUID=data2 /x ext4\n/srv/a /b none bind\n# its disk was left out in the recovery: UUID=data /c ext4");
    CHECK(lines.size() == 4);
    CHECK(lines.at(0) == "/etc/crypttab: swap /dev/vdb1 /dev/urandom swap");
    CHECK(disable_lines({{"/dev/vdz"}}, directory.path()).empty());
    CHECK(disable_lines({{"/dev/vdz"}}, directory.path() + "/none").empty());
}

TEST_CASE("names by hardware become those of the new disk, or names that come back with the content") {
    auto layout = layout::test::sample_layout();
    auto& facts = std::get<layout::Disk>(layout::find(layout, "disk:vda")->what).facts;
    facts.links = {"/dev/disk/by-id/ata-OLD_S1", "/dev/disk/by-id/scsi-SATA_OLD_S1", "/dev/disk/by-path/pci-0000:00:04.0"};
    facts.wwn = "0x5000";
    layout::DiskFacts to{.path = "/dev/sda", .size = facts.size};
    to.wwn = "0x6000";
    to.links = {"/dev/disk/by-id/ata-NEW_S2", "/dev/disk/by-id/scsi-SATA_NEW_S2"};
    const auto renamed = [&](const std::string& text) {
        auto moved = layout;
        return rename_devices(text, move_layout(moved, {{"disk:vda", to}}));
    };
    CHECK(renamed("/dev/disk/by-id/ata-OLD_S1-part2 /dev/disk/by-id/ata-OLD_S1") == "/dev/disk/by-id/ata-NEW_S2-part2 /dev/disk/by-id/ata-NEW_S2");
    CHECK(renamed("/dev/disk/by-id/scsi-SATA_OLD_S1-part1") == "/dev/disk/by-id/scsi-SATA_NEW_S2-part1");
    CHECK(renamed("/dev/disk/by-id/wwn-0x5000-part1") == "/dev/disk/by-id/wwn-0x6000-part1");
    CHECK(renamed("/dev/disk/by-path/pci-0000:00:04.0-part2") == "/dev/disk/by-partuuid/1b2c3d4e-02");
    CHECK(renamed("/dev/disk/by-path/pci-0000:00:04.0") == "/dev/sda");
    std::get<layout::Partition>(layout::find(layout, "part:vda2")->what).uuid.clear();
    CHECK(renamed("/dev/disk/by-path/pci-0000:00:04.0-part2") == "/dev/disk/by-uuid/6d4a7d8e-0b64-4a2d-9f8b-0a2a0f3f7f02");
    to.links.clear();
    to.wwn.clear();
    CHECK(renamed("/dev/disk/by-id/ata-OLD_S1-part1") == "/dev/disk/by-partuuid/1b2c3d4e-01");
    facts.links.push_back("");  // a damaged record
    CHECK(renamed("/etc /dev/vda1") == "/etc /dev/sda1");
    facts.links.pop_back();
    to = facts;
    to.path = "/dev/vdb";  // the same disk under another of the kernel's names
    CHECK(renamed("/dev/disk/by-id/ata-OLD_S1-part2 /dev/vda2") == "/dev/disk/by-id/ata-OLD_S1-part2 /dev/vdb2");
}

TEST_CASE("a grubenv keeps its size") {
    const std::string text = "# GRUB Environment Block\nkernelopts=root=/dev/sda1\n";
    CHECK(fit_grubenv(text + "####", 60).size() == 60);
    CHECK(fit_grubenv(text + "##########", text.size() + 2) == text + "##");
    CHECK_THROWS_AS(fit_grubenv(text, 10), Error);
}

}  // namespace nrear::plan
