// SPDX-License-Identifier: GPL-3.0-or-later
// What must be refused before anything is written, instead of being ignored.
#include <catch2/catch.hpp>

#include "core/config/support.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kGood = R"(OUTPUT=ISO
OUTPUT_URL=sftp://backup:backup-secret@undercloud-0/data/backup/
BACKUP=NETFS
BACKUP_URL=sshfs://backup@undercloud-0/data/backup/
)";

Strings problems(const std::string& more, const Needs& needs = {}) {
    Strings lines;
    for (const auto& error : unsupported(read(kGood + more).settings, needs)) {
        CHECK(error.kind() == nrear::ErrorKind::kConfig);
        CHECK_FALSE(error.hint().empty());
        lines.push_back(error.what());
    }
    return lines;
}

}  // namespace

TEST_CASE("what is supported") {
    CHECK(problems("").empty());
    CHECK_NOTHROW(check_supported(read(kGood).settings, {}));
    CHECK(problems("OUTPUT_URL=file:///srv/backup\nBACKUP_URL=file:///srv/backup\n").empty());
    CHECK(problems("OUTPUT_URL=null\n").empty());
    CHECK(problems("BACKUP_PROG_CRYPT_ENABLED=False\n").empty());
    for (const auto* gzip : {"--gzip", "-z", "--use-compress-program=pigz", "\"--use-compress-program=pigz -p 4\"", "-I pigz", "-I /usr/bin/gzip"}) {
        CHECK(problems(nrear::base::cat("BACKUP_PROG_COMPRESS_OPTIONS=( ", gzip, " )\n")).empty());
    }
    CHECK(problems("BACKUP_PROG_COMPRESS_OPTIONS=( )\nBACKUP_PROG_COMPRESS_SUFFIX=\n").empty());
    CHECK(problems("BACKUP_PROG_SUFFIX=.tgz\nBACKUP_PROG_COMPRESS_SUFFIX=\n").empty());
}

TEST_CASE("what is not") {
    CHECK(problems("OUTPUT=PXE\n") == Strings{"/etc/rear/local.conf:5: OUTPUT=PXE: is not supported"});
    CHECK(problems("BACKUP=BORG\n") == Strings{"/etc/rear/local.conf:5: BACKUP=BORG: is not supported"});
    CHECK(problems("BACKUP_URL=nfs://h/p\n") == Strings{"/etc/rear/local.conf:5: BACKUP_URL=nfs://h/p: nfs:// is not supported"});
    CHECK(problems("OUTPUT_URL=cifs://h/p\n").size() == 1);
    CHECK(problems("OUTPUT_URL=iso:///x\n") == Strings{"/etc/rear/local.conf:5: OUTPUT_URL=iso:///x: the ISO cannot be put into itself"});
    CHECK(problems("BACKUP_URL=/srv\n") == Strings{"/etc/rear/local.conf:5: BACKUP_URL=/srv: is no URL"});
    CHECK(problems("BACKUP_URL=null\n").size() == 1);
    CHECK(problems("BACKUP_URL=sftp:///srv\n").size() == 1);
    CHECK(problems("BACKUP_URL=sftp://host\n").size() == 1);
    CHECK(problems("BACKUP_TYPE=incremental\n") == Strings{"/etc/rear/local.conf:5: BACKUP_TYPE=incremental: only full backups are supported"});
    CHECK(problems("BACKUP_PROG=rsync\n").size() == 1);
    CHECK(problems("BACKUP_PROG_CRYPT_ENABLED=yes\n").size() == 1);
    CHECK(problems("BACKUP_PROG_CRYPT_ENABLED=maybe\n").size() == 1);
    CHECK(problems("ISO_MAX_SIZE=4400\n").size() == 1);
    CHECK(problems("BACKUP_MOUNTCMD='mount /x'\n").size() == 1);
    CHECK(problems("BACKUP_PROG_COMPRESS_OPTIONS=( --bzip2 )\n").size() == 1);
    CHECK(problems("BACKUP_PROG_COMPRESS_OPTIONS=( )\n").size() == 1);
    CHECK(problems("BACKUP_PROG_COMPRESS_SUFFIX=.bz2\n").size() == 1);
}

TEST_CASE("only what the command needs is checked") {
    CHECK(problems("OUTPUT=PXE\n", {.backup = true, .output = false}).empty());
    CHECK(problems("BACKUP=BORG\n", {.backup = false, .output = true}).empty());
    CHECK(problems("OUTPUT=PXE\nBACKUP=BORG\nISO_MAX_SIZE=1\n", {.backup = false, .output = false}).empty());
}

TEST_CASE("contradictions of one file, all at once, with hints and without secrets") {
    const std::string text = R"(BACKUP_URL=iso:///backup
OUTPUT_URL=iso:///x
BACKUP_TYPE=incremental
NETFS_KEEP_OLD_BACKUP_COPY=yes
BACKUP_PROG_COMPRESS_OPTIONS=( --bzip2 )
BACKUP_PROG_COMPRESS_SUFFIX=".gz"
)";
    try {
        check_supported(read(kGood + text).settings, {});
        FAIL("accepted");
    } catch (const nrear::Error& error) {
        CHECK(error.what_failed() == "4 settings cannot be used");
        CHECK_THAT(error.why(), Contains("local.conf:5: BACKUP_URL=iso:///backup") && Contains("local.conf:6: OUTPUT_URL=iso:///x") &&
                                    Contains("local.conf:7: BACKUP_TYPE=incremental: only full backups are supported (and it contradicts "
                                             "NETFS_KEEP_OLD_BACKUP_COPY in /etc/rear/local.conf:8)") &&
                                    Contains("local.conf:9: BACKUP_PROG_COMPRESS_OPTIONS=( --bzip2 ): bzip2 is not supported\n    write "));
    }
    CHECK_THAT(problems("OUTPUT_URL=ftp://u:geheim@h/x\n").front(), Contains("ftp://u:***@h/x") && !Contains("geheim"));
}

TEST_CASE("an empty configuration says what to write") {
    const auto errors = unsupported(read("").settings, {});
    REQUIRE(errors.size() == 1);
    CHECK(std::string(errors.front().what()) == "no place for the backup is configured: BACKUP_URL is not set");
    CHECK_THAT(errors.front().hint(), Contains("BACKUP=NETFS"));
}
