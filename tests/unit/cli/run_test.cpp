// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a user meets it: words in; exit code, standard output and standard error out.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "tests/unit/cli/captured.h"

using namespace nrear;
using namespace nrear::cli;
using Catch::Matchers::Contains;

TEST_CASE("help and version") {
    CHECK_THAT(captured_run({"help"}).out, Contains("Usage: nrear") && Contains("mkbackup"));
    CHECK_THAT(captured_run({}).out, Contains("Usage: nrear"));
    CHECK(captured_run({}).code == 0);
    CHECK_THAT(captured_run({"--version"}).out, Catch::Matchers::Matches("nrear [0-9.]+\n"));
    CHECK_THAT(captured_run({"--version", "-v"}).out, Contains("libarchive ") && Contains("libssh "));
    CHECK_THAT(captured_run({"help", "completion"}).out, Contains("complete -F _nrear nrear"));
    CHECK_THAT(captured_run({"help", "exit-codes"}).out, Contains("  17 "));
    const auto of_ls = captured_run({"help", "ls"}).out;
    CHECK_THAT(of_ls, Contains("Usage: nrear ls [OPTION]... ID [PATTERN]...") && Contains("--salvage") && Contains("-v, --verbose") && !Contains("--map"));
    CHECK(captured_run({"ls", "--help"}).out == of_ls);
    CHECK(captured_run({"-h", "ls", "latest"}).out == of_ls);
    CHECK(captured_run({"--help"}).out == captured_run({"help"}).out);
    CHECK_THAT(captured_run({"help", "--help"}).out, Contains("Usage: nrear help [OPTION]... [COMMAND]") && Contains("exit-codes"));
    CHECK(captured_run({"help", "help"}).out == captured_run({"help", "--help"}).out);
    for (const auto& words : {std::vector<std::string>{"help", "mkbakup"}, {"mkbakup", "--help"}}) {
        const auto wrong = captured_run(words);
        CHECK(wrong.code == 2);
        CHECK(wrong.errors == "nrear: unknown command 'mkbakup'\n  nrear help lists the commands\n");
    }
    CHECK(captured_run({"help", "ls", "more"}).code == 2);
}

TEST_CASE("wrong usage") {
    const auto result = captured_run({"mkbakup"});
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.errors == "nrear: unknown command 'mkbakup'\n  nrear help lists the commands\n");
}

TEST_CASE("a wrong configuration: file, line, what to write, exit code 10") {
    const base::TempDir directory;
    base::write_file(directory.path() + "/local.conf", "OUTPUT=ISO\nBACKUP = NETFS\n");
    const auto result = captured_run({"-c", directory.path(), "dump"});
    CHECK(result.code == 10);
    CHECK(result.errors == "nrear: " + directory.path() + "/local.conf:2: blanks before the '=' of BACKUP\n  write BACKUP=... without blanks around the '='\n");
}

TEST_CASE("dump --json") {
    const base::TempDir directory;
    base::write_file(directory.path() + "/local.conf", "OUTPUT_URL=sftp://u:geheim@h/x\nBACKUP_PROG_EXCLUDE=( '/a/*' 'b' )\nBACKUP=NETFS\nBACKUP_URL=sshfs://u@h/x\n");
    const auto result = captured_run({"-c", directory.path(), "dump", "--json"});
    CHECK(result.code == 0);
    CHECK(result.errors.empty());
    CHECK_THAT(result.out, !Contains("geheim"));
    const auto document = nlohmann::json::parse(result.out);
    CHECK(document.size() == 2);
    CHECK(document.at("settings").at("OUTPUT_URL") == "sftp://u:***@h/x");
    CHECK(document.at("settings").at("BACKUP_PROG_EXCLUDE") == nlohmann::json::array({"/a/*", "b"}));
    CHECK(document.at("settings").at("ISO_DEFAULT") == "boothd");
    REQUIRE(document.at("warnings").size() == 1);
    CHECK(document.at("warnings")[0].at("file") == directory.path() + "/local.conf");
    CHECK(document.at("warnings")[0].at("line") == 2);
    CHECK_THAT(captured_run({"-c", directory.path(), "dump", "--json", "-e"}).out, Contains("sftp://u:geheim@h/x"));
}

TEST_CASE("dump says what mkbackup would refuse") {
    const base::TempDir directory;
    base::write_file(directory.path() + "/local.conf", "OUTPUT=PXE\nBACKUP_URL=sftp://u@h/x\nBACKUP=NETFS\n");
    const auto result = captured_run({"-c", directory.path(), "dump"});
    CHECK(result.code == 0);
    CHECK_THAT(result.errors, Contains("mkbackup would refuse this: " + directory.path() + "/local.conf:1: OUTPUT=PXE: is not supported"));
}

TEST_CASE("-s succeeds whatever the configuration asks for, and says it") {
    const base::TempDir directory;
    base::write_file(directory.path() + "/local.conf",
                     "OUTPUT=ISO\nBACKUP=NETFS\nOUTPUT_URL=nfs://192.168.24.1/x\nBACKUP_URL=sshfs://u:geheim@h/x\nISO_PREFIX=controller-0\nLOGFILE=/dev/null/log\n");
    const auto result = captured_run({"-c", directory.path(), "-s", "-d", "-v", "mkbackup"});
    CHECK(result.code == 0);
    CHECK_THAT(result.out, Contains("Simulation, nothing is done. nrear mkbackup would back up this machine") &&
                               Contains("archive backup.tar.gz to sshfs://u:***@h/x\n") && Contains("rescue ISO controller-0.iso to nfs://192.168.24.1/x\n"));
    CHECK_THAT(result.errors, Contains("mkbackup would refuse this: " + directory.path() + "/local.conf:3: OUTPUT_URL=nfs://192.168.24.1/x: nfs:// is not supported"));
    CHECK(captured_run({"-c", directory.path(), "-s", "recover"}).code == 0);
    base::write_file(directory.path() + "/local.conf", "A = 1\n");
    CHECK(captured_run({"-c", directory.path(), "-s", "mkbackup"}).code == 10);
}
