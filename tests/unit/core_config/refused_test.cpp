// SPDX-License-Identifier: GPL-3.0-or-later
// What no configuration file may hold: refused with file, line and what to write instead, and without showing secrets.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;
using Catch::Matchers::Contains;

namespace {

/// "what_failed | hint" of the refusal.
std::string refusal(std::string_view text) {
    try {
        read(text);
    } catch (const nrear::Error& error) {
        CHECK(error.kind() == nrear::ErrorKind::kConfig);
        CHECK_FALSE(error.hint().empty());
        return nrear::base::cat(error.what(), " | ", error.hint());
    }
    return "accepted";
}

}  // namespace

TEST_CASE("blanks around =") {
    CHECK(refusal("# x\nOUTPUT = ISO\n") == "/etc/rear/local.conf:2: blanks before the '=' of OUTPUT | write OUTPUT=… without blanks around the '='");
    CHECK_THAT(refusal("OUTPUT= ISO\n"), Contains(":1: a blank after OUTPUT=") && Contains("write OUTPUT='…'"));
    CHECK_THAT(refusal("X +=( a )\n"), Contains("write X+=…"));
}

TEST_CASE("comments of other languages") { CHECK_THAT(refusal("// OUTPUT_URL=nfs://…\n"), Contains(":1: '//' is no comment") && Contains("'#'")); }

TEST_CASE("unquoted blanks in a value") {
    CHECK_THAT(refusal("\nISO_URL=file:///media/x/Ubuntu backup\n"), Contains(":2: a second word ('backup') after ISO_URL=…") && Contains("ISO_URL='…'"));
    CHECK(read("ISO_URL='file:///media/x/Ubuntu backup'\n").settings.scalar("OUTPUT_URL") == "file:///media/x/Ubuntu backup");
    CHECK_THAT(refusal("X=1 Y=2\n"), Contains("line of its own"));
}

TEST_CASE("line ends of other systems") {
    CHECK(refusal("OUTPUT=ISO\r\nBACKUP=NETFS\r\n") ==
          "/etc/rear/local.conf:1: a line end of CR LF, or a stray CR | make them plain line ends: sed -i 's/\\r$//' /etc/rear/local.conf");
    CHECK_THAT(refusal(std::string_view("A=1\nB=\0\n", 8)), Contains(":2: a NUL byte"));
}

TEST_CASE("what has no end names where it starts") {
    CHECK_THAT(refusal("A=1\nB='x\ny\n"), Contains(":2: the ' that starts here has no end"));
    CHECK_THAT(refusal("A=1\nB=\"x\ny\n"), Contains(":2: the \" that starts here has no end"));
    CHECK_THAT(refusal("A=1\n\nB=( x\ny\n"), Contains(":3: B=( that starts here has no end"));
    CHECK_THAT(refusal("A=${HOME\n"), Contains(":1: "));
    CHECK_THAT(refusal("A=$(date\n"), Contains(":1: the command substitution that starts here has no end"));
    CHECK_THAT(refusal("{ A=1\n"), Contains(":1: the { that starts here has no end"));
    CHECK_THAT(refusal("A=x\\"), Contains(":1: a backslash at the end"));
}

TEST_CASE("shell constructs and commands") {
    CHECK_THAT(refusal("EXCLUDE_MOUNTPOINTS=($(df -Pl | egrep -v 'x' | awk '{print $6}'))\n"), Contains(":1: the command substitution $(df …)"));
    CHECK_THAT(refusal("A=1\nif true; then B=1; fi\n"), Contains(":2: 'if' is a shell construct"));
    CHECK_THAT(refusal("for i in 1 2; do A=$i; done\n"), Contains(":1: 'for' is a shell construct"));
    CHECK_THAT(refusal("source /etc/borg/x.rc\n"), Contains("'source' is a shell construct"));
    CHECK_THAT(refusal(". /etc/borg/x.rc\n"), Contains("'.' is a shell construct"));
    CHECK_THAT(refusal("[[ -f /x ]] && A=1\n"), Contains("'[[' is a shell construct"));
    CHECK_THAT(refusal("rm -rf /tmp/x\n"), Contains(":1: 'rm' is not a setting but a command") && Contains("nothing in it is executed"));
    CHECK_THAT(refusal("A=`cat /etc/passwd`\n"), Contains("$(cat …)"));
    CHECK_THAT(refusal("A=\"$(cat /x)\"\n"), Contains("$(cat …)"));
    CHECK_THAT(refusal("A=$(hostname; rm -rf /)\n"), Contains("';' in a command"));
    CHECK_THAT(refusal("A=$(hostname > /etc/passwd)\n"), Contains("'>' in a command"));
    CHECK_THAT(refusal("A=$(hostname -f)\n"), Contains("$(hostname [-s])"));
    CHECK_THAT(refusal("A=$($X)\n"), Contains("would have to be executed"));
    CHECK_THAT(refusal("A=$((1+1))\n"), Contains("arithmetic"));
    CHECK_THAT(refusal("A=1 && B=2\n"), Contains("'&' after A=…"));
    CHECK_THAT(refusal("A=1 | tee x\n"), Contains("'|' after A=…"));
    CHECK_THAT(refusal("A=1;;\n"), Contains("';' after A=…"));
    CHECK_THAT(refusal("f() { A=1; }\n"), Contains(":1: "));
    CHECK_THAT(refusal("A=<(x)\n"), Contains("'<' after A=…"));
    CHECK_THAT(refusal("A[1]=x\n"), Contains("a single element of A"));
    CHECK_THAT(refusal("A=( [1]=x )\n"), Contains("index"));
    CHECK_THAT(refusal("A=( a | b )\n"), Contains("'|' between the elements of A"));
    CHECK_THAT(refusal("A=( (a) )\n"), Contains("'(' between the elements of A"));
    CHECK_THAT(refusal("export PATH\n"), Contains("'export' without a value"));
    CHECK_THAT(refusal("declare -A M=( )\n"), Contains("'declare'"));
    CHECK_THAT(refusal("}\n"), Contains(":1: "));
    CHECK_THAT(refusal("{ A=1; } > /etc/passwd\n"), Contains("'>' after }"));
}

TEST_CASE("expansions outside the grammar") {
    CHECK_THAT(refusal("A=\"{$X[@]}\"\n"), Contains("write \"${X[@]}\""));
    CHECK_THAT(refusal("A=${X/a/b}\n"), Contains("this form of ${X…} is not read"));
    CHECK_THAT(refusal("A=${X[*]}\n"), Contains("this form of ${X…} is not read"));
    CHECK_THAT(refusal("A=${!X}\n"), Contains("single quotes"));
    CHECK_THAT(refusal("A=\"pa$$word\"\n"), Contains("'$$'") && Contains("single quotes"));
    CHECK_THAT(refusal("A=$'x\\n'\n"), Contains("is not read"));
    CHECK_THAT(refusal("A=( /{a,b}/* )\n"), Contains("braces"));
    CHECK_THAT(refusal("A=\xE2\x80\x98x\xE2\x80\x99\n"), Contains("typographic quotation mark"));
    CHECK(read("A=/{a,b}\n").settings.scalar("A") == "/{a,b}");
}

TEST_CASE("no secret in any message") {
    CHECK_THAT(refusal("BACKUP_PROG_CRYPT_KEY=my geheim\n"), !Contains("geheim"));
    CHECK_THAT(refusal("OUTPUT_URL=sftp://u:my geheim@host/x\n"), !Contains("geheim"));
    CHECK_THAT(refusal("{ X=my geheim ; } 2>>/dev/null\n"), !Contains("geheim"));
    CHECK_THAT(refusal("SSH_ROOT_PASSWORD='a\ngeheim$x'\n)"), !Contains("geheim"));
    CHECK_THAT(refusal("geheim!@x\n"), !Contains("geheim"));
}

TEST_CASE("values that grow without end") {
    std::string text = "X=aaaaaaaaaaaaaaaa\n";
    for (int i = 0; i < 40; ++i) {
        text += "X=\"$X$X\"\n";
    }
    CHECK_THAT(refusal(text), Contains("X grows too large"));
    std::string array = "X=( a b )\n";
    for (int i = 0; i < 40; ++i) {
        array += "X+=( \"${X[@]}\" )\n";
    }
    CHECK_THAT(refusal(array), Contains("X grows too large"));
    std::string deep = "A=";
    for (int i = 0; i < 1000; ++i) {
        deep += "${A-";
    }
    CHECK_THAT(refusal(deep), Contains("inside one another"));
}
