// SPDX-License-Identifier: GPL-3.0-or-later
// The checks of the backup: all of them before anything is written.
#include "rescue/recover/find_backup.h"

#include <unistd.h>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "tests/support/thrown_by.h"
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
    auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.what(), Contains("11 bytes") && Contains("16 were written"));
    CHECK(sample.person.asked.empty());

    unlink(sample.rescue.archive_path.c_str());
    error = thrown_by([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("backup.tar.gz"));
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("a backup in which a check found damage: refused without an answer, with what to do instead") {
    Sample sample;
    sample.backup.verified = record::Verification{.when = "2026-11-22T02:00:00Z", .how = "full", .problem = "member 3 of 9: its checksum is wrong"};
    const auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.what(), Contains("A check of this backup found: member 3 of 9"));
    CHECK_THAT(error.hint(), Contains("--backup ID") && Contains("--salvage") && Contains("--force-host") && !Contains("boot the ISO"));
    CHECK(sample.person.asked.size() == 1);
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("the archive of another host: asked, refused without an answer, taken by --force-host") {
    Sample sample;
    sample.backup.hostname = "controller-1";
    auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.hint(), Contains("--force-host"));
    CHECK(sample.person.asked.size() == 1);

    sample.options.unattended = true;
    sample.person.asked.clear();
    CHECK(thrown_by([&] { sample.run(); }).kind() == ErrorKind::kIntegrity);
    CHECK(sample.person.asked.empty());

    sample.options = {};
    sample.options.force_host = true;
    thrown_by([&] { sample.run(); });
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("overwritten"));
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("a damaged record is an integrity error; no record at all is asked about") {
    Sample sample;
    auto context = sample.context();
    base::write_file(sample.rescue.backup_record_path, "{\"format\": 1, \"kind\": ");
    auto error = thrown_by([&] { recover::run(context); });
    CHECK(error.kind() == ErrorKind::kIntegrity);
    CHECK_THAT(error.hint(), Contains("nothing was written") && Contains("rename " + sample.rescue.backup_record_path));
    unlink(sample.rescue.backup_record_path.c_str());
    error = thrown_by([&] { recover::run(context); });
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

namespace {

/// The backup in its place is newer; the one that the rescue system was made with lies in the history.
struct WithHistory : Sample {
    transport::LocalTransport server;
    record::BackupRecord own = backup;

    WithHistory() {
        put_in_history(own, "20261122-005900-id1");
        backup.id = "id-2";
        backup.created = "2026-11-23T00:59:00Z";
    }
    void put_in_history(const record::BackupRecord& record, const std::string& name) const {
        base::make_directories(path(name));
        base::write_file(path(name) + "/backup.tar.gz", "the archive");
        base::write_file(path(name) + "/backup.json", record::to_json(record));
    }
    recover::FoundBackup find() {
        auto all = context();
        return recover::find_backup(all, server, rescue, own.plan_sha256);
    }
};

}  // namespace

TEST_CASE("an old ISO restores its own backup, out of the history, and says that there is a newer one") {
    WithHistory sample;
    auto found = sample.find();
    CHECK(found.record->id == "id-1");
    CHECK(found.archive_path == sample.path("20261122-005900-id1/backup.tar.gz"));
    CHECK_THAT(sample.progress.text, Contains("belongs to the backup of 2026-11-22T00:59:00Z (id-1); there is a newer one of 2026-11-23T00:59:00Z (id-2)"));
    CHECK(sample.person.asked.empty());

    sample.options.backup = "latest";
    CHECK(sample.find().record->id == "id-2");
    sample.options.backup = "id-1";
    CHECK(sample.find().record->id == "id-1");
    sample.options.backup = "id-3";
    CHECK_THAT(thrown_by([&] { sample.find(); }).hint(), Contains("id-1 (2026-11-22 00:59 UTC), id-2 (2026-11-23 00:59 UTC)"));
}

TEST_CASE("mkbackuponly keeps the ISO: it restores the newest backup that it was made for") {
    WithHistory sample;
    sample.backup.rescue_id = "id-1";
    CHECK(sample.find().record->id == "id-2");
}

TEST_CASE("an old ISO whose archive was replaced says so, whatever the storage") {
    WithHistory sample;
    base::remove_tree(sample.path("20261122-005900-id1"));
    CHECK(sample.find().record->id == "id-2");
    CHECK_THAT(sample.progress.text, Contains("warning: The backup that this rescue system was made with (2026-11-22T01:00:00Z, id-1) is not on the server any more.\n"
                                              "Instead of it: the one of 2026-11-23T00:59:00Z (id-2).\n"));
    CHECK(sample.person.asked.empty());  // the same storage: it will fit
    CHECK(sample.find().substitute);
    sample.options.backup = "id-2";
    CHECK_FALSE(sample.find().substitute);
}

TEST_CASE("an old ISO whose archive was replaced names all that there is") {
    WithHistory sample;
    base::remove_tree(sample.path("20261122-005900-id1"));
    auto older = sample.own;
    older.id = "id-0";
    older.created = "2026-11-20T00:59:00Z";
    older.plan_sha256 = "of other storage";
    sample.put_in_history(older, "20261120-005900-id0");
    CHECK(sample.find().record->id == "id-2");
    CHECK_THAT(sample.progress.text, Contains("There are 2 others:\n"
                                              "  id-0  2026-11-20T00:59:00Z  11 B, made of other storage\n"
                                              "  id-2  2026-11-23T00:59:00Z  11 B\n"
                                              "Instead of it: the one of 2026-11-23T00:59:00Z (id-2); nrear recover --backup ID takes another.\n"));
    for (int i = 10; i < 20; ++i) {
        older.id = base::cat("old-", i);
        older.created = base::cat("2025-11-", i, "T00:59:00Z");
        sample.put_in_history(older, base::cat("202511", i, "-005900-old"));
    }
    sample.progress.text.clear();
    CHECK(sample.find().record->id == "id-2");
    CHECK_THAT(sample.progress.text, Contains("There are 12 others; the newest 10:\n  old-12  ") && !Contains("old-11"));
}

TEST_CASE("another backup than the rescue system's own is named in the question, and whoever can be asked is asked") {
    WithHistory sample;
    CHECK_THROWS_AS(sample.run(), Error);
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("will be overwritten by the backup of 2026-11-22T00:59:00Z (id-1). Go on?"));

    base::remove_tree(sample.path("20261122-005900-id1"));
    sample.options.automatic = GENERATE(false, true);
    sample.person.asked.clear();
    CHECK_THROWS_AS(sample.run(), Error);
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("will be overwritten by the backup of 2026-11-23T00:59:00Z (id-2), NOT the one that this rescue system was made with. Go on?"));
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("an old ISO whose record is there without its archive: the path that is missing is the one in the history") {
    WithHistory sample;
    const auto archive = sample.path("20261122-005900-id1/backup.tar.gz");
    REQUIRE(unlink(archive.c_str()) == 0);
    const auto error = thrown_by([&] { sample.find(); });
    CHECK(error.kind() == ErrorKind::kGeneral);
    CHECK_THAT(error.what(), Contains("the backup of 2026-11-22T00:59:00Z (id-1)") && Contains("has no " + archive));
    CHECK_THAT(error.hint(), Contains("nrear list") && Contains("--backup ID") && Contains("nothing was written"));
}

TEST_CASE("its own backup gone, the newest of other storage, an older one of the same: asked, the fitting one is the safe answer") {
    WithHistory sample;
    auto older = sample.own;
    older.id = "id-0";
    older.created = "2026-11-20T00:59:00Z";
    sample.put_in_history(older, "20261120-005900-id0");
    base::remove_tree(sample.path("20261122-005900-id1"));
    sample.backup.plan_sha256 = "of other storage";
    CHECK(sample.find().record->id == "id-0");
    CHECK(sample.person.asked == std::vector<std::string>{"Which backup is to be restored?"});
    sample.person.choices = {"newest"};
    sample.person.confirmations = {true};
    CHECK(sample.find().record->id == "id-2");
    sample.options.unattended = true;
    CHECK_THAT(thrown_by([&] { sample.find(); }).hint(), Contains("--backup ID"));
}

TEST_CASE("what is half removed or unfinished is never offered; what a check found damaged is asked about") {
    WithHistory sample;
    const auto record = sample.path("20261122-005900-id1/backup.json");
    REQUIRE(rename(record.c_str(), (record + ".nrear-pruned").c_str()) == 0);
    CHECK(sample.find().record->id == "id-2");
    sample.options.backup = "id-1";
    CHECK_THAT(thrown_by([&] { sample.find(); }).why(), Contains("no id begins so"));

    sample.options.backup = "";
    sample.backup.verified = record::Verification{"2026-11-23T02:00:00Z", "full", 7, 99, "member 3 is damaged"};
    CHECK_THAT(thrown_by([&] { sample.find(); }).why(), Contains("member 3 is damaged"));
    sample.person.confirmations = {true};
    CHECK(sample.find().record->id == "id-2");
}
