// SPDX-License-Identifier: GPL-3.0-or-later
// Partition tables written by sfdisk, read by libblkid, made again from the plan, compared by sfdisk.
#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"
#include "core/scan/blkid_probe.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

constexpr std::uint64_t kSize = 1ULL << 30;

layout::Layout layout_of(const std::string& device, const std::string& new_path) {
    scan::BlkidProbe probe;
    const auto found = probe.partition_table(device);
    REQUIRE(found);
    layout::Layout layout;
    layout.nodes.push_back({"disk:x", {}, layout::Disk{.facts = {.path = new_path, .size = kSize}, .table = found->table}});
    for (auto partition : found->partitions) {
        partition.path = layout::partition_path(new_path, partition.number);
        layout.nodes.push_back({base::cat("part:x", partition.number), {"disk:x"}, partition});
    }
    return layout;
}

std::string dump(const std::string& device) {
    std::string text;
    for (const auto& line : base::split_lines(base::replace_all(run({"sfdisk", "--dump", device}), device, "DISK"))) {
        text += line.starts_with("last-lba:") ? "" : line + "\n";
    }
    return text;
}

/// Writes the script to a disk, records it, makes it again on another and returns both dumps.
std::pair<std::string, std::string> before_and_after(const std::string& script, std::uint64_t new_size = kSize) {
    const base::TempDir directory;
    const auto before = make_image(directory, "before", kSize);
    run({"sfdisk", "--no-reread", "--no-tell-kernel", before}, script);
    const auto after = make_image(directory, "after", new_size);
    auto layout = layout_of(before, after);
    plan::Phases phases;
    plan::plan_node(layout, layout.nodes.front(), std::get<layout::Disk>(layout.nodes.front().what), phases);
    std::erase_if(phases.storage, [](const plan::Step& step) { return step.title.starts_with("Erase old signatures in the partitions"); });
    run_steps(phases.storage);
    const auto text = dump(before);
    CHECK(text.size() > script.size() / 2);
    return {text, dump(after)};
}

}  // namespace

TEST_CASE("an MBR with primary partitions comes back") {
    const auto [before, after] = before_and_after("label: dos\nlabel-id: 0x1b2c3d4e\n\nstart=2048, size=204800, type=83, bootable\nstart=206848, size=409600, type=82\nstart=616448, type=8e\n");
    CHECK(after == before);
    CHECK_THAT(after, Catch::Contains("label-id: 0x1b2c3d4e"));
}

TEST_CASE("extended and logical partitions come back, with their gaps") {
    const auto [before, after] = before_and_after(
        "label: dos\nlabel-id: 0xdeadbeef\n\n1 : start=63, size=100000, type=83, bootable\n2 : start=104448, size=1900000, type=f\n"
        "5 : start=106496, size=204800, type=82\n6 : start=327680, size=409600, type=83\n7 : start=800000, size=1000000, type=83\n");
    CHECK(after == before);
    CHECK_THAT(after, Catch::Contains("start=      800000"));
}

TEST_CASE("numbers with holes come back") {
    const auto [before, after] = before_and_after("label: dos\nlabel-id: 0x00000001\n\n2 : start=2048, size=20480, type=83\n4 : start=40960, size=20480, type=c\n");
    CHECK(after == before);
}

TEST_CASE("a GPT comes back with type GUIDs, names, attributes and GUIDs") {
    const auto [before, after] = before_and_after(
        "label: gpt\nlabel-id: 3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11\nfirst-lba: 34\n\n"
        "start=34, size=2014, type=21686148-6449-6E6F-744E-656564454649, name=\"bios\"\n"
        "start=2048, size=32768, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=\"EFI System\", attrs=\"RequiredPartition LegacyBIOSBootable\"\n"
        "start=34816, size=102400, type=BC13C2FF-59E6-4262-A352-B275FD6F7172, name=\"d\xc3\xa4ta \xe2\x82\xac\", attrs=\"GUID:63 GUID:48\"\n"
        "start=200000, size=1000000, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=\"a\\x22b\\x5cc $x\"\n");
    CHECK(after == before);
    CHECK_THAT(after, Catch::Contains("GUID:48,63") && Catch::Contains("3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11"));
}

TEST_CASE("a GPT on a larger disk keeps its partitions and uses the true end") {
    const auto [before, after] = before_and_after("label: gpt\n\nstart=2048, size=32768\nstart=34816, size=102400\n", 2 * kSize);
    CHECK(after == before);
}

TEST_CASE("an empty table is a table") {
    const auto [before, after] = before_and_after("label: dos\nlabel-id: 0x12345678\n\n");
    CHECK(after == before);
}

}  // namespace nrear::storage_test
