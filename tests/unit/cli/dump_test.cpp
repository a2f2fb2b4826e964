// SPDX-License-Identifier: GPL-3.0-or-later
// The text of `nrear dump`.
#include <catch2/catch.hpp>

#include "cli/dump.h"

using namespace nrear;
using namespace nrear::cli;
using Catch::Matchers::Contains;

namespace {

config::Configuration read(std::string_view text) { return config::load_text(text, "/etc/rear/local.conf", {}); }

}  // namespace

TEST_CASE("settings with their origins, secrets masked") {
    const auto text = dump_text(read("A='x y'\nTTY_ROOT_PASSWORD=geheim\nOUTPUT_URL=sftp://u:geheim@h/x\nPROGS+=( a )\nMODULES+=( b )\nE=\n{ M=geheim ; }\n"), {});
    CHECK_THAT(text, Contains("# Read: /etc/rear/local.conf\n"));
    CHECK_THAT(text, Contains("A='x y'  # /etc/rear/local.conf:1\n"));
    CHECK_THAT(text, Contains("TTY_ROOT_PASSWORD=***  # /etc/rear/local.conf:2\n"));
    CHECK_THAT(text, Contains("PROGS=( a )  # /etc/rear/local.conf:4\n"));
    CHECK_THAT(text, Contains("MODULES=( all_modules b )  # default, /etc/rear/local.conf:5\n"));
    CHECK_THAT(text, Contains("E=''  # /etc/rear/local.conf:6\n"));
    CHECK_THAT(text, Contains("M=***  # /etc/rear/local.conf:7\n"));
    CHECK_THAT(text, Contains("ISO_DEFAULT=boothd  # default\n"));
    CHECK_THAT(text, !Contains("geheim"));
}

TEST_CASE("secrets on demand, notes on demand") {
    const auto configuration = read("TTY_ROOT_PASSWORD=geheim\nMINE=1\n");
    CHECK_THAT(dump_text(configuration, {.expose_secrets = true}), Contains("TTY_ROOT_PASSWORD=geheim"));
    CHECK_THAT(dump_text(configuration, {}), !Contains("MINE is not a setting"));
    CHECK_THAT(dump_text(configuration, {.notes = true}), Contains("# /etc/rear/local.conf:2: MINE is not a setting"));
}

TEST_CASE("values cannot play tricks on a terminal, and bytes that are not UTF-8 do not break JSON") {
    CHECK_THAT(dump_text(read("A='\x1b[31m'\n"), {}), Contains("\\033[31m") && !Contains("\x1b"));
    CHECK_THAT(dump_json(read("A='\xff'\n"), {}), Contains("\"hex\": \"ff\"") && !Contains("\xEF\xBF\xBD"));
}
