// SPDX-License-Identifier: GPL-3.0-or-later
// Every recorded host: scan to layout.json, network.json and warnings.txt; plan to plan.txt, or the refusal to refused.txt.
// A new host is a folder under tests/fixtures/hosts, made by `nrear dump --fixture`; NREAR_TEST_ACCEPT=1 writes what is expected of it.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/layout/network.h"
#include "core/layout/unsupported.h"
#include "core/plan/make_plan.h"
#include "core/plan/plan_text.h"
#include "core/scan/recorded_host.h"
#include "core/scan/scan_host.h"
#include "core/scan/scan_network.h"
#include "tests/support/golden.h"

namespace nrear::scan {

namespace {

const std::string kHosts = NREAR_SOURCE_DIR "/tests/fixtures/hosts";

std::string lines(const std::vector<std::string>& all) {
    std::string text;
    for (const auto& line : all) {
        text += line + "\n";
    }
    return text;
}

void check_golden(const std::string& path, const std::string& text) {
    const auto difference = test::golden_difference(path, text);
    INFO(difference);
    CHECK(difference.empty());
}

void check_plan(const std::string& directory, const layout::Layout& layout) {
    std::vector<std::string> refused;
    for (const auto& problem : layout::unsupported(layout)) {
        refused.push_back(layout::describe(problem));
    }
    if (!refused.empty()) {
        CHECK_THROWS_AS(plan::make_plan(layout), Error);
        check_golden(directory + "/refused.txt", lines(refused));
        return;
    }
    check_golden(directory + "/plan.txt", plan::to_text(plan::make_plan(layout), true));
}

}  // namespace

TEST_CASE("recorded hosts give the layout, network and plan that is expected of them") {
    const base::Root fixtures(kHosts);
    const auto names = fixtures.list("/");
    REQUIRE(names.size() >= 5);
    for (const auto& name : names) {
        INFO("host " << name);
        const std::string directory = base::cat(kHosts, "/", name);
        const base::Root root(directory + "/root");
        RecordedCommandRunner runner(directory + "/commands.json");
        RecordedBlockProbe probe(directory + "/blkid.json");
        const auto scan = scan_host(root, runner, probe);
        check_golden(directory + "/layout.json", layout::to_json(scan.layout));
        check_golden(directory + "/warnings.txt", lines(scan.warnings));
        CHECK(layout::from_json(layout::to_json(scan.layout)) == scan.layout);
        check_golden(directory + "/network.json", layout::network_to_json(scan_network(root, runner)));
        check_plan(directory, scan.layout);
        CHECK(runner.unused() == std::vector<std::string>{});
    }
}

}  // namespace nrear::scan
