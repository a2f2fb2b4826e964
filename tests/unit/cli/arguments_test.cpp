// SPDX-License-Identifier: GPL-3.0-or-later
// The command line, as ReaR's users type it.
#include <catch2/catch.hpp>

#include "cli/arguments.h"
#include "cli/command_table.h"
#include "core/base/error.h"

using namespace nrear;
using namespace nrear::cli;
using Words = std::vector<std::string>;

namespace {

std::string refusal(const Words& words) {
    try {
        parse_arguments(words);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kUsage);
        return std::string(error.what()) + " | " + error.hint();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("what TripleO types") {
    const auto backup = parse_arguments({"-d", "-v", "mkbackup"});
    CHECK(backup.command == "mkbackup");
    CHECK(backup.debug);
    CHECK(backup.verbose);
    const auto simulated = parse_arguments({"-s", "-d", "-v", "mkbackup"});
    CHECK(simulated.simulate);
    CHECK(parse_arguments({"-sdv", "mkbackup"}).simulate);
    CHECK(parse_arguments({"recover"}).command == "recover");
}

TEST_CASE("options before and after the command, bundled, joined, repeated") {
    const auto arguments = parse_arguments({"-c", "/etc/x", "mkrescue", "-Cone", "-C", "two", "--kernel=5.10", "-vn"});
    CHECK(arguments.config_directory == "/etc/x");
    CHECK(arguments.config_files == Words{"one", "two"});
    CHECK(arguments.kernel == "5.10");
    CHECK(arguments.verbose);
    CHECK(arguments.non_interactive);
    CHECK_FALSE(arguments.debug);
    CHECK(parse_arguments({"recover", "--map", "/dev/vda=/dev/sda", "--map=/dev/vdb=/dev/sdb"}).disk_map == Words{"/dev/vda=/dev/sda", "/dev/vdb=/dev/sdb"});
    CHECK(parse_arguments({"--", "dump"}).command == "dump");
    CHECK(parse_arguments({}).command.empty());
}

TEST_CASE("debugging implies being verbose") {
    for (const auto* option : {"-d", "-D", "--debug", "--debugscripts=x"}) {
        const auto arguments = parse_arguments({option, "dump"});
        CHECK(arguments.debug);
        CHECK(arguments.verbose);
    }
}

TEST_CASE("wrong usage is named") {
    CHECK(refusal({"mkbakup"}) == "unknown command 'mkbakup' | nrear help lists the commands");
    CHECK(refusal({"Mkbackup"}) == "unknown command 'Mkbackup' | nrear help lists the commands");
    CHECK(refusal({"-x"}) == "unknown option -x | nrear help lists the commands");
    CHECK(refusal({"-x", "dump"}) == "unknown option -x | nrear help dump shows its options");
    CHECK(refusal({"-vx", "dump"}) == "unknown option -x | nrear help dump shows its options");
    CHECK(refusal({"--verbos", "dump"}) == "unknown option --verbos | nrear help dump shows its options");
    CHECK(refusal({"--verbose=1", "dump"}) == "--verbose takes no value | nrear help dump shows its options");
    CHECK(refusal({"dump", "-c"}) == "-c needs a value: -c DIR | nrear help dump shows its options");
    CHECK(refusal({"dump", "--config-dir="}) == "--config-dir needs a value that is not empty | nrear help dump shows its options");
    CHECK(refusal({"dump", "--map", "a=b"}) == "--map is not for dump | it is for recover");
    CHECK(refusal({"dump", "more"}) == "unexpected argument 'more' after dump | nrear help dump shows its options");
    CHECK(refusal({"list", "more"}) == "unexpected argument 'more' after list | nrear help list shows its options");
    CHECK(refusal({"mkbackup", "--host", "c0"}) == "--host is not for mkbackup | it is for list, ls, restore, verify");
    CHECK(refusal({"-v", "--quiet", "dump"}) == "--quiet contradicts -v | nrear help dump shows its options");
    CHECK(refusal({"\x1b[31m"}) == "unknown command '\\033[31m' | nrear help lists the commands");
}

TEST_CASE("what ReaR accepts and nrear cannot honour is refused, not ignored") {
    CHECK(refusal({"-S", "mkbackup"}) == "-S is not supported: there are no scripts to step through | nrear plan shows the steps of a recovery");
    CHECK(refusal({"-p", "recover"}).starts_with("-p is not supported"));
}

TEST_CASE("what follows a command is counted by the table") {
    CHECK(parse_arguments({"ls", "latest"}).operands == Words{"latest"});
    CHECK(parse_arguments({"ls", "-l", "1a2b", "/etc/*", "--", "-odd"}).operands == Words{"1a2b", "/etc/*", "-odd"});
    CHECK(refusal({"ls"}) == "ls needs ID [PATTERN]... | nrear help ls shows its options");
    CHECK(refusal({"restore", "1a2b"}) == "restore needs more: ID PATH... | nrear help restore shows its options");
    CHECK(parse_arguments({"restore", "1a2b", "/etc", "--to", "/"}).to == "/");
}

TEST_CASE("prune can be tried without doing it") {
    CHECK(parse_arguments({"prune", "--dry-run"}).dry_run);
    CHECK(parse_arguments({"-s", "prune"}).simulate);
    CHECK(parse_arguments({"list", "--host", "controller-1", "--json"}).host == "controller-1");
}

TEST_CASE("help and version win over everything but unknown words") {
    CHECK(parse_arguments({"-V", "-S", "nonsense"}).version);
    CHECK(parse_arguments({"--help", "mkbackup", "--map=x"}).help);
    CHECK(refusal({"--help", "--nonsense"}).starts_with("unknown option"));
}
