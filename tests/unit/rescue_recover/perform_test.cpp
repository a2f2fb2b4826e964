// SPDX-License-Identifier: GPL-3.0-or-later
// Restoring: damaged archives are named and never end well, what is not as it was is told.
#include "rescue/recover/perform.h"

#include <unistd.h>

#include "archive/backup.h"
#include "core/base/digest.h"
#include "core/base/fd_stream.h"
#include "rescue/recover/finish.h"
#include "tests/support/thrown_by.h"
#include "tests/unit/rescue_recover/sample.h"
#include "tests/unit/transport/retry_by_hand.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;

namespace {

struct Restoring {
    Sample sample;
    plan::Plan plan{{{"Restore the files", "", plan::RestoreFiles{}, false}}};
    recover::FoundBackup found;

    Restoring() {
        base::make_directories(sample.path("tree/etc"));
        base::write_file(sample.path("tree/etc/hostname"), "controller-0\n");
        base::write_file(sample.path("tree/etc/noise"), std::string(300000, 'n'));
        archive::BackupOptions options;
        options.selection.root = sample.path("tree");
        archive::ExcludeRules excludes;
        options.selection.excludes = &excludes;
        base::AtomicFile file(sample.path("good.tar.gz"));
        base::AtomicFile index(sample.path("good.tar.gz.index"));
        options.index = &index;
        archive::write_backup(options, file, sample.progress);
        file.finish();
        index.finish();
        use(base::read_file(sample.path("good.tar.gz")), true);
    }
    /// These bytes are what the server has; `recorded`: and what backup.json says.
    void use(const std::string& bytes, bool recorded) {
        base::write_file(sample.rescue.archive_path, bytes);
        if (recorded) {
            sample.backup.archive = {sample.rescue.archive_path, bytes.size(), base::sha256_of(base::as_bytes(bytes))};
        }
        found.record = sample.backup;
        found.archive_path = sample.rescue.archive_path;
        found.archive_size = bytes.size();
    }
    std::string archive() const { return base::read_file(sample.rescue.archive_path); }
    recover::PerformResult run() {
        const auto context = sample.context();
        recover::Server server(context, sample.rescue);
        const recover::Secrets secrets(context, {}, plan);
        return recover::perform(context, server, {plan, found, secrets, {}, {{"disk:vda", "/dev/vda"}}, {}});
    }
};

/// Breaks at the first byte, or behaves.
struct Breaking final : transport::Transport {
    transport::LocalTransport inner;
    bool broken;
    explicit Breaking(bool breaks) : broken(breaks) {}
    std::unique_ptr<base::FinishingSink> create(const std::string& path) override { return inner.create(path); }
    std::unique_ptr<base::RandomAccessSource> open(const std::string& path) override {
        if (broken) {
            throw Error(ErrorKind::kNetwork, "read " + path, "the server closed the connection");
        }
        return inner.open(path);
    }
    std::optional<transport::FileInfo> stat(const std::string& path) override { return inner.stat(path); }
    std::vector<transport::FileInfo> list(const std::string& path) override { return inner.list(path); }
    void make_directories(const std::string& path) override { inner.make_directories(path); }
    void rename(const std::string& from, const std::string& to) override { inner.rename(from, to); }
    void remove(const std::string& path) override { inner.remove(path); }
    void remove_directory(const std::string& path) override { inner.remove_directory(path); }
    std::optional<transport::Space> space(const std::string& path) override { return inner.space(path); }
    std::string description() const override { return "a server"; }
};

}  // namespace

TEST_CASE("restore: files arrive in the target") {
    Restoring it;
    const auto result = it.run();
    CHECK(result.skipped.empty());
    CHECK(result.restored.problem_count == 0);
    CHECK(base::read_file(it.sample.path("target/etc/hostname")) == "controller-0\n");
}

TEST_CASE("restore: a truncated archive is an integrity error, wherever it was cut") {
    Restoring it;
    const auto good = it.archive();
    for (const std::size_t size : {good.size() - 1, good.size() - 9, good.size() / 2, std::size_t{10}, std::size_t{0}}) {
        INFO("cut to " << size << " of " << good.size());
        it.use(good.substr(0, size), true);
        CHECK(thrown_by([&] { it.run(); }).kind() == ErrorKind::kIntegrity);
    }
}

TEST_CASE("restore: a flipped bit is an integrity error, wherever it is") {
    Restoring it;
    const auto good = it.archive();
    for (const std::size_t at : {std::size_t{0}, good.size() / 3, good.size() / 2, good.size() - 12, good.size() - 2}) {
        INFO("bit flipped at " << at << " of " << good.size());
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        it.use(bad, false);
        CHECK(thrown_by([&] { it.run(); }).kind() == ErrorKind::kIntegrity);
    }
}

TEST_CASE("restore: an error of a damaged archive names its files") {
    Restoring it;
    auto bad = it.archive();
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x10);
    it.use(bad, false);
    it.found.index_path = it.sample.path("good.tar.gz.index");
    CHECK_THAT(thrown_by([&] { it.run(); }).why(), Contains("etc/hostname"));
}

TEST_CASE("restore: what is left of a damaged archive, when it is asked for") {
    Restoring it;
    auto bad = it.archive();
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 0x10);
    it.use(bad, false);
    it.found.index_path = it.sample.path("good.tar.gz.index");
    SECTION("by --salvage") {
        it.sample.options.salvage = true;
    }
    SECTION("by the operator, when the step has failed") {
        it.sample.person.choices = {"salvage"};
    }
    const auto result = it.run();
    CHECK_FALSE(result.restored.damage.empty());
    CHECK(result.restored.problem_count == 4);  // the one member that there is held all: two directories come back, two files do not
    CHECK(access(it.sample.path("target/etc").c_str(), F_OK) == 0);
    CHECK(access(it.sample.path("target/etc/hostname").c_str(), F_OK) != 0);
}

TEST_CASE("restore: another good archive in its place is not taken for it") {
    Restoring it;
    it.found.record->archive.sha256 = std::string(64, '0');
    CHECK(thrown_by([&] { it.run(); }).kind() == ErrorKind::kIntegrity);
}

TEST_CASE("restore: after a broken line the retry connects anew, and the password is not asked for again") {
    Restoring it;
    it.sample.person.secrets = {"wrong", "right"};
    it.sample.person.choices = {"retry"};
    auto context = it.sample.context();
    std::vector<std::string> tried;
    context.connect = [&](const transport::Location&, const std::vector<std::string>&, base::Questions& questions) -> std::unique_ptr<transport::Transport> {
        tried.push_back(questions.secret("Password:").value_or(""));
        if (tried.back() != "right") {
            throw Error(ErrorKind::kAuthentication, "log in", "the password is wrong");
        }
        return std::make_unique<Breaking>(tried.size() == 2);
    };
    recover::Server server(context, it.sample.rescue);
    const auto result = recover::perform(context, server, {it.plan, it.found, recover::Secrets(context, {}, it.plan), {}, {}, {}});
    CHECK(result.restored.files > 0);
    CHECK(tried == std::vector<std::string>{"wrong", "right", "right"});
    CHECK(it.sample.person.asked.size() == 3);  // two passwords and one "how to go on"
}

TEST_CASE("restore: unattended, what the line gave up is over, and so is damage") {
    Restoring it;
    it.sample.options.unattended = true;
    transport::testing::RetryByHand time;
    auto context = it.sample.context();
    context.patience = time.options(std::chrono::seconds(600));
    int connections = 0;
    bool broken = true;
    context.connect = [&](const transport::Location&, const std::vector<std::string>&, base::Questions&) { return ++connections, std::make_unique<Breaking>(broken); };
    const auto run = [&] {
        recover::Server server(context, it.sample.rescue);
        recover::perform(context, server, {it.plan, it.found, recover::Secrets(context, {}, it.plan), {}, {}, {}});
    };
    CHECK(thrown_by(run).kind() == ErrorKind::kNetwork);
    CHECK(connections == 1);
    broken = false;
    it.found.record->archive.sha256 = std::string(64, '0');
    CHECK(thrown_by(run).kind() == ErrorKind::kIntegrity);
    CHECK(connections == 2);
    CHECK(time.pauses.empty());
}

TEST_CASE("a password that nobody gives ends the recovery at once") {
    Sample sample;
    auto context = sample.context();
    int tries = 0;
    context.connect = [&](const transport::Location&, const std::vector<std::string>&, base::Questions& questions) -> std::unique_ptr<transport::Transport> {
        ++tries;
        questions.secret("Password:");
        throw Error(ErrorKind::kAuthentication, "log in", "there is no password");
    };
    CHECK(thrown_by([&] { recover::run(context); }).kind() == ErrorKind::kAuthentication);
    CHECK(tries == 1);
}

TEST_CASE("the log is kept in the recovered system, readable for root alone, and never outside of it") {
    Sample sample;
    base::make_directories(sample.path("target/var/log"));
    base::write_file(sample.path("recover.log"), "what happened\n");
    const auto inside = recover::keep_log(sample.path("recover.log"), sample.path("target"));
    CHECK_THAT(inside, Catch::StartsWith("/var/log/nrear/recover-") && Catch::EndsWith(".log"));
    CHECK(base::read_file(sample.path("target") + inside) == "what happened\n");
    CHECK((base::Root(sample.path("target")).facts(inside)->mode & 0777U) == 0600);

    base::remove_tree(sample.path("target/var"));
    base::make_directories(sample.path("target/var"));
    base::make_directories(sample.path("target/data/log"));
    REQUIRE(symlink("/data/log", sample.path("target/var/log").c_str()) == 0);
    const auto linked = recover::keep_log(sample.path("recover.log"), sample.path("target"));
    CHECK(base::Root(sample.path("target")).exists(linked));
    CHECK(base::Root(sample.path("target/data/log")).list("/nrear").size() == 1);
}

TEST_CASE("each step is noted in a journal beside the log") {
    Restoring restoring;
    auto context = restoring.sample.context();
    context.log_path = restoring.sample.path("recover.log");
    recover::Server server(context, restoring.sample.rescue);
    recover::perform(context, server, {restoring.plan, restoring.found, recover::Secrets(context, {}, restoring.plan), {}, {}, {}});
    const auto journal = base::read_file(restoring.sample.path(recover::kJournalName));
    CHECK_THAT(journal, Contains("\"started\"") && Contains("\"done\"") && Contains("Restore the files"));
}

TEST_CASE("a disk is marked from the first step on it, and the mark is taken away only at the end of all") {
    Restoring it;
    it.plan.steps.insert(it.plan.steps.begin(), {{"Make a table", "disk:vda", plan::WritePartitionTable{"/dev/vda", "label: dos\n"}, true}, {"Wait", "disk:vda", plan::RunCommand{{"udevadm", "settle"}}},
                                                 {"Make a file system", "fs:vda1", plan::RunCommand{{"mke2fs", "/dev/vda1"}}, true}});
    SECTION("to the end") {
        it.run();
        CHECK(it.sample.marks == std::vector<std::string>{"+/dev/vda", "+/dev/vda", "-/dev/vda"});
    }
    SECTION("a step fails") {
        it.sample.runner.failing["mke2fs"] = 1;
        it.sample.person.choices = {"abort"};
        CHECK_THROWS_AS(it.run(), Error);
        CHECK(it.sample.marks == std::vector<std::string>{"+/dev/vda", "+/dev/vda"});
    }
}
