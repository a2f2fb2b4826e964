// SPDX-License-Identifier: GPL-3.0-or-later
// The set difference: whatever program the plan of a recorded host runs in the rescue system is in the image, or there is no image.
// image.txt beside each host's plan.txt is the set with its reasons; NREAR_TEST_ACCEPT=1 writes it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/plan/make_plan.h"
#include "fake_root.h"
#include "rescue/image/image.h"
#include "tests/support/golden.h"

using namespace nrear;
using nrear::test::FakeRoot;

namespace {

const std::string kHosts = NREAR_SOURCE_DIR "/tests/fixtures/hosts";

// Hosts that nrear can bring back: those that it refuses have no plan.
std::vector<std::string> planned_hosts() {
    std::vector<std::string> hosts;
    for (const auto& entry : std::filesystem::directory_iterator(kHosts)) {
        if (std::filesystem::exists(entry.path() / "plan.txt")) {
            hosts.push_back(entry.path().string());
        }
    }
    std::sort(hosts.begin(), hosts.end());
    return hosts;
}

std::set<std::string> programs_of(const std::string& host) {
    return plan::programs_to_recover(layout::from_json(base::Root("/").read(host + "/layout.json")));
}

class NoCommands final : public base::CommandRunner {
public:
    base::CommandResult run(const base::Command& command) override { throw Error(ErrorKind::kGeneral, "run " + command.argv.at(0), "not in this test"); }
    bool exists(const std::string&) override { return false; }
};

// A node that has what is essential and what the plan runs, and nothing else.
void fill(const FakeRoot& node, const std::set<std::string>& programs) {
    node.file("/boot/vmlinuz-6.1");
    node.file("/lib/modules/6.1/modules.dep");
    node.program("/usr/local/sbin/nrear");
    for (const char* name : {"bash", "mount", "umount", "modprobe", "udevadm"}) {
        node.program(std::string("/usr/bin/") + name);
    }
    for (const auto& name : programs) {
        node.program("/usr/sbin/" + name);
    }
}

image::ImageManifest image_of(const FakeRoot& node, const std::set<std::string>& programs) {
    image::ImageOptions options;
    options.kernel = image::find_kernel(node.root(), "6.1", "");
    options.program = "/usr/local/sbin/nrear";
    options.plan_programs = programs;
    NoCommands runner;
    return image::build_manifest(node.root(), options, runner);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

TEST_CASE("every program of a recorded host's plan is in its image") {
    REQUIRE(planned_hosts().size() >= 4);
    for (const auto& host : planned_hosts()) {
        INFO(host);
        const auto programs = programs_of(host);
        REQUIRE_FALSE(programs.empty());
        const FakeRoot node;
        fill(node, programs);
        const auto manifest = image_of(node, programs);

        std::set<std::string> present;
        std::set<std::string> lines;
        for (const auto& entry : manifest.entries) {
            present.insert(name_of(entry.path));
            if (entry.reason.starts_with("program: ")) {
                lines.insert(base::cat(name_of(entry.path), "  ", entry.reason, "\n"));
            }
        }
        std::vector<std::string> missing;
        std::set_difference(programs.begin(), programs.end(), present.begin(), present.end(), std::back_inserter(missing));
        CHECK(missing == std::vector<std::string>{});
        const auto difference = test::golden_difference(host + "/image.txt", base::join(std::vector<std::string>(lines.begin(), lines.end()), ""));
        if (!difference.empty()) {
            FAIL_CHECK(difference);
        }
    }
}

TEST_CASE("a node that lacks one program of its plan is refused, and the program named") {
    for (const auto& host : planned_hosts()) {
        const auto programs = programs_of(host);
        for (const auto& lost : programs) {
            INFO(host << " without " << lost);
            const FakeRoot node;
            auto present = programs;
            present.erase(lost);
            fill(node, present);
            node.remove("/usr/bin/" + lost);
            CHECK_THROWS_WITH(image_of(node, programs), Catch::Contains("not on this node: " + lost + " (recover runs it)"));
        }
    }
}
