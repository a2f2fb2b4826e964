// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/prune.h"

#include <catch2/catch.hpp>

#include "tests/unit/rescue_catalog/sample_shelf.h"

using namespace nrear;
using namespace nrear::catalog;
using nrear::testing::Killed;
using nrear::testing::SampleShelf;
using Catch::Contains;

namespace {

/// Three backups on three days, the last in its place.
void fill(SampleShelf& sample) {
    sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0/20260129-120000-aaaa0000", "/d/c0/20260129-120000-aaaa0000");
    sample.put(SampleShelf::record("bbbb", "2026-01-30T12:00:00Z"), "/d/c0/20260130-120000-bbbb0000", "/d/c0/20260130-120000-bbbb0000");
    sample.put(SampleShelf::record("cccc", "2026-01-31T12:00:00Z"), "/d/c0", "/d");
}

std::vector<std::string> ids(const std::vector<Backup>& backups) {
    std::vector<std::string> found;
    for (const auto& backup : backups) {
        found.push_back(backup.record->id);
    }
    return found;
}

void prune(const SampleShelf& sample, const KeepRules& rules) {
    for (const auto& verdict : judge(sample.read(), rules, "c0")) {
        if (verdict.remove) {
            remove(sample.shelf, verdict.backup);
        }
    }
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("what no rule keeps goes, with its ISO and its directory") {
    SampleShelf sample;
    fill(sample);
    prune(sample, {.last = 2});
    CHECK(ids(sample.read()) == Ids{"bbbb", "cccc"});
    CHECK_FALSE(sample.server.directories.contains("/d/c0/20260129-120000-aaaa0000"));
    CHECK(sample.server.files.contains("/d/c0/20260130-120000-bbbb0000/rear-c0.iso"));
    CHECK(sample.server.files.size() == 8);
}

TEST_CASE("ISOs on another server go, too") {
    SampleShelf sample;
    nrear::testing::MemoryTransport isos;
    sample.shelf.output = &isos;
    sample.put(SampleShelf::record("aaaa", "2026-01-29T12:00:00Z"), "/d/c0/20260129-120000-aaaa0000", "");
    isos.put("/d/c0/20260129-120000-aaaa0000/rear-c0.iso", "iso of aaaa");
    sample.put(SampleShelf::record("cccc", "2026-01-31T12:00:00Z"), "/d/c0", "");
    prune(sample, {.last = 1});
    CHECK(isos.files.empty());
    CHECK_FALSE(isos.directories.contains("/d/c0/20260129-120000-aaaa0000"));
}

TEST_CASE("a death at any point of a removal leaves nothing that looks whole, and the next prune ends it") {
    bool finished = false;
    for (int deaths_at = 0; !finished; ++deaths_at) {
        SampleShelf sample;
        fill(sample);
        sample.server.changes_left = deaths_at;
        try {
            prune(sample, {.last = 2});
            finished = true;
        } catch (const Killed&) {
        }
        sample.server.changes_left = -1;
        INFO("killed at change " << deaths_at);
        for (const auto& backup : sample.read()) {
            const bool all_there = !backup.archive_path.empty() && !backup.file_list_path.empty() && !backup.iso_path.empty();
            CHECK((backup.state == State::kPruned || (backup.state == State::kWhole && all_there)));
        }
        prune(sample, {.last = 2});
        CHECK(ids(sample.read()) == Ids{"bbbb", "cccc"});
        // An empty directory is all that may be left, where the death came just before its removal.
        CHECK(sample.server.files.size() == 8);
    }
}

TEST_CASE("an ISO that a kept backup needs stays") {
    SampleShelf sample;
    const auto first = SampleShelf::record("aaaa", "2026-01-29T12:00:00Z");
    auto second = SampleShelf::record("bbbb", "2026-01-30T12:00:00Z");  // mkbackuponly: the ISO is the first one's
    second.iso = first.iso;
    second.rescue_id = first.id;
    sample.put(first, "/d/c0/20260129-120000-aaaa0000", "/d");
    sample.put(second, "/d/c0", "");
    prune(sample, {.last = 1});
    CHECK(ids(sample.read()) == Ids{"bbbb"});
    CHECK(sample.server.files.at("/d/rear-c0.iso") == "iso of aaaa");
}

TEST_CASE("other hosts' backups, foreign archives, damaged and unfinished ones are left alone and said so") {
    SampleShelf sample;
    fill(sample);
    auto other = SampleShelf::record("dddd", "2026-01-01T12:00:00Z");
    other.hostname = "c1";
    sample.put(other, "/d/c0/20260101-120000-dddd0000", "");
    sample.server.put("/d/c0/old.tar.gz", "rear");
    sample.server.put("/d/c0/20260130-120000-bbbb0000/backup.tar.gz", "cut");
    sample.server.put("/d/c0/backup.tar.gz.nrear-new.nrear-part", "half");
    std::map<std::string, unsigned> seen;
    for (const auto& verdict : judge(sample.read(), {.last = 1}, "c0")) {
        const auto name = verdict.backup.record ? verdict.backup.record->id : verdict.backup.archive_path;
        INFO(name << ": " << verdict.why);
        CHECK(verdict.remove == (name == "aaaa"));
        ++seen[verdict.why.substr(0, verdict.why.find(':'))];
    }
    CHECK(seen == std::map<std::string, unsigned>{{"of another host", 1}, {"left alone, foreign", 1}, {"left alone, damaged", 1}, {"left alone, unfinished", 1}, {"newest, last 1", 1}, {"no KEEP_ setting keeps it", 1}});
}
