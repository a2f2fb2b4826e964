// SPDX-License-Identifier: GPL-3.0-or-later
// LUKS in plans: what is said to cryptsetup, that every attribute counts, and that no secret is anywhere.
#include <catch2/catch.hpp>

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/layout/unsupported.h"
#include "core/plan/execute.h"
#include "core/plan/key_memory.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

using layout::LuksVolume;

namespace {

LuksVolume volume() {
    return {.path = "/dev/mapper/cr_root", .name = "cr_root", .uuid = "49296069-23a3-436c-8262-ea6cd18225ef", .version = 2, .label = "my label", .subsystem = "sub", .cipher = "aes-xts-plain64",
            .key_bits = 512, .hash = "sha256", .sector_size = 4096, .data_offset = 16777216, .metadata_size = 16384, .keyslots_size = 16744448, .flags = {"allow-discards"}, .slot = 1,
            .pbkdf = "argon2id", .pbkdf_iterations = 4, .pbkdf_memory = 65536, .pbkdf_threads = 2, .slot_cipher = "aes-cbc-essiv:sha256", .slot_key_bits = 256, .passphrase = true,
            .key_file = "/etc/keys/root.key", .key_file_offset = 8, .key_file_size = 64};
}

/// vda2 encrypted, / on it.
layout::Layout encrypted(LuksVolume luks = volume()) {
    auto layout = layout::test::sample_layout();
    layout.nodes.push_back({"luks:cr_root", {"part:vda2"}, std::move(luks)});
    auto* filesystem = layout::find(layout, "fs:vda2");
    filesystem->id = "fs:dm-0";
    filesystem->on = {"luks:cr_root"};
    std::get<layout::ExtFilesystem>(filesystem->what).path = "/dev/mapper/cr_root";
    auto* mount = layout::find(layout, "mount:/");
    mount->on = {"fs:dm-0"};
    std::get<layout::Mount>(mount->what).path = "/dev/mapper/cr_root";
    return layout;
}

std::vector<std::string> cryptsetup_lines(const Plan& plan) {
    std::vector<std::string> lines;
    for (const auto& step : plan.steps) {
        if (const auto line = command_line(step); line.find("cryptsetup") != std::string::npos) {
            lines.push_back(line);
        }
    }
    return lines;
}

LuksVolume luks1() {
    LuksVolume luks{.path = "/dev/mapper/old", .name = "old", .uuid = "u-1", .version = 1, .cipher = "aes-cbc-essiv:sha256", .key_bits = 256, .hash = "sha1", .data_offset = 2048 * 512};
    luks.pbkdf = "pbkdf2";
    return luks;
}

struct FieldChanger {
    int wanted;
    int at = 0;
    std::string name = {};
    void change(std::string& field) { field = field == "allow-discards" ? "no-read-workqueue" : field + "x"; }
    void change(std::vector<std::string>& field) { field.push_back("no-write-workqueue"); }
    void change(bool& field) { field = !field; }
    template <class Number>
    void change(Number& field) { field = field == 2 ? 1 : field + 512; }
    template <class Field>
    void operator()(const char* field_name, Field& field) {
        if (at++ == wanted) {
            name = field_name;
            change(field);
        }
    }
};

class SecretRunner final : public base::CommandRunner {
public:
    std::vector<std::string> inputs;
    std::vector<base::Command> commands;
    bool fail = false;
    base::CommandResult run(const base::Command& command) override {
        commands.push_back(command);
        inputs.push_back(command.input);
        return fail ? base::CommandResult{.status = 2, .error_output = "No key available with this passphrase.\n"} : base::CommandResult{};
    }
    bool exists(const std::string&) override { return true; }
};

}  // namespace

TEST_CASE("LUKS2: format with everything said, open with its flags, the key file when the files are back") {
    const auto lines = cryptsetup_lines(make_plan(encrypted()));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "cryptsetup luksFormat --batch-mode --type luks2 --uuid 49296069-23a3-436c-8262-ea6cd18225ef --cipher aes-xts-plain64 --key-size 512 --hash sha256 --sector-size 4096 "
                      "--label 'my label' --subsystem sub --key-slot 1 --keyslot-cipher aes-cbc-essiv:sha256 --keyslot-key-size 256 --offset 32768 --luks2-metadata-size 16384 "
                      "--luks2-keyslots-size 16744448 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 65536 --pbkdf-parallel 2 --key-file=- /dev/vda2");
    CHECK(lines[1] == "cryptsetup open --type luks --key-file=- --allow-discards --persistent /dev/vda2 cr_root");
    CHECK(lines[2] == "chroot /mnt/local cryptsetup luksAddKey --batch-mode --key-file=- --new-keyfile-offset 8 --new-keyfile-size 64 --pbkdf argon2id --pbkdf-force-iterations 4 "
                      "--pbkdf-memory 65536 --pbkdf-parallel 2 /dev/vda2 /etc/keys/root.key");
    const auto text = to_text(make_plan(encrypted()), true);
    CHECK(text.find("Create LUKS2 encrypted volume on /dev/vda2 for /") < text.find("Open it as cr_root"));
    CHECK(text.find("Open it as cr_root") < text.find("Create ext4 file system on /dev/mapper/cr_root"));
    CHECK(text.find("Restore the files") < text.find("Enrol the key file /etc/keys/root.key"));
    CHECK_THAT(text, Catch::Contains("(passphrase on standard input)"));
}

TEST_CASE("LUKS1 of an old cryptsetup is told only what that knows") {
    auto luks = luks1();
    const auto lines = cryptsetup_lines(make_plan(encrypted(luks)));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "cryptsetup luksFormat --batch-mode --type luks1 --uuid u-1 --cipher aes-cbc-essiv:sha256 --key-size 256 --hash sha1 --align-payload 2048 --key-file=- /dev/vda2");
    CHECK(lines[1] == "cryptsetup open --type luks --key-file=- /dev/vda2 old");
    luks.pbkdf_iterations = 12345;
    CHECK_THAT(cryptsetup_lines(make_plan(encrypted(luks)))[0], Catch::Contains("--pbkdf-force-iterations 12345 --key-file=-"));
}

TEST_CASE("a volume that only a key file opens: the file gets the recorded slot, then the one-time key goes") {
    auto luks = volume();
    luks.passphrase = false;
    const auto plan = make_plan(encrypted(luks));
    CHECK(secrets_of(plan) == std::set<std::string>{kOneTimeKey});
    const auto lines = cryptsetup_lines(plan);
    REQUIRE(lines.size() == 4);
    CHECK_THAT(lines[0], !Catch::Contains("--key-slot"));
    CHECK(lines[2] == "chroot /mnt/local cryptsetup luksAddKey --batch-mode --key-file=- --key-slot 1 --keyslot-cipher aes-cbc-essiv:sha256 --keyslot-key-size 256 --new-keyfile-offset 8 "
                      "--new-keyfile-size 64 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 65536 --pbkdf-parallel 2 /dev/vda2 /etc/keys/root.key");
    CHECK(lines[3] == "chroot /mnt/local cryptsetup luksRemoveKey --batch-mode --key-file=- /dev/vda2");
    luks.slot = 0;
    CHECK_THAT(cryptsetup_lines(make_plan(encrypted(luks)))[0], Catch::Contains("--key-slot 1 "));
    CHECK(secrets_of(make_plan(encrypted())) == std::set<std::string>{kPassphrase});
    CHECK(secrets_of(make_plan(layout::test::sample_layout())).empty());
}

TEST_CASE("by hand cryptsetup asks with its own prompt") {
    const auto script = to_shell(make_plan(encrypted()));
    CHECK(script.find("--key-file=-") == std::string::npos);
    CHECK_THAT(script, Catch::Contains("cryptsetup open --type luks --allow-discards --persistent /dev/vda2 cr_root\n"));
}

TEST_CASE("every attribute of a volume changes the plan") {
    const auto before = digest(make_plan(encrypted()));
    int count = 0;
    LuksVolume probe;
    layout::fields(probe, [&](const char*, auto&) { ++count; });
    REQUIRE(count == 25);
    for (int i = 0; i < count; ++i) {
        auto luks = volume();
        FieldChanger changer{.wanted = i};
        layout::fields(luks, changer);
        INFO(changer.name);
        CHECK_FALSE(luks == volume());
        CHECK(digest(make_plan(encrypted(luks))) != before);
        CHECK(layout::from_json(layout::to_json(encrypted(luks))) == encrypted(luks));
    }
}

TEST_CASE("on a machine with less memory argon2 gets what there is, and more rounds instead") {
    auto layout = encrypted();
    CHECK(limit_key_memory(layout, 128ULL << 20U).empty());
    CHECK(layout == encrypted());
    const auto notes = limit_key_memory(layout, 50ULL << 20U);
    CHECK(notes == std::vector<std::string>{"cr_root: argon2id gets 25.0 MiB of memory and 11 rounds instead of 64.0 MiB and 4: this machine has no more to give"});
    const auto& luks = std::get<LuksVolume>(layout::find(layout, "luks:cr_root")->what);
    CHECK(luks.pbkdf_memory == 25600);
    CHECK(luks.pbkdf_iterations == 11);
    auto pbkdf2 = encrypted(luks1());
    CHECK(limit_key_memory(pbkdf2, 1).empty());
}

TEST_CASE("a flag that nrear does not know is refused by name") {
    auto luks = volume();
    luks.flags.push_back("no-gravity");
    CHECK_THROWS_WITH(make_plan(encrypted(luks)), Catch::Contains("LUKS2 encrypted volume on /dev/mapper/cr_root (/): its persistent flag no-gravity is unknown"));
}

TEST_CASE("the executor feeds the secret to standard input, and nothing else ever holds it") {
    const base::TempDir directory;
    const std::string secret = "correct horse";
    auto plan = make_plan(encrypted());
    std::erase_if(plan.steps, [](const Step& step) {
        const auto* run = std::get_if<RunCommand>(&step.action);
        return run == nullptr || run->secret.empty() || run->where == Where::kTarget;
    });
    SecretRunner runner;
    std::vector<std::string> asked;
    ExecuteCallbacks callbacks;
    std::string shown;
    callbacks.secret = [&](const std::string& name) {
        asked.push_back(name);
        return secret;
    };
    callbacks.started = [&](std::size_t, std::size_t, const Step& step) { shown += step.title + command_line(step); };
    callbacks.finished = [&](std::size_t, const Step&, const std::string& note) { shown += note; };
    const auto journal = directory.path() + "/journal";
    execute(plan, runner, callbacks, {.journal_path = journal});
    CHECK(asked == std::vector<std::string>{kPassphrase, kPassphrase});
    CHECK(runner.inputs == std::vector<std::string>{secret, secret});
    runner.fail = true;
    std::string error;
    try {
        execute(plan, runner, callbacks, {.journal_path = journal});
    } catch (const Error& caught) {
        error = caught.what() + caught.hint();
    }
    CHECK_THAT(error, Catch::Contains("No key available"));
    for (const auto& command : runner.commands) {
        CHECK(base::join(command.argv, " ").find(secret) == std::string::npos);
        CHECK(command.environment.empty());
    }
    for (const auto& text : {shown, error, base::read_file(journal), to_text(plan, true), to_json(plan), to_shell(plan)}) {
        CHECK(text.find(secret) == std::string::npos);
    }
}

TEST_CASE("an empty secret is none: the step fails before cryptsetup could take it for a key") {
    auto plan = make_plan(encrypted());
    std::erase_if(plan.steps, [](const Step& step) { return step.title != "Open it as cr_root"; });
    SecretRunner runner;
    ExecuteCallbacks callbacks;
    callbacks.secret = [](const std::string&) { return std::string(); };
    CHECK_THROWS_WITH(execute(plan, runner, callbacks, {}), Catch::Contains("there is no passphrase for it"));
    CHECK(runner.commands.empty());
}

}  // namespace nrear::plan
