// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "core/base/text.h"

using namespace nrear::base;
using Words = std::vector<std::string>;

TEST_CASE("splitting") {
    CHECK(split("a::b", ':') == Words{"a", "", "b"});
    CHECK(split("", ':').empty());
    CHECK(split(":", ':') == Words{"", ""});
    CHECK(split_lines("a\n\nb\n") == Words{"a", "", "b"});
    CHECK(split_words("  a \t b\n") == Words{"a", "b"});
    CHECK(trim(" \t a b \r\n") == "a b");
}

TEST_CASE("numbers are the whole text or nothing") {
    CHECK(parse_u64("18446744073709551615") == 18446744073709551615ULL);
    CHECK_FALSE(parse_u64("18446744073709551616"));
    CHECK_FALSE(parse_u64(""));
    CHECK_FALSE(parse_u64("12 "));
    CHECK_FALSE(parse_u64("-1"));
    CHECK(parse_u64("ff", 16) == 255);
    CHECK(parse_i64("-5") == -5);
    CHECK(hex(255, 4) == "00ff");
    CHECK(from_hex("00fF7a") == std::string("\0\xffz", 3));
    CHECK(from_hex("") == "");
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
}

TEST_CASE("sizes") {
    CHECK(human_size(0) == "0 B");
    CHECK(human_size(1023) == "1023 B");
    CHECK(human_size(1024) == "1.0 KiB");
    CHECK(human_size(1536) == "1.5 KiB");
    CHECK(human_size(20ULL << 30) == "20.0 GiB");
    CHECK(human_size(UINT64_MAX) == "15.9 EiB");
    CHECK(human_duration(7) == "0:07");
    CHECK(human_duration(3723) == "1:02:03");
    CHECK(duration_words(60) == "60 s");
    CHECK(duration_words(120) == "2 min");
    CHECK(duration_words(121) == "121 s");
    CHECK(parse_size("20G") == 20ULL << 30);
    CHECK(parse_size("20GiB") == 20ULL << 30);
    CHECK(parse_size("4096") == 4096);
    CHECK_FALSE(parse_size("20X"));
    CHECK_FALSE(parse_size("G"));
    CHECK_FALSE(parse_size("99999999999G"));
}

TEST_CASE("shell words survive a shell") {
    CHECK(shell_quote("plain-1.0_x") == "plain-1.0_x");
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("it's") == "'it'\\''s'");
    CHECK(shell_join(Words{"mkfs", "a b"}) == "mkfs 'a b'");
}

TEST_CASE("odd file names can be shown") {
    CHECK(printable("plain") == "plain");
    CHECK(printable("caf\xC3\xA9") == "caf\xC3\xA9");
    CHECK(printable("a\nb") == "a\\012b");
    CHECK(printable("\x1B[2J") == "\\033[2J");
    CHECK(printable("\xFF") == "\\377");
    CHECK(printable("\xC2\x9B") == "\\302\\233");
    CHECK(printable("a\\b") == "a\\\\b");
    CHECK_FALSE(is_utf8("\xC0\x80"));
    CHECK_FALSE(is_utf8("\xED\xA0\x80"));
    CHECK(is_utf8("\xF0\x9F\x98\x80"));
}

TEST_CASE("passwords in URLs are masked") {
    CHECK(mask_url_passwords("sftp://u:p@ss:w@h/d") == "sftp://u:***@h/d");
    CHECK(mask_url_passwords("get sftp://u:a@h/d and sshfs://v:b@i:22/e now") == "get sftp://u:***@h/d and sshfs://v:***@i:22/e now");
    CHECK(mask_url_passwords("sftp://u@h/d") == "sftp://u@h/d");
    CHECK(mask_url_passwords("sftp://h:22/a@b") == "sftp://h:22/a@b");
    CHECK(mask_url_passwords("no url: a@b") == "no url: a@b");
    register_secret("correct-horse");
    CHECK(mask_secrets("pw=correct-horse.") == "pw=***.");
}
