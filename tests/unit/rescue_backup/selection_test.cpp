// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "rescue/backup/selection.h"

using namespace nrear;
using namespace nrear::backup;
using Paths = std::vector<std::string>;

namespace {

SelectionSettings usual() {
    SelectionSettings settings;
    settings.mount_points = {"/", "/boot", "/var"};
    settings.exclude = {"/tmp/*", "/data/*"};
    settings.program_options = {"--anchored"};
    settings.own_directories = {"/var/lib/nrear/output/"};
    return settings;
}

}  // namespace

TEST_CASE("all file systems of the layout are archived, our own directories never") {
    const auto selection = select_trees(usual());
    CHECK(selection.trees == Paths{"/", "/boot", "/var"});
    CHECK(selection.never == Paths{"/var/lib/nrear/output"});
    CHECK(selection.patterns == Paths{"/tmp/*", "/data/*"});
    CHECK(selection.anchored);
    CHECK(selection.notes.empty());
}

TEST_CASE("excluded mount points are left out, also with a slash at the end") {
    auto settings = usual();
    settings.exclude_mount_points = {"/boot/"};
    settings.exclude_backup = {"fs:/var", "/srv"};
    const auto selection = select_trees(settings);
    CHECK(selection.trees == Paths{"/"});
    REQUIRE(selection.notes.size() == 1);
    CHECK(selection.notes[0].find("BACKUP_PROG_EXCLUDE") != std::string::npos);
}

TEST_CASE("a backup without the root file system is refused") {
    auto settings = usual();
    settings.exclude_mount_points = {"/"};
    CHECK_THROWS_AS(select_trees(settings), Error);
    settings = usual();
    settings.exclude = {"/"};
    CHECK_THROWS_AS(select_trees(settings), Error);
}

TEST_CASE("BACKUP_ONLY_INCLUDE takes the operator's list alone") {
    auto settings = usual();
    settings.only_include = true;
    CHECK_THROWS_AS(select_trees(settings), Error);
    settings.include = {"/etc/", "/var/lib/drlm"};
    const auto selection = select_trees(settings);
    CHECK(selection.trees.empty());
    CHECK(selection.extra_trees == Paths{"/etc", "/var/lib/drlm"});
}

TEST_CASE("swap files are never stored, whatever characters are in their names, and nothing else is") {
    auto settings = usual();
    settings.swap_files = {"/swapfile", "/var/a*b [x]"};
    const auto selection = select_trees(settings);
    CHECK(selection.never == Paths{"/var/lib/nrear/output", "/swapfile", "/var/a*b [x]"});
    CHECK(selection.patterns == Paths{"/tmp/*", "/data/*"});  // where '*' would mean something
}

TEST_CASE("without --anchored patterns match after any slash") {
    auto settings = usual();
    settings.program_options = {"--xattrs"};
    CHECK_FALSE(select_trees(settings).anchored);
}
