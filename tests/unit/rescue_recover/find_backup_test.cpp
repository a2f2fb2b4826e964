// SPDX-License-Identifier: GPL-3.0-or-later
// The checks of the backup: all of them before anything is written.
#include "rescue/recover/find_backup.h"

#include <unistd.h>

#include "core/base/fd_stream.h"
#include "tests/unit/rescue_recover/expect_error.h"
#include "tests/unit/rescue_recover/sample.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;

TEST_CASE("backup and rescue system belong together by id, or by the same storage layout") {
    record::RescueRecord rescue;
    rescue.hostname = "controller-0";
    rescue.backup_id = "a";
    record::BackupRecord backup;
    backup.hostname = "controller-0";
    backup.id = "a";
    backup.plan_sha256 = "1";
    CHECK_FALSE(recover::mismatch(rescue, backup, "2"));
    backup.id = "b";
    CHECK_FALSE(recover::mismatch(rescue, backup, "1"));
    CHECK_THAT(recover::mismatch(rescue, backup, "2").value_or(""), Contains("not made together"));
    backup.id = "a";
    backup.hostname = "controller-1";
    CHECK_THAT(recover::mismatch(rescue, backup, "1").value_or(""), Contains("controller-1"));
}

TEST_CASE("an archive that was cut off, or is gone, is named before any write") {
    Sample sample;
    sample.backup.archive.size += 5;
    auto error = expect_error([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.what(), Contains("11 bytes") && Contains("16 were written"));
    CHECK(sample.person.asked.empty());

    unlink(sample.rescue.archive_path.c_str());
    error = expect_error([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("backup.tar.gz"));
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("the archive of another host: asked, refused without an answer, taken by --force-host") {
    Sample sample;
    sample.backup.hostname = "controller-1";
    auto error = expect_error([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.hint(), Contains("--force-host"));
    CHECK(sample.person.asked.size() == 1);

    sample.options.unattended = true;
    sample.person.asked.clear();
    CHECK(expect_error([&] { sample.run(); }).kind() == ErrorKind::kIntegrity);
    CHECK(sample.person.asked.empty());

    sample.options = {};
    sample.options.force_host = true;
    expect_error([&] { sample.run(); });
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("overwritten"));
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("a damaged record is an integrity error; no record at all is asked about") {
    Sample sample;
    auto context = sample.context();
    base::write_file(sample.rescue.backup_record_path, "{\"format\": 1, \"kind\": ");
    auto error = expect_error([&] { recover::run(context); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.hint(), Contains("nothing was written") && Contains("rename " + sample.rescue.backup_record_path));
    unlink(sample.rescue.backup_record_path.c_str());
    error = expect_error([&] { recover::run(context); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.what(), Contains("no backup.json"));
    CHECK(sample.person.asked.size() == 1);
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("renames that were interrupted after the commit: the newer backup is taken from where it lies") {
    Sample sample;
    const auto rescue = sample.rescue;
    record::BackupRecord newer = sample.backup;
    newer.id = "id-2";
    newer.archive.size = 5;
    base::write_file(rescue.archive_path + record::kUncommittedSuffix, "newer");
    auto context = sample.context();
    transport::LocalTransport server;
    CHECK(recover::find_backup(context, server, rescue, newer.plan_sha256).record->id == "id-1");

    base::write_file(rescue.backup_record_path + record::kUncommittedSuffix, record::to_json(newer));
    auto found = recover::find_backup(context, server, rescue, newer.plan_sha256);
    CHECK(found.record->id == "id-2");
    CHECK(found.archive_path == rescue.archive_path + record::kUncommittedSuffix);

    REQUIRE(rename(found.archive_path.c_str(), rescue.archive_path.c_str()) == 0);
    found = recover::find_backup(context, server, rescue, newer.plan_sha256);
    CHECK(found.record->id == "id-2");
    CHECK(found.archive_path == rescue.archive_path);
}
