// SPDX-License-Identifier: GPL-3.0-or-later
// The search for shared libraries, rule by rule of ld.so(8).
#include "rescue/image/libraries.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "fake_root.h"
#include "rescue/image/file_set.h"

using nrear::image::FileSet;
using nrear::image::LibrarySearch;
using nrear::test::ElfSpec;
using nrear::test::FakeRoot;
using nrear::test::make_elf;

namespace {

std::vector<std::string> found(const FakeRoot& node, const std::string& program) {
    const auto root = node.root();
    std::vector<std::string> paths;
    for (const auto& library : LibrarySearch(root).libraries_of(program).found) {
        paths.push_back(library.path);
    }
    return paths;
}

std::vector<std::string> missing(const FakeRoot& node, const std::string& program) {
    const auto root = node.root();
    return LibrarySearch(root).libraries_of(program).missing;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("the interpreter and what is needed, breadth-first, each once") {
    const FakeRoot node;
    node.program("/usr/bin/tool", {.interpreter = "/lib64/ld.so", .needed = {"liba.so.1", "libb.so.1"}});
    node.program("/lib64/ld.so");
    node.program("/usr/lib64/liba.so.1", {.needed = {"libc.so.6"}});
    node.program("/usr/lib64/libb.so.1", {.needed = {"liba.so.1", "libc.so.6"}});
    node.program("/lib64/libc.so.6");
    CHECK(found(node, "/usr/bin/tool") == Paths{"/lib64/ld.so", "/usr/lib64/liba.so.1", "/usr/lib64/libb.so.1", "/lib64/libc.so.6"});
}

TEST_CASE("Debian's multiarch directories and those of ld.so.conf are searched") {
    const FakeRoot node;
    node.program("/usr/bin/tool", {.needed = {"libc.so.6", "libx.so.1", "liby.so.1"}});
    node.program("/usr/lib/x86_64-linux-gnu/libc.so.6");
    node.file("/etc/ld.so.conf", "include ld.so.conf.d/*.conf\n/opt/y/lib  # why not\n");
    node.file("/etc/ld.so.conf.d/x.conf", "# x\n/opt/x/lib\n");
    node.program("/opt/x/lib/libx.so.1");
    node.program("/opt/y/lib/liby.so.1");
    CHECK(found(node, "/usr/bin/tool") == Paths{"/usr/lib/x86_64-linux-gnu/libc.so.6", "/opt/x/lib/libx.so.1", "/opt/y/lib/liby.so.1"});
}

TEST_CASE("RUNPATH with $ORIGIN serves a file's own needs only, and what is loaded already satisfies others") {
    const FakeRoot node;
    node.program("/usr/lib/systemd/udevd", {.needed = {"libshared.so", "libcore.so"}, .runpath = "$ORIGIN"});
    node.program("/usr/lib/systemd/libshared.so");
    node.program("/usr/lib/systemd/libcore.so", {.needed = {"libshared.so", "libdeep.so"}});
    node.program("/usr/lib/systemd/libdeep.so");  // only udevd's RUNPATH leads here, and libcore asks
    CHECK(found(node, "/usr/lib/systemd/udevd") == Paths{"/usr/lib/systemd/libshared.so", "/usr/lib/systemd/libcore.so"});
    CHECK(missing(node, "/usr/lib/systemd/udevd") == Paths{"libdeep.so, needed by /usr/lib/systemd/libcore.so"});
}

TEST_CASE("the older RPATH is inherited") {
    const FakeRoot node;
    node.program("/opt/app/bin/tool", {.needed = {"liba.so"}, .rpath = "${ORIGIN}/../lib"});
    node.program("/opt/app/lib/liba.so", {.needed = {"libb.so"}});
    node.program("/opt/app/lib/libb.so");
    CHECK(found(node, "/opt/app/bin/tool") == Paths{"/opt/app/bin/../lib/liba.so", "/opt/app/bin/../lib/libb.so"});
}

TEST_CASE("a library for another machine is passed over") {
    const FakeRoot node;
    node.program("/usr/bin/tool", {.needed = {"libz.so.1"}});
    node.program("/lib64/libz.so.1", {.machine = EM_386});
    node.program("/usr/lib64/libz.so.1");
    CHECK(found(node, "/usr/bin/tool") == Paths{"/usr/lib64/libz.so.1"});
}

TEST_CASE("damaged ELF files are no ELF files, and no crash") {
    const auto whole = make_elf({.interpreter = "/lib64/ld.so", .needed = {"liba.so"}, .runpath = "/x"});
    const FakeRoot node;
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        node.file("/bin/cut", whole.substr(0, length), 0755);
        const auto root = node.root();
        CHECK_NOTHROW(LibrarySearch(root).libraries_of("/bin/cut"));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 0xff);
        node.file("/bin/cut", changed, 0755);
        const auto root = node.root();
        CHECK_NOTHROW(LibrarySearch(root).libraries_of("/bin/cut"));
    }
}

TEST_CASE("a program brings directories, the symlinks on its way, libraries and interpreters") {
    const FakeRoot node;
    node.link("/bin", "usr/bin");
    node.link("/lib64", "usr/lib64");
    node.program("/usr/bin/vim.tiny", {.interpreter = "/lib64/ld.so", .needed = {"liba.so.1"}});
    node.link("/usr/bin/vi", "/etc/alternatives/vi");
    node.link("/etc/alternatives/vi", "/usr/bin/vim.tiny");
    node.program("/usr/lib64/ld-2.so");
    node.link("/usr/lib64/ld.so", "ld-2.so");
    node.program("/usr/lib64/liba.so.1.2");
    node.link("/usr/lib64/liba.so.1", "liba.so.1.2");
    node.program("/usr/bin/python3", {.needed = {"liba.so.1"}});
    node.program("/usr/bin/env");
    node.script("/usr/bin/tool", "#! /usr/bin/env python3 -E");
    const auto root = node.root();
    FileSet files(root);
    CHECK(files.add("/bin/vi", "program: test"));
    CHECK(files.add("/usr/bin/tool", "program: test"));
    CHECK_FALSE(files.add("/usr/bin/none", "program: test"));
    const auto manifest = files.take();
    std::vector<std::string> paths;
    for (const auto& entry : manifest.entries) {
        paths.push_back(entry.path);
    }
    CHECK(paths == Paths{"/bin", "/etc", "/etc/alternatives", "/etc/alternatives/vi", "/lib64", "/usr", "/usr/bin", "/usr/bin/env", "/usr/bin/python3",
                         "/usr/bin/tool", "/usr/bin/vi", "/usr/bin/vim.tiny", "/usr/lib64", "/usr/lib64/ld-2.so", "/usr/lib64/ld.so",
                         "/usr/lib64/liba.so.1", "/usr/lib64/liba.so.1.2"});
    CHECK(manifest.find("/bin")->content == "usr/bin");
    CHECK(manifest.find("/usr/bin/python3")->reason == "interpreter: of /usr/bin/tool");
    CHECK(manifest.warnings.empty());
}
