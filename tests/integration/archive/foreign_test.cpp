// SPDX-License-Identifier: GPL-3.0-or-later
// Archives made by GNU tar (in all its formats, and as ReaR calls it) and bsdtar, restored by us.
#include <catch2/catch.hpp>

#include "archive_files.h"
#include "core/base/text.h"
#include "loop_file_system.h"
#include "odd_tree.h"
#include "snapshot.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

using Map = std::map<std::string, std::string>;

/// Restores and compares; `forget` are paths that this format cannot hold.
void check_restored(const std::string& archive, const std::string& source, const SnapshotOptions& options, const std::vector<std::string>& forget = {}) {
    const LoopFileSystem target;
    CHECK(listed(restore(archive, target.path()).problems) == "");
    Map expected = snapshot(source, options);
    Map found = snapshot(target.path(), options);
    for (const auto& path : forget) {
        expected.erase(path);
        found.erase(path);
    }
    CHECK(difference(expected, found) == "");
}

/// GNU tar stores each link of these as a device or fifo of its own.
const std::vector<std::string> kSpecialLinks{"special/null", "special/null2", "special/disk", "special/disk2", "special/fifo", "special/fifo2"};

}  // namespace

TEST_CASE("foreign: what other programs archive, nrear restores") {
    const LoopFileSystem source;
    const std::string at = source.path();
    make_odd_tree(at);
    const base::TempDir directory;
    const std::string archive = directory.path() + "/foreign";
    const auto tar = [&](std::vector<std::string> options) {
        std::vector<std::string> argv{"tar", "--warning=no-file-ignored"};
        argv.insert(argv.end(), options.begin(), options.end());
        argv.insert(argv.end(), {"-C", at, "-cf", archive, "."});
        run(argv);
    };

    SECTION("GNU tar as ReaR calls it, with all attributes") {
        tar({"--gzip", "--sparse", "--acls", "--xattrs", "--xattrs-include=*", "--selinux", "--numeric-owner"});
        check_restored(archive, at, {.inode_flags = false}, kSpecialLinks);
    }
    SECTION("each way of pax to write holes") {
        for (const char* version : {"0.0", "0.1", "1.0"}) {
            INFO(version);
            tar({"--format=posix", "--sparse", std::string("--sparse-version=") + version, "--acls", "--xattrs", "--xattrs-include=*"});
            check_restored(archive, at, {.inode_flags = false}, kSpecialLinks);
        }
    }
    SECTION("GNU's own format: long names, base-256 numbers, old holes, seconds only") {
        for (const char* format : {"gnu", "oldgnu"}) {
            INFO(format);
            tar({std::string("--format=") + format, "--sparse"});
            check_restored(archive, at, {.inode_flags = false, .xattrs = false, .acls = false, .nanoseconds = false}, kSpecialLinks);
        }
    }
    SECTION("an incremental archive, with the lists of its directories") {
        tar({"--format=gnu", "--listed-incremental=" + directory.path() + "/list"});
        check_restored(archive, at, {.inode_flags = false, .xattrs = false, .acls = false, .nanoseconds = false, .holes = false}, kSpecialLinks);
    }
    SECTION("GNU tar with a label, names of owners, and files listed twice") {
        run({"tar", "--warning=no-file-ignored", "--format=gnu", "-V", "label", "-C", at, "-cf", archive, "modes", "./modes", "links", "links/first"});
        const LoopFileSystem target;
        CHECK(listed(restore(archive, target.path()).problems) == "");
        const SnapshotOptions options{.inode_flags = false, .xattrs = false, .acls = false, .nanoseconds = false, .root_itself = false};
        CHECK(difference(snapshot(at + "/modes", options), snapshot(target.path() + "/modes", options)) == "");
    }
    SECTION("ustar and v7: what fits in them") {
        for (const char* format : {"ustar", "v7"}) {
            run({"tar", std::string("--format=") + format, "-C", at, "-cf", archive, "acls", "xattrs", "empty_file", "odd_size", "block"});
            const LoopFileSystem target;
            CHECK(listed(restore(archive, target.path()).problems) == "");
            const SnapshotOptions options{.inode_flags = false, .xattrs = false, .acls = false, .nanoseconds = false, .root_itself = false};
            CHECK(difference(snapshot(at + "/xattrs", options), snapshot(target.path() + "/xattrs", options)) == "");
            CHECK(base::read_file(target.path() + "/odd_size") == base::read_file(at + "/odd_size"));
        }
    }
    SECTION("each packing program: one stream, blocks, frames, long windows") {
        tar({"--format=posix", "--sparse", "--acls", "--xattrs", "--xattrs-include=*"});
        for (const char* packer : {"gzip -9", "gzip --rsyncable", "zstd -q", "zstd -q --long=27", "pzstd -q -p 2", "bzip2 -1", "xz -0", "xz -0 -T2 --block-size=1MiB", "lz4 -q", "lz4 -q -B4 -BD"}) {
            INFO(packer);
            run({"sh", "-c", base::cat(packer, " <", archive, " >", archive, ".packed")});
            check_restored(archive + ".packed", at, {.inode_flags = false}, kSpecialLinks);
        }
    }
    SECTION("bsdtar") {
        // Its writer refuses names that are no text in the locale; the tree without them.
        run({"sh", "-c", "cd " + at + " && bsdtar --format pax --no-fflags --exclude='*[!a-zA-Z0-9._/-]*' --exclude=./names -czf " + archive + " ."});
        const LoopFileSystem target;
        CHECK(listed(restore(archive, target.path()).problems) == "");
        const SnapshotOptions options{.inode_flags = false};
        Map expected = snapshot(at, options);
        Map found = snapshot(target.path(), options);
        // Before 1970 its writer goes wrong, and it takes each link of a block device for a device of its own.
        for (const char* path : {"times/before", "times/long_before", "special/null", "special/null2", "times", "special/disk", "special/disk2"}) {
            found.erase(path);
        }
        std::erase_if(expected, [&](const auto& item) { return !found.contains(item.first); });
        CHECK(found.size() > 350);
        CHECK(difference(expected, found) == "");
    }
    SECTION("bsdtar in its other formats: what fits in them") {
        for (const char* format : {"pax --zstd", "gnutar", "ustar --bzip2", "v7"}) {
            INFO(format);
            run({"sh", "-c", base::cat("cd ", at, " && bsdtar --no-fflags --no-acls --no-xattrs --format ", format, " -cf ", archive, " modes/f* xattrs empty_file odd_size block times/epoch times/one_ns")});
            const LoopFileSystem target;
            CHECK(listed(restore(archive, target.path()).problems) == "");
            const SnapshotOptions options{.inode_flags = false, .xattrs = false, .acls = false, .nanoseconds = false, .root_itself = false};
            for (const char* part : {"/modes", "/xattrs", "/times"}) {
                Map expected = snapshot(at + part, options);
                Map found = snapshot(target.path() + part, options);
                std::erase_if(expected, [&](const auto& item) { return !found.contains(item.first); });
                found.erase("");
                expected.erase("");
                CHECK(difference(expected, found) == "");
                CHECK(found.size() >= 2);
            }
            CHECK(base::read_file(target.path() + "/odd_size") == base::read_file(at + "/odd_size"));
        }
    }
}

TEST_CASE("foreign: access control lists with names are looked up in the restored /etc/passwd") {
    const LoopFileSystem source;
    const LoopFileSystem target;
    base::make_directories(source.path() + "/etc", 0755);
    base::write_file(source.path() + "/etc/passwd", "root:x:0:0::/root:/bin/sh\nbin:x:4242:0::/:/bin/sh\n");
    base::write_file(source.path() + "/etc/group", "root:x:0:\nbin:x:4343:\n");
    base::write_file(source.path() + "/a", "x");
    run({"setfacl", "-m", "u:bin:rwx,g:bin:r", source.path() + "/a"});  // "bin" by this machine's names; tar writes the names
    const base::TempDir directory;
    run({"tar", "--acls", "-C", source.path(), "-cf", directory.path() + "/a", "."});
    CHECK(listed(restore(directory.path() + "/a", target.path()).problems) == "");
    const std::string acl = run({"getfacl", "-n", "-p", target.path() + "/a"}).output;
    CHECK(acl.find("user:4242:rwx") != std::string::npos);
    CHECK(acl.find("group:4343:r--") != std::string::npos);
}
