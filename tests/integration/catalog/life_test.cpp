// SPDX-License-Identifier: GPL-3.0-or-later
// Backups come, are listed, looked into, restored from, checked, damaged, pruned, and found by recover: everything by the program, as an operator does it.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "archive/compare_system.h"
#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/questions.h"
#include "core/base/text.h"
#include "core/config/load.h"
#include "rescue/backup/chosen_trees.h"
#include "rescue/backup/options.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/find_backup.h"
#include "tests/integration/backup/small_machine.h"
#include "tests/support/quiet_run.h"
#include "transport/local_transport.h"

using namespace nrear;
using base::cat;
using Catch::Matchers::Contains;
using Words = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

std::string program() {
    const char* path = std::getenv("NREAR_PROGRAM");
    REQUIRE(path != nullptr);
    return path;
}

/// A machine of some files, its backup server or place of its own, and a configuration of the program that backs it up there.
struct Machine : backup::testing::SmallMachine {
    base::TempDir work{"/var/tmp"};
    bool local;

    explicit Machine(bool local_place) : SmallMachine(config::this_environment("mkbackup").hostname), local(local_place) {
        // The program looks for the server's key where every SSH client does: there, in this process's own mount namespace, are only ours.
        REQUIRE(::mount("tmpfs", "/etc/ssh", "tmpfs", 0, "mode=755") == 0);
        base::write_file("/etc/ssh/ssh_known_hosts", base::read_file(server.path("known_hosts")), 0644);
        add_files("/data", 20, 300'000);
        base::make_directories(tree.path() + "/etc", 0755);
        base::write_file(tree.path() + "/odd\xff\nname", "odd", 0644);
        base::make_directories(work.path() + "/conf");
        keep("KEEP_LAST=3");
    }
    ~Machine() { ::umount("/etc/ssh"); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    std::string url() const { return local ? "file://" + place : sftp_url(); }
    void keep(const std::string& lines) const {
        base::write_file(work.path() + "/conf/local.conf", cat("BACKUP=NETFS\nBACKUP_URL='", url(), "'\nOUTPUT_URL='", url(), "'\nLOGFILE=", work.path(), "/nrear.log\nTMPDIR=", work.path(), "\n", lines, "\n"));
    }

    config::Settings settings() const {
        config::Environment environment;
        environment.hostname = hostname;
        return config::load_text(base::read_file(work.path() + "/conf/local.conf"), "local.conf", environment).settings;
    }
    /// A run on the machine whose root is the tree.
    test::QuietRun run_on_tree(const config::Settings& settings) const { return test::QuietRun(settings, tree.path(), {.ssh = server.options()}); }

    /// mkbackuponly with another content of /etc/version; its id.
    std::string back_up(const std::string& version) {
        base::write_file(tree.path() + "/etc/version", version, 0644);
        const auto id = SmallMachine::back_up(settings());
        sleep(1);  // the next one is of another second
        return id;
    }

    /// Of a rescue system that was made together with a backup.
    record::RescueRecord rescue_record(const std::string& backup_id) const {
        record::RescueRecord rescue;
        rescue.backup_id = backup_id;
        rescue.hostname = hostname;
        rescue.backup_url = url();
        rescue.archive_path = host_directory() + "/backup.tar.gz";
        rescue.backup_record_path = host_directory() + "/backup.json";
        return rescue;
    }

    base::CommandResult run(Words words) const {
        words.insert(words.begin(), {program(), "-c", work.path() + "/conf"});
        base::PosixCommandRunner runner;
        return runner.run({.argv = words, .time_limit = std::chrono::seconds(120)});
    }
    std::string output(const Words& words, int status = 0) const {
        const auto result = run(words);
        INFO(base::join(words, " ") << "\n" << result.output << result.error_output);
        CHECK(result.status == status);
        return result.output;
    }
    Json list() const { return Json::parse(output({"list", "--json"}))["backups"]; }
    std::string host_directory() const { return cat(place, "/", hostname); }
};

std::string read_if_there(const std::string& path) { return base::Root("/").read_if_exists(path).value_or("(not there)"); }

void flip_bit(const std::string& path, off_t offset) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    char byte = 0;
    REQUIRE(::pread(fd.get(), &byte, 1, offset) == 1);
    byte = static_cast<char>(byte ^ 0x20);
    REQUIRE(::pwrite(fd.get(), &byte, 1, offset) == 1);
}

}  // namespace

TEST_CASE("the life of a machine's backups") {
    const bool local = GENERATE(false, true);
    Machine machine(local);
    CHECK_THAT(machine.output({"list"}), Contains("There are no backups"));
    REQUIRE(::rename(machine.place.c_str(), (machine.place + "-away").c_str()) == 0);
    for (const Words& words : {Words{"list"}, Words{"ls", "latest"}, Words{"verify", "latest"}, Words{"restore", "latest", "/etc", "--to", "/nowhere"}}) {
        const auto result = machine.run(words);
        CHECK(result.status == 1);
        CHECK(result.output.empty());
        CHECK_THAT(result.error_output, Contains("the directory " + machine.place + " does not exist"));
    }
    REQUIRE(::rename((machine.place + "-away").c_str(), machine.place.c_str()) == 0);
    Words ids;
    for (const auto* version : {"1", "2", "3"}) {
        ids.push_back(machine.back_up(version));
    }
    const auto listed = machine.list();
    REQUIRE(listed.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(listed[i]["id"] == ids[i]);
        CHECK(listed[i]["state"] == "whole");
        CHECK(listed[i]["verified"]["how"] == "sample 5%");
    }
    CHECK_THAT(machine.output({"list"}), Contains(ids[0].substr(0, 8)) && Contains("3 backups of " + machine.hostname));

    // Looking into them.
    CHECK(machine.output({"ls", "latest", "/etc"}) == "/etc/\n/etc/version\n");
    CHECK_THAT(machine.output({"ls", "-l", ids[0].substr(0, 6), "etc/version"}), Contains("-rw-r--r--") && Contains(" 1 ") && Contains(" /etc/version\n"));
    CHECK_THAT(machine.output({"ls", "-0", "latest"}), Contains(std::string("/odd\xff\nname\0", 11)));
    CHECK_THAT(machine.output({"ls", "latest", "/odd*"}), Contains("/odd\\377\\012name"));
    CHECK(Json::parse(machine.output({"ls", "--json", "latest", "/odd*"}))["path"]["hex"] == "2f6f6464ff0a6e616d65");
    CHECK_THAT(machine.run({"ls", "latest", "/nothing"}).error_output, Contains("nothing in the backup matches /nothing\n"));
    CHECK_THAT(machine.run({"ls", "latest", "version"}).error_output, Contains("nothing in the backup matches version; '**/version' would match anywhere"));
    CHECK(machine.output({"ls", "latest", "**/version"}) == "/etc/version\n");

    // Restoring one file out of the oldest; what is there is not overwritten unasked.
    const auto target = machine.work.path() + "/restored";
    const auto small = machine.work.path() + "/small";
    base::make_directories(small, 0755);
    REQUIRE(::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=1m") == 0);
    const auto full = machine.run({"restore", "latest", "/data", "--to", small});
    CHECK(full.status == 14);
    CHECK_THAT(full.error_output, Contains("restore /data/file-") && Contains("No space left") && Contains("make room in " + small));
    for (const auto& name : base::Root("/").list(small + "/data")) {
        CHECK(base::read_file(small + "/data/" + name).size() == 300'000);
    }
    ::umount(small.c_str());
    machine.output({"restore", ids[0], "/etc/version", "--to", target});
    CHECK(read_if_there(target + "/etc/version") == "1");
    machine.output({"restore", "latest", "/etc/version", "--to", target}, 3);
    CHECK(read_if_there(target + "/etc/version") == "1");
    CHECK_THAT(machine.output({"restore", "latest", "/etc/version", "--to", target, "--overwrite"}), Contains("of backup " + ids[2].substr(0, 8)));
    CHECK(read_if_there(target + "/etc/version") == "3");
    machine.output({"restore", "latest", "/nothing", "--to", target}, 1);
    machine.output({"restore", "latest", "/etc"}, 2);
    CHECK_THAT(machine.run({"restore", "latest", "/etc", "--to", target + "/etc/version"}).error_output, Contains("--to needs a directory"));

    // Checking them.
    CHECK_THAT(machine.output({"verify", ids[1]}), Contains("is sound"));
    CHECK(machine.list()[1]["verified"]["how"] == "full");
    CHECK_THAT(machine.output({"verify", ids[1], "--sample", "1%"}), Contains("is sound"));
    CHECK(machine.list()[1]["verified"]["how"] == "full");
    CHECK(machine.list()[1]["last_check"]["how"] == "sample 1%");
    CHECK_THAT(machine.output({"verify", ids[1], "--compare"}, 1), Contains("/etc/version"));

    // Damage in the newest: named with its files, listed, and not in the way of the others.
    const auto archive = machine.host_directory() + "/backup.tar.gz";
    flip_bit(archive, 3'000'000);
    CHECK_THAT(machine.output({"verify", "latest"}, 17), Contains("/data/file-") && Contains("DAMAGED"));
    CHECK(machine.list()[2]["state"] == "damaged");
    CHECK_THAT(machine.output({"list"}), Contains("FAILED"));
    CHECK_THAT(machine.output({"ls", "latest", "/etc/version"}), Contains("/etc/version"));  // the newest whole one now
    CHECK_THAT(machine.run({"ls", "latest", "/etc"}).error_output, Contains("The newest backup, " + ids[2].substr(0, 8)) && Contains("is damaged: " + ids[1].substr(0, 8)));
    machine.output({"restore", ids[2], "/etc/version", "--to", machine.work.path() + "/of-damaged"});
    CHECK(read_if_there(machine.work.path() + "/of-damaged/etc/version") == "3");
    flip_bit(archive, 3'000'000);
    CHECK_THAT(machine.output({"verify", ids[2], "--sample", "1%"}, 17), Contains("Only a check of all of it can take that back"));
    CHECK(machine.list()[2]["state"] == "damaged");
    CHECK_THAT(machine.output({"verify", ids[2]}), Contains("is sound") && Contains("had found damage that is not there now"));
    CHECK(machine.list()[2]["state"] == "whole");

    // With a damaged index, and without one.
    const auto second = machine.list()[1]["paths"]["index"].get<std::string>();
    flip_bit(second, 60);
    CHECK_THAT(machine.output({"verify", ids[1]}, 17), Contains("its index is not the one that was written"));
    CHECK(machine.output({"ls", ids[1], "/etc"}) == "/etc/\n/etc/version\n");
    flip_bit(second, 60);
    machine.output({"verify", ids[1]});
    REQUIRE(unlink(second.c_str()) == 0);
    CHECK(machine.output({"ls", ids[1], "/etc"}) == "/etc/\n/etc/version\n");
    CHECK_THAT(machine.run({"-v", "ls", ids[1], "/etc"}).error_output, Contains("has no index"));

    // Damaged and without an index: nothing, or what is left, which is never said to be all.
    const auto unindexed = machine.list()[1]["paths"]["archive"].get<std::string>();
    flip_bit(unindexed, 3'000'000);
    CHECK_THAT(machine.run({"ls", ids[1]}).error_output, Contains("--salvage"));
    machine.output({"ls", ids[1]}, 17);
    CHECK_THAT(machine.output({"ls", "--salvage", ids[1]}, 3), Contains("/data/file-"));
    CHECK_THAT(machine.run({"ls", "--salvage", ids[1]}).error_output, Contains("not all that was in the backup: exit code 3"));
    CHECK_THAT(machine.run({"ls", "--salvage", ids[1], "/nothing"}).error_output, Contains("matches /nothing, as far as it can be read"));
    machine.output({"ls", "--salvage", ids[1], "/nothing"}, 1);
    const auto salvaged = machine.work.path() + "/salvaged";
    CHECK_THAT(machine.output({"restore", "--salvage", ids[1], "/etc/version", "--to", salvaged}, 3), Contains("files are lost whose names nobody knows"));
    flip_bit(unindexed, 3'000'000);

    // Pruning: first shown, then done.
    machine.keep("KEEP_LAST=1");
    CHECK_THAT(machine.output({"prune", "--dry-run"}), Contains("Would remove 2 backups"));
    CHECK(machine.list().size() == 3);
    CHECK_THAT(machine.output({"prune"}), Contains("Removed 2 backups"));
    const auto left = machine.list();
    REQUIRE(left.size() == 1);
    CHECK(left[0]["id"] == ids[2]);
    CHECK(base::Root("/").list(machine.host_directory()) == Words{"backup.json", "backup.log", "backup.tar.gz", "backup.tar.gz.index"});
    machine.keep("");
    machine.output({"prune"}, 10);
}

TEST_CASE("another host's archive by another program can be listed, looked into, restored from and checked") {
    Machine machine(GENERATE(false, true));
    const auto directory = machine.place + "/compute-1";
    base::make_directories(directory, 0755);
    base::write_file(machine.tree.path() + "/etc/version", "ReaR's", 0644);
    base::PosixCommandRunner runner;
    REQUIRE(runner.run({.argv = {"tar", "-C", machine.tree.path(), "-czf", directory + "/backup.tar.gz", "."}}).status == 0);
    REQUIRE(runner.run({.argv = {"chmod", "-R", "a+rX", directory}}).status == 0);
    const auto before = base::Root("/").list(directory);
    CHECK_THAT(machine.output({"list"}), Contains("There are no backups of " + machine.hostname) && Contains("There are backups of compute-1"));
    CHECK_THAT(machine.output({"list", "--host", "compute-1"}), Contains("backup.tar.gz") && Contains("foreign"));
    CHECK_THAT(machine.output({"ls", "--host", "compute-1", "backup.tar.gz", "/etc"}), Contains("/etc/version\n"));
    const auto target = machine.work.path() + "/restored";
    machine.output({"restore", "--host=compute-1", "backup.tar.gz", "etc/version", "--to", target});
    CHECK(read_if_there(target + "/etc/version") == "ReaR's");
    CHECK_THAT(machine.output({"verify", "--host=compute-1", "backup.tar.gz"}), Contains("is sound"));
    flip_bit(directory + "/backup.tar.gz", 2'000'000);
    CHECK(machine.run({"verify", "--host=compute-1", "backup.tar.gz"}).status == 17);
    CHECK(base::Root("/").list(directory) == before);
}

TEST_CASE("the names in an archive mean the same and look the same, whatever its program put in front of them") {
    Machine machine(true);
    base::write_file(machine.tree.path() + "/etc/version", "theirs", 0644);
    REQUIRE(::link((machine.tree.path() + "/etc/version").c_str(), (machine.tree.path() + "/etc/hard").c_str()) == 0);
    for (const char* before : {"", "./", "/"}) {
        INFO("names begin with '" << before << "'");
        const auto host = cat("compute-", *before == 0 ? "plain" : *before == '.' ? "dot" : "slash");
        const auto archive = cat(machine.place, "/", host, "/backup.tar.gz");
        base::make_directories(cat(machine.place, "/", host), 0755);
        base::PosixCommandRunner runner;
        REQUIRE(runner.run({.argv = {"tar", "-P", cat("--transform=s,^\\./,", before, ",S"), "-C", machine.tree.path(), "-czf", archive, "."}}).status == 0);
        const auto as_stored = runner.run({.argv = {"tar", "-P", "-tf", archive}}).output;
        REQUIRE(as_stored.find(cat("\n", before, "etc/version\n")) != std::string::npos);
        const auto words = [&](Words rest) {
            Words all{rest[0], "--host=" + host};
            all.insert(all.end(), rest.begin() + 1, rest.end());
            return all;
        };
        CHECK_THAT(machine.output(words({"ls", "backup.tar.gz"})), Catch::Matchers::StartsWith("/\n/") && !Contains("/./") && !Contains("//"));
        CHECK_THAT(machine.output(words({"ls", "-l", "backup.tar.gz", "/etc"})), Contains(" link to /etc/") && Contains(" /etc/version"));
        CHECK(Json::parse(machine.output(words({"ls", "--json", "backup.tar.gz", "etc/version"})))["path"] == "/etc/version");
        CHECK_THAT(machine.output(words({"verify", "backup.tar.gz"})), Contains("is sound"));
        for (const char* operand : {"etc/version", "/etc/version", "./etc/version", "./etc/v*", "etc/hard"}) {
            INFO(operand);
            const base::TempDir target;
            machine.output(words({"restore", "backup.tar.gz", operand, "--to", target.path()}));
            const std::string name = std::string_view(operand).ends_with("hard") ? "/etc/hard" : "/etc/version";
            CHECK(read_if_there(target.path() + name) == "theirs");
            const auto again = machine.run(words({"restore", "backup.tar.gz", operand, "--to", target.path()}));
            CHECK(again.status == 3);
            CHECK_THAT(again.output + again.error_output, Contains(name + ": exists already") && !Contains("/./") && !Contains("//etc"));
            CHECK(Json::parse(machine.output(words({"restore", "--json", "backup.tar.gz", operand, "--to", target.path()}), 3))["problems"][0]["path"] == name);
        }
        const auto compared = machine.run(words({"verify", "--compare", "backup.tar.gz"}));  // with this machine: most of it is another
        CHECK_THAT(compared.output, Contains("/data/file-1: gone") && !Contains("/./") && !Contains("//"));
        flip_bit(archive, 2'000'000);
        const auto damaged = machine.run(words({"ls", "--salvage", "backup.tar.gz"}));
        CHECK_THAT(damaged.output + damaged.error_output, !Contains("/./") && !Contains("//"));
    }
}

TEST_CASE("what is new since a backup is looked for where a backup would look, and its own files are not new") {
    Machine machine(true);
    // The place is a directory of the machine itself, in the middle of what is backed up.
    machine.place = "/srv/backups";
    base::make_directories(machine.tree.path() + machine.place, 0755);
    REQUIRE(::mount((machine.tree.path() + "/srv").c_str(), "/srv", nullptr, MS_BIND, nullptr) == 0);
    machine.keep("KEEP_LAST=3\nBACKUP_PROG_EXCLUDE=( '/cache/*' )");
    base::make_directories(machine.tree.path() + "/cache", 0755);
    machine.back_up("1");
    const auto settings = machine.settings();
    auto run = machine.run_on_tree(settings);
    transport::LocalTransport server;
    const backup::Servers servers{&server, &server};
    const auto places = backup::places_of(backup::place_settings(settings));
    const auto changes = [&] {
        const auto context = run.context();
        const auto chosen = backup::choose_trees(context, machine.layout(), servers, places);
        base::FileSource index(places.index_path);
        Words told;
        const auto summary = archive::compare_with_system(
            index, {.root = machine.tree.path(), .selection = &chosen.trees},
            [&](const archive::Change& change) { told.push_back(cat(change.path, " ", change.what, change.entries > 0 ? cat(" ", change.entries) : "")); }, context.progress);
        CHECK(summary.unseen == 0);
        return told;
    };
    Words before = changes();
    std::erase_if(before, [](const auto& line) { return line.ends_with(" time"); });  // of the directories that the backup itself was put into
    CHECK(before.empty());
    base::write_file(machine.tree.path() + "/cache/thumbnail", "x");
    base::make_directories(machine.tree.path() + "/opt/tool/bin", 0755);
    base::write_file(machine.tree.path() + "/opt/tool/bin/tool", "x");
    base::write_file(machine.tree.path() + "/etc/new.conf", "x");
    const auto after = changes();
    CHECK(std::count(after.begin(), after.end(), "etc/new.conf new") == 1);
    CHECK(std::count(after.begin(), after.end(), "opt/ new 3") == 1);
    CHECK(std::none_of(after.begin(), after.end(), [](const auto& line) { return line.find("thumbnail") != std::string::npos || line.find("backup.") != std::string::npos; }));
    ::umount("/srv");
}

TEST_CASE("the rescue system is not compared with the machine's backup") {
    Machine machine(true);
    const auto id = machine.back_up("1");
    base::make_directories(record::kDirectory, 0755);
    REQUIRE(::mount("tmpfs", record::kDirectory, "tmpfs", 0, "mode=755") == 0);
    base::write_file(record::kRescueRecordPath, record::to_json(machine.rescue_record(id)), 0644);
    const auto result = machine.run({"verify", id, "--compare"});
    CHECK(result.status == 2);
    CHECK(result.output.empty());
    CHECK_THAT(result.error_output, Contains("this is the rescue system") && Contains("without --compare the backup itself is checked"));
    CHECK_THAT(machine.output({"verify", id}), Contains("is sound"));
    ::umount(record::kDirectory);
}

TEST_CASE("recover finds the backup that its rescue system was made with, in the history") {
    Machine machine(true);
    const auto first = machine.back_up("1");
    machine.back_up("2");
    const auto rescue = machine.rescue_record(first);
    base::NoQuestions nobody;
    base::NullProgress progress;
    base::PosixCommandRunner runner;
    const recover::RecoverContext context{.options = {}, .questions = nobody, .progress = progress, .runner = runner, .log = base::null_log()};
    transport::LocalTransport server;
    // mkbackuponly keeps the rescue system: that of the first one restores the second.
    const auto plan = record::backup_record_from_json(base::read_file(rescue.backup_record_path), "backup.json").plan_sha256;
    auto found = recover::find_backup(context, server, rescue, plan);
    CHECK(found.record->id != first);
    CHECK(found.archive_path == rescue.archive_path);
    auto options = context.options;
    options.backup = first.substr(0, 8);
    const recover::RecoverContext named{.options = options, .questions = nobody, .progress = progress, .runner = runner, .log = base::null_log()};
    found = recover::find_backup(named, server, rescue, plan);
    CHECK(found.record->id == first);
    CHECK(found.archive_path.find(cat("-", first.substr(0, 8), "/backup.tar.gz")) != std::string::npos);
}
