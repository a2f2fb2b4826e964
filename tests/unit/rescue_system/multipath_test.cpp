// SPDX-License-Identifier: GPL-3.0-or-later
// How the rescue system starts multipath.
#include "rescue/system/multipath.h"

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"

namespace nrear::system {

namespace {

class Programs final : public base::CommandRunner {
public:
    std::vector<std::string> ran;
    bool has_multipath = true;
    std::string failing;

    base::CommandResult run(const base::Command& command) override {
        CHECK(command.time_limit.count() > 0);  // a dead path must not hold up the rescue system
        ran.push_back(base::join(command.argv, " "));
        return {.status = command.argv.front() == failing ? 1 : 0, .output = "", .error_output = "dead"};
    }
    bool exists(const std::string& name) override { return has_multipath || name != "multipath"; }
};

/// A disk of two paths, on the first of which the kernel has seen a partition, and one without multipath.
void make_map(const std::string& root) {
    const auto file = [&](const std::string& path, const std::string& text) {
        base::make_directories(base::cat(root, "/sys/class/block/", path.substr(0, path.rfind('/'))));
        base::write_file(base::cat(root, "/sys/class/block/", path), text);
    };
    file("dm-0/dm/uuid", "mpath-3600\n");
    file("dm-0/slaves/sda", "");
    file("dm-0/slaves/sdb", "");
    file("dm-1/dm/uuid", "LVM-x\n");
    file("dm-1/slaves/sdc1", "");
    file("sda/sda1/partition", "1\n");
    file("sdb/size", "1\n");
    file("sdc/sdc1/partition", "1\n");
}

}  // namespace

TEST_CASE("an image without multipath starts nothing") {
    const base::TempDir root;
    Programs programs;
    programs.has_multipath = false;
    CHECK(start_multipath(base::Root(root.path()), programs, base::null_log()).empty());
    CHECK(programs.ran.empty());
}

TEST_CASE("the maps are made, then what the kernel has seen on their paths goes, then the daemon looks after them") {
    const base::TempDir root;
    make_map(root.path());
    Programs programs;
    CHECK(start_multipath(base::Root(root.path()), programs, base::null_log()).empty());
    CHECK(programs.ran == std::vector<std::string>{"modprobe dm-multipath", "multipath -v1", "partx --delete --nr 1-1024 /dev/sda", "multipathd", "udevadm settle --timeout=20"});
}

TEST_CASE("no map is told to the operator, and so is what fails") {
    const base::TempDir root;
    Programs programs;
    auto problems = start_multipath(base::Root(root.path()), programs, base::null_log());
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Contains("no multipath disk was found") && Catch::Contains("multipath -a"));
    make_map(root.path());
    programs.failing = "multipathd";
    problems = start_multipath(base::Root(root.path()), programs, base::null_log());
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Contains("multipathd"));
}

}  // namespace nrear::system
