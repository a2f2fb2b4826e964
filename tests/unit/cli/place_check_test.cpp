// SPDX-License-Identifier: GPL-3.0-or-later
// "No backups" is never said of a place that is not there.
#include "cli/place_check.h"

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace nrear::cli;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kMounted = "21 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n";

/// The files of a machine that tell of mounts, and a directory for backups.
struct Machine {
    base::TempDir directory;
    std::string place = directory.path() + "/mnt/backup";
    std::string root = directory.path() + "/root";

    Machine() {
        base::make_directories(root + "/etc", 0755);
        base::make_directories(root + "/proc/self", 0755);
        base::write_file(root + "/proc/self/mountinfo", kMounted);
    }
    void fstab(const std::string& mount_point) const { base::write_file(root + "/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\nfiler:/backup " + mount_point + " nfs noauto 0 0\n"); }
    void mounted(const std::string& line) const { base::write_file(root + "/proc/self/mountinfo", kMounted + line); }
    PlaceFinding look() const {
        transport::LocalTransport server;
        return look_at_place(server, {.scheme = transport::Scheme::kFile, .path = place + "/"}, base::Root(root));
    }
};

}  // namespace

TEST_CASE("a directory that is not there") {
    Machine machine;
    auto found = machine.look();
    REQUIRE(found.error);
    CHECK(found.error->kind() == ErrorKind::kGeneral);
    CHECK(std::string(found.error->what()) == "look for backups in file://" + machine.place + "/: the directory " + machine.place + "/ does not exist");
    CHECK_THAT(found.error->hint(), Contains("mkbackup makes the directory"));
    base::make_directories(machine.directory.path() + "/mnt", 0755);
    base::write_file(machine.place, "");
    found = machine.look();
    REQUIRE(found.error);
    CHECK_THAT(found.error->what(), Contains("is no directory"));
}

TEST_CASE("a directory that is there, with and without something in it") {
    Machine machine;
    base::make_directories(machine.place, 0755);
    auto found = machine.look();
    CHECK_FALSE(found.error);
    CHECK(found.empty);
    base::make_directories(machine.place + "/c0", 0755);
    found = machine.look();
    CHECK_FALSE(found.error);
    CHECK_FALSE(found.empty);
    CHECK(found.warning.empty());
}

TEST_CASE("what fstab has and nobody mounted") {
    Machine machine;
    machine.fstab(machine.place);
    for (const bool exists : {false, true}) {
        if (exists) {
            base::make_directories(machine.place, 0755);
        }
        const auto found = machine.look();
        REQUIRE(found.error);
        CHECK(found.error->kind() == ErrorKind::kNetwork);
        CHECK_THAT(found.error->what(), Contains(machine.place + " is not mounted, though /etc/fstab has it"));
        CHECK(found.error->hint() == "mount " + machine.place);
    }
    // A backup went into the directory under it: it is shown, and said where it lies.
    base::make_directories(machine.place + "/c0", 0755);
    auto found = machine.look();
    CHECK_FALSE(found.error);
    CHECK_THAT(found.warning, Contains("is not mounted, though /etc/fstab has it: what is found in " + machine.place));
    machine.mounted("40 21 0:40 / " + machine.place + " rw - nfs filer:/backup rw\n");
    CHECK(machine.look().warning.empty());
}

TEST_CASE("the mount point that is missing") {
    const std::string fstab = "/dev/vda1 / ext4 defaults 0 1\n/dev/vdb1 /mnt ext4 defaults 0 2\nfiler:/b /mnt/my\\040backup nfs defaults 0 0\n/dev/vdc1 none swap sw 0 0\n";
    const std::string mnt = "30 21 254:17 / /mnt rw - ext4 /dev/vdb1 rw\n";
    CHECK(missing_mount("/mnt/my backup/c", fstab, kMounted + mnt) == "/mnt/my backup");
    CHECK(missing_mount("/mnt/my backup", fstab, kMounted + mnt + "40 30 0:40 / /mnt/my\\040backup rw - nfs filer:/b rw\n").empty());
    CHECK(missing_mount("/mnt/my backup", fstab, kMounted + mnt + "40 30 0:40 / /mnt/my\\040backup rw - autofs systemd-1 rw\n") == "/mnt/my backup");
    CHECK(missing_mount("/mnt/other", fstab, kMounted) == "/mnt");
    CHECK(missing_mount("/mnt/other", fstab, kMounted + mnt).empty());
    CHECK(missing_mount("/mnt/other/deep/er", fstab, std::string(kMounted) + "40 21 0:40 / /mnt/other/deep rw - cifs //x/y rw\n").empty());
    CHECK(missing_mount("/mntx", fstab, kMounted).empty());
    CHECK(missing_mount("/srv", "", kMounted).empty());
}
