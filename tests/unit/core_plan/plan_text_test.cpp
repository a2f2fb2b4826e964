// SPDX-License-Identifier: GPL-3.0-or-later
// How a plan reads: text, JSON, shell script.
#include "core/plan/plan_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/plan/make_plan.h"
#include "tests/unit/core_layout/sample_layout.h"

namespace nrear::plan {

namespace {

Plan small_plan() {
    Plan plan;
    plan.steps = {{"Erase", "disk:vda", RunCommand{{"wipefs", "--all", "/dev/vda"}}, true},
                  {"Write the table", "disk:vda", WritePartitionTable{"/dev/vda", "label: dos\n"}, true},
                  {"It's done", "", MakeDirectories{{{"/mnt/local/a b", 01777}}}},
                  {"Install GRUB", "boot", RunCommand{{"grub-install", "/dev/vda"}, "", Where::kTarget, {{"grub2-install", "/dev/vda"}}}, true}};
    return plan;
}

}  // namespace

TEST_CASE("text for people: numbered, what overwrites is marked") {
    CHECK(to_text(small_plan()) == "1 * Erase\n2 * Write the table\n3   It's done\n4 * Install GRUB\n");
    CHECK(to_text(small_plan(), true) ==
          "1 * Erase\n      $ wipefs --all /dev/vda\n2 * Write the table\n        | label: dos\n3   It's done\n        /mnt/local/a b 1777\n"
          "4 * Install GRUB\n      $ chroot /mnt/local grub-install /dev/vda\n");
}

TEST_CASE("JSON has every step") {
    const auto json = nlohmann::json::parse(to_json(small_plan()));
    REQUIRE(json["steps"].size() == 4);
    CHECK(json["steps"][1]["action"] == nlohmann::json{{"do", "table"}, {"disk", "/dev/vda"}, {"script", "label: dos\n"}});
    CHECK(json["steps"][3]["action"]["alternatives"][0][0] == "grub2-install");
    CHECK(json["steps"][3]["action"]["where"] == "target");
    CHECK(json["steps"][0]["destroys"] == true);
}

TEST_CASE("JSON of a plan with bytes that are no UTF-8 can be made") {
    Plan plan;
    plan.steps = {{"x\xff", "", RunCommand{{"mount", "/a\xe4"}}}};
    CHECK_NOTHROW(nlohmann::json::parse(to_json(plan)));
}

TEST_CASE("the shell script is one that a shell takes, and quotes what it must") {
    auto layout = layout::test::sample_layout();
    std::get<layout::ExtFilesystem>(layout::find(layout, "fs:vda1")->what).label = "it's; $(mine)";
    const auto script = to_shell(make_plan(layout, {{{"/dev/vda", "/dev/sda"}}})) + to_shell(small_plan());
    base::PosixCommandRunner runner;
    const auto result = runner.run({.argv = {"sh", "-n"}, .input = script});
    INFO(result.error_output);
    CHECK(result.ok());
    CHECK_THAT(script, Catch::Contains("-L 'it'\\''s; $(mine)'") || Catch::Contains("-L \"it's"));
    CHECK_THAT(script, Catch::Contains("    sfdisk /dev/vda <<'END_OF_INPUT'\nlabel: dos\nEND_OF_INPUT\n"));
    CHECK_THAT(script, Catch::Contains("sfdisk of util-linux 2.27 or later"));
    CHECK_THAT(script, Catch::Contains("mkdir -p -m 1777 '/mnt/local/a b'"));
}

TEST_CASE("new names reach sed as they are, whatever they mean to it") {
    Plan plan;
    plan.steps.push_back({"Names", "", RenameDevices{{{"subvolid=257.", "subvol=/@/home\\040dir&#"}}, {"/mnt/local/etc/fstab"}}});
    const auto script = to_shell(plan);
    CHECK_THAT(script, Catch::Contains(R"(subvolid=257\.($|)"));
    CHECK_THAT(script, Catch::Contains(R"(#subvol=/@/home\\040dir\&\##g)"));
}

TEST_CASE("a file that a step writes: for people, as JSON, by a shell") {
    const base::TempDir directory;
    Plan plan;
    const auto path = directory.path() + "/a b/note";
    plan.steps = {{"Note it", "vg:x", WriteFile{path, "it's $HOME\n\\n\tx"}}};
    CHECK(to_text(plan, true) == "1   Note it\n      > " + path + "\n        | it's $HOME\n        | \\n\tx\n");
    CHECK(nlohmann::json::parse(to_json(plan))["steps"][0]["action"]["text"] == "it's $HOME\n\\n\tx");
    base::PosixCommandRunner runner;
    CHECK(runner.run({.argv = {"sh", "-s"}, .input = to_shell(plan)}).ok());
    CHECK(base::read_file(path) == "it's $HOME\n\\n\tx\n");
}

TEST_CASE("the shell script begins where it is told to") {
    Plan plan;
    for (const char* word : {"one", "two", "three"}) {
        plan.steps.push_back({word, "", RunCommand{{"echo", std::string("did ") + word}}});
    }
    base::PosixCommandRunner runner;
    CHECK_THAT(to_shell(plan), !Catch::Contains("sfdisk"));
    const auto all = runner.run({.argv = {"sh", "-s"}, .input = to_shell(plan)});
    CHECK(all.output == "== 1: one\ndid one\n== 2: two\ndid two\n== 3: three\ndid three\n");
    CHECK(runner.run({.argv = {"sh", "-s", "3"}, .input = to_shell(plan)}).output == "== 3: three\ndid three\n");
}

}  // namespace nrear::plan
