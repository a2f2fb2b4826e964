// SPDX-License-Identifier: GPL-3.0-or-later
// Settings that are read but most likely don't mean what was meant: each must be named with its line.
#include <catch2/catch.hpp>

#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;
using Catch::Matchers::Contains;

TEST_CASE("one value for an array") {
    const auto result = read("FULLBACKUPDAY=\"Sat\"\nBACKUP_PROG_COMPRESS_OPTIONS=\"--gzip\"\n");
    CHECK(result.settings.array("FULLBACKUPDAY") == Strings{"Sat"});
    CHECK(result.settings.array("BACKUP_PROG_COMPRESS_OPTIONS") == Strings{"--gzip"});
    REQUIRE(warnings(result).size() == 2);
    CHECK_THAT(warnings(result)[0], Contains("1: FULLBACKUPDAY is an array") && Contains("write FULLBACKUPDAY=( '…' )"));
    CHECK_THROWS_WITH(read("X=1\nBACKUP_PROG_EXCLUDE+='/foo'\n"),
                      "/etc/rear/local.conf:2: BACKUP_PROG_EXCLUDE+=… would append text to the first element of an array");
}

TEST_CASE("unquoted patterns stay patterns") {
    const auto self = read("BACKUP_PROG_EXCLUDE=( ${BACKUP_PROG_EXCLUDE[@]} '/tmp' '/var/tmp' )\n");
    CHECK(self.settings.array("BACKUP_PROG_EXCLUDE") == default_excludes_and({"/tmp", "/var/tmp"}));
    REQUIRE(warnings(self).size() == 1);
    CHECK_THAT(warnings(self)[0], Contains("1: BACKUP_PROG_EXCLUDE: ") && Contains("\"${BACKUP_PROG_EXCLUDE[@]}\""));

    const auto globs = read("BACKUP_PROG_EXCLUDE=( /proc/* /mnt/* )\n");
    CHECK(globs.settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/proc/*", "/mnt/*"});
    REQUIRE(warnings(globs).size() == 2);
    CHECK_THAT(warnings(globs)[1], Contains("/mnt/*") && Contains("single quotes"));

    const auto escaped = read("BACKUP_PROG_EXCLUDE=( $VAR_DIR/output/\\* )\n");
    CHECK(escaped.settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/var/lib/rear/output/*"});
    CHECK(warnings(escaped).empty());
}

TEST_CASE("patterns that can never match") {
    const auto result = read("BACKUP_PROG_EXCLUDE=(\n'/var/lib/docker/'\n'websoft'\n'*.log'\n'/a//b'\n'/x',\n'/fine' )\n");
    const auto lines = warnings(result);
    REQUIRE(lines.size() == 5);
    CHECK_THAT(lines[0], Contains("2: ") && Contains("'/var/lib/docker/' never matches: it ends with a slash; write '/var/lib/docker'"));
    CHECK_THAT(lines[1], Contains("3: ") && Contains("'websoft' never matches: patterns are compared with whole absolute paths"));
    CHECK_THAT(lines[2], Contains("4: ") && Contains("'*.log'"));
    CHECK_THAT(lines[3], Contains("5: ") && Contains("neither // nor /./"));
    CHECK_THAT(lines[4], Contains("6: ") && Contains("comma"));
    CHECK(result.settings.array("BACKUP_PROG_EXCLUDE").size() == 6);
    // Without --anchored a pattern may match after any '/'.
    CHECK(warnings(read("BACKUP_PROG_OPTIONS=( --xattrs )\nBACKUP_PROG_EXCLUDE=( '*.log' )\n")).empty());
}

TEST_CASE("two patterns in one string") {
    const auto result = read("BACKUP_PROG_INCLUDE=( '/opt/*' '/boot/* /boot/efi/*' )\nEXCLUDE_MOUNTPOINTS=(\"/mnt/release_files|/backups\")\n");
    CHECK(result.settings.array("BACKUP_PROG_INCLUDE") == Strings{"/opt/*", "/boot/* /boot/efi/*"});
    CHECK(result.settings.array("EXCLUDE_MOUNTPOINTS") == Strings{"/mnt/release_files|/backups"});
    REQUIRE(warnings(result).size() == 2);
    CHECK_THAT(warnings(result)[0], Contains("1: ") && Contains("two paths in one"));
    CHECK_THAT(warnings(result)[1], Contains("2: ") && Contains("one mount point"));
}

TEST_CASE("the wrong variable for a path") {
    const auto result = read(R"(EXCLUDE_BACKUP=( '/var/log/sina' '/dev/shm/*' )
AUTOEXCLUDE_DISKS=( /dev/sdb )
EXCLUDE_COMPONENTS=( "${EXCLUDE_COMPONENTS[@]}" "fs:/sda1" )
EXCLUDE_VG=( "/dev/vg1" )
)");
    const auto all = nrear::base::join(warnings(result), "\n");
    CHECK_THAT(all, Contains("1: EXCLUDE_BACKUP: '/var/log/sina' has no effect") && Contains("BACKUP_PROG_EXCLUDE+=( '/var/log/sina' )"));
    CHECK_THAT(all, Contains("'/dev/shm/*' has no effect"));
    CHECK_THAT(all, Contains("2: AUTOEXCLUDE_DISKS is a single value") && Contains("2: AUTOEXCLUDE_DISKS: '/dev/sdb' is neither true nor false"));
    CHECK_THAT(all, Contains("3: EXCLUDE_COMPONENTS: 'fs:/sda1': fs: is followed by a mount point"));
    CHECK_THAT(all, Contains("4: EXCLUDE_VG: taken as the volume group 'vg1'"));
    CHECK(result.settings.array("EXCLUDE_VG") == Strings{"vg1"});
    CHECK(result.settings.scalar("AUTOEXCLUDE_DISKS") == "/dev/sdb");
    CHECK(warnings(read("EXCLUDE_BACKUP=( fs:/var /dev/vg00 )\nEXCLUDE_COMPONENTS=( /dev/sdb )\n")).empty());
}

TEST_CASE("a '$' in a password") {
    const auto hash = read("SSH_ROOT_PASSWORD=\"$1$Fx5cKDOB$Zr1p\"\n");
    CHECK(hash.settings.find("SSH_ROOT_PASSWORD")->elements.front().text.empty());
    REQUIRE(warnings(hash).size() == 3);
    CHECK_THAT(warnings(hash)[1], Contains("1: SSH_ROOT_PASSWORD: a variable in it is not set") && Contains("single quotes") && !Contains("Fx5cKDOB"));
    const auto url = read("OUTPUT_URL=sftp://u:p$1x@h/d/\n");
    CHECK(url.settings.scalar("OUTPUT_URL") == "sftp://u:px@h/d/");
    REQUIRE(warnings(url).size() == 1);
    CHECK_THAT(warnings(url)[0], Contains("OUTPUT_URL: a variable in it is not set"));
    CHECK_THAT(warnings(read("A=$UNKNOWN\n"))[0], Contains("A: $UNKNOWN is not set"));
}

TEST_CASE("URLs that ReaR reads otherwise") {
    const auto special = read("OUTPUT_URL=sftp://backup:p@ss:w0rd#1@10.0.0.1:2222/data/backup\n");
    CHECK(special.settings.scalar("OUTPUT_URL") == "sftp://backup:p@ss:w0rd#1@10.0.0.1:2222/data/backup");
    CHECK(special.settings.shown("OUTPUT_URL", special.settings.scalar("OUTPUT_URL")) == "sftp://backup:***@10.0.0.1:2222/data/backup");
    REQUIRE(warnings(special).size() == 1);
    CHECK_THAT(warnings(special)[0], Contains("last @ before the host 10.0.0.1") && !Contains("w0rd"));
    CHECK_THAT(warnings(read("BACKUP=NETFS\nBACKUP_URL=nfs://[fd00:fd00:fd00:2000::1]/ctl_plane_backups\n"))[0], Contains("2: ") && Contains("[fd00:fd00:fd00:2000::1]"));
    CHECK_THAT(warnings(read("BACKUP=NETFS\nBACKUP_URL=sshfs://root@host:2222/dbar\n"))[0], Contains("port"));
}

TEST_CASE("unknown variables are kept; only a note says so") {
    const auto result = read("NSR_CLIENT_MODE=yes\nBAREOS_FILESET=x\nGALAXY11_Q_ARGUMENTFILE=/y\nMYVAR=1\n");
    CHECK(result.settings.scalar("MYVAR") == "1");
    CHECK(warnings(result).empty());
    REQUIRE(result.diagnostics.size() == 4);
    CHECK(result.diagnostics[0].severity == Diagnostic::Severity::kNote);
}

TEST_CASE("settings without effect are named when somebody may rely on them") {
    const auto result = read("RESULT_MAILTO=( root )\nUSING_UEFI_BOOTLOADER=1\nGRUB_RESCUE=n\n");
    CHECK(warnings(result) == Strings{"1: RESULT_MAILTO has no effect: nrear sends no mail: use the exit code"});
    CHECK(result.diagnostics.size() == 2);
}
