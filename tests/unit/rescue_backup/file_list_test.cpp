// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/memory_stream.h"
#include "core/base/text.h"
#include "rescue/backup/file_list.h"

using namespace nrear;

TEST_CASE("the list of files comes back line by line, odd names as they can be shown, remarks last") {
    backup::FileList list;
    list.add("etc/passwd");
    list.add("a\nb");
    list.remark("/var/log/messages", "grew while it was read");
    base::MemoryFile out;
    list.write_to(out);
    CHECK(out.text() == "etc/passwd\na\\012b\nnrear: /var/log/messages: grew while it was read\n");
}

TEST_CASE("a long list waits packed") {
    backup::FileList list;
    std::string expected;
    for (int i = 0; i < 100'000; ++i) {
        const auto path = base::cat("usr/share/doc/package-", i, "/changelog.Debian.gz");
        list.add(path);
        expected += path + "\n";
    }
    base::MemoryFile out;
    list.write_to(out);
    CHECK(out.text() == expected);
}

TEST_CASE("an empty list is an empty file") {
    backup::FileList list;
    base::MemoryFile out;
    list.write_to(out);
    CHECK(out.bytes().empty());
}
