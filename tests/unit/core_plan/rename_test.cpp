// SPDX-License-Identifier: GPL-3.0-or-later
// New disk names in the recovered system's text files.
#include "core/plan/rename_files.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

namespace nrear::plan {

using Names = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("only whole names are renamed") {
    const Names names{{"/dev/vda", "/dev/sda"}, {"/dev/vda1", "/dev/sda1"}};
    CHECK(rename_devices("/dev/vda1 / ext4\n/dev/vda10 /x\n/dev/vdab /y\nroot=/dev/vda1,x (/dev/vda) my/dev/vda /dev/vda-x /dev/vda", names) ==
          "/dev/sda1 / ext4\n/dev/vda10 /x\n/dev/vdab /y\nroot=/dev/sda1,x (/dev/sda) my/dev/vda /dev/vda-x /dev/sda");
    CHECK(rename_devices("", names).empty());
    CHECK(rename_devices("nothing", {}) == "nothing");
}

TEST_CASE("names may swap") {
    CHECK(rename_devices("/dev/vda1 /dev/vdb1", {{"/dev/vda1", "/dev/vdb1"}, {"/dev/vdb1", "/dev/vda1"}}) == "/dev/vdb1 /dev/vda1");
}

TEST_CASE("files are rewritten in place, symlinks left alone, missing ones passed over") {
    const base::TempDir directory;
    const auto in = [&](const std::string& name) { return directory.path() + "/" + name; };
    base::write_file(in("fstab"), "/dev/vda1 / ext4\n", 0640);
    base::write_file(in("outside"), "/dev/vda1\n");
    base::write_file(in("same"), "UUID=x / ext4\n");
    REQUIRE(symlink(in("outside").c_str(), in("link").c_str()) == 0);
    base::make_directories(in("entries"));
    base::write_file(in("entries/a.conf"), "options root=/dev/vda1 ro\n");
    struct stat before {};
    stat(in("fstab").c_str(), &before);
    const auto changed = rename_in_files({{{"/dev/vda1", "/dev/sda1"}}, {in("fstab"), in("link"), in("same"), in("none"), in("entries")}});
    CHECK(changed == std::vector<std::string>{in("fstab"), in("entries/a.conf")});
    CHECK(base::read_file(in("fstab")) == "/dev/sda1 / ext4\n");
    CHECK(base::read_file(in("outside")) == "/dev/vda1\n");
    CHECK(base::read_file(in("entries/a.conf")) == "options root=/dev/sda1 ro\n");
    struct stat after {};
    stat(in("fstab").c_str(), &after);
    CHECK(after.st_ino == before.st_ino);
    CHECK(after.st_mode == before.st_mode);
}

TEST_CASE("a grubenv keeps its size") {
    const std::string text = "# GRUB Environment Block\nkernelopts=root=/dev/sda1\n";
    CHECK(fit_grubenv(text + "####", 60).size() == 60);
    CHECK(fit_grubenv(text + "##########", text.size() + 2) == text + "##");
    CHECK_THROWS_AS(fit_grubenv(text, 10), Error);
}

}  // namespace nrear::plan
