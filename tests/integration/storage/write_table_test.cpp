// SPDX-License-Identifier: GPL-3.0-or-later
// write_partition_table() beside the sfdisk program of the same util-linux: the same script on the same disk leaves the same bytes, and the same is refused.
#include "core/plan/write_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "tests/integration/storage/remake.h"

namespace nrear::storage_test {

namespace {

using base::cat;

constexpr std::uint64_t kSize = 256ULL << 20U;

constexpr const char* kLogicals =
    "label: dos\nlabel-id: 0xdeadbeef\nunit: sectors\n\n"
    "1 : start=63, size=10000, type=83, bootable\n2 : start=20480, size=400000, type=f\n3 : start=450001, size=777, type=c\n"
    "5 : start=22528, size=20001, type=82\n6 : start=65536, size=40960, type=83\n7 : start=200000, size=100000, type=8e\n";

constexpr const char* kGpt =
    "label: gpt\nlabel-id: 3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11\nunit: sectors\nfirst-lba: 64\ntable-length: 200\n\n"
    "1 : start=64, size=1984, type=21686148-6449-6E6F-744E-656564454649, uuid=0c0ffee0-0000-4000-8000-000000000001, name=\"bios\"\n"
    "2 : start=2048, size=32768, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=0c0ffee0-0000-4000-8000-000000000002, attrs=\"RequiredPartition NoBlockIOProtocol LegacyBIOSBootable\"\n"
    "4 : start=34817, size=10001, type=BC13C2FF-59E6-4262-A352-B275FD6F7172, uuid=0c0ffee0-0000-4000-8000-000000000004, name=\"d\xc3\xa4ta \xe2\x82\xac \xf0\x9f\x90\xa7\", attrs=\"GUID:48 GUID:55 GUID:63\"\n"
    "130 : start=50000, size=1, type=01234567-89AB-4CDE-8F01-23456789ABCD, uuid=0c0ffee0-0000-4000-8000-000000000130, name=\"a\\x22b\\x5cc $x\"\n";

constexpr const char* kGpt4k =
    "label: gpt\nlabel-id: 3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11\nunit: sectors\nfirst-lba: 6\n\n"
    "1 : start=6, size=250, type=21686148-6449-6E6F-744E-656564454649, uuid=0c0ffee0-0000-4000-8000-000000000001\n"
    "3 : start=256, size=30001, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=0c0ffee0-0000-4000-8000-000000000003, name=\"root\", attrs=\"GUID:60\"\n";

constexpr const char* kDos4k = "label: dos\nlabel-id: 0x00000001\nunit: sectors\n\n1 : start=256, size=4096, type=83\n4 : start=8192, size=40000, type=5\n5 : start=8448, size=1001, type=83\n";

/// A loop device on an image file; detached at the end.
class LoopDevice {
public:
    LoopDevice(const std::string& image, unsigned sector)
        : path_(base::trim(run({"losetup", "--find", "--show", "--partscan", "--sector-size", cat(sector), image}))) {}
    LoopDevice(const LoopDevice&) = delete;
    LoopDevice& operator=(const LoopDevice&) = delete;
    ~LoopDevice() {
        base::PosixCommandRunner runner;
        runner.run({.argv = {"losetup", "-d", path_}});
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct Pair {
    base::TempDir directory;
    std::string theirs = make_image(directory, "theirs", kSize);
    std::string ours = make_image(directory, "ours", kSize);

    void both(const std::vector<std::string>& argv, const std::string& input = {}) const {
        for (const auto& image : {theirs, ours}) {
            auto words = argv;
            words.push_back(image);
            run(words, input);
        }
    }
    void write(const std::string& script) const {
        run({"sfdisk", "--no-reread", "--no-tell-kernel", theirs}, script);
        CHECK(plan::write_partition_table({ours, script}).empty());
    }
    bool equal() const {
        base::PosixCommandRunner runner;
        return runner.run({.argv = {"cmp", theirs, ours}}).ok();
    }
};

std::string refusal(const std::string& disk, const std::string& script) {
    try {
        plan::write_partition_table({disk, script});
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a table is what sfdisk writes, byte for byte, on a blank disk and over an older table") {
    const Pair pair;
    for (const char* script : {kLogicals, kGpt, kLogicals, "label: dos\nlabel-id: 0x12345678\n\n", "label: gpt\nlabel-id: 3C7B6E1A-5F0D-4E5B-9A52-0D8E4B4E2C11\n\n"}) {
        INFO(script);
        pair.write(script);
        CHECK(pair.equal());
        CHECK(run({"sfdisk", "--dump", pair.ours}).find("label: ") == 0);
    }
}

TEST_CASE("boot code stays, a table of another kind does not") {
    const Pair pair;
    pair.both({"sfdisk", "--no-reread", "--no-tell-kernel", "--quiet"}, "label: sun\n1M\n");
    pair.write(kGpt);
    CHECK(pair.equal());
    const Pair coded;
    coded.both({"sfdisk", "--no-reread", "--no-tell-kernel", "--quiet"}, "label: dos\n1M\n");
    for (const auto& image : {coded.theirs, coded.ours}) {
        run({"dd", "bs=1", "count=440", "conv=notrunc", "status=none", "of=" + image}, std::string(440, 'B'));
    }
    coded.write(kGpt);
    CHECK(coded.equal());
    CHECK(run({"head", "--bytes=440", coded.ours}) == std::string(440, 'B'));
}

TEST_CASE("on devices with sectors of 4096 bytes, too, and the kernel sees what it sees after sfdisk") {
    if (geteuid() != 0) {
        WARN("not root: loop devices are not tested");
        return;
    }
    for (const char* script : {kGpt4k, kDos4k, kGpt4k}) {
        INFO(script);
        const Pair pair;
        {
            const LoopDevice theirs(pair.theirs, 4096);
            run({"sfdisk", theirs.path()}, script);
            const LoopDevice ours(pair.ours, 4096);
            CHECK(plan::write_partition_table({ours.path(), script}).empty());
            const auto seen = [](const std::string& disk) { return base::replace_all(run({"lsblk", "--noheadings", "--list", "--bytes", "--output", "NAME,SIZE,START", disk}), disk.substr(5), "X"); };
            CHECK(seen(ours.path()) == seen(theirs.path()));
        }
        CHECK(pair.equal());
    }
}

TEST_CASE("what cannot be written is refused with the reason, and nothing changes") {
    const Pair pair;
    pair.both({"sfdisk", "--no-reread", "--no-tell-kernel", "--quiet"}, kGpt);
    const auto over = refusal(pair.ours, "label: gpt\nunit: sectors\n\n1 : start=2048, size=99999999, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n");
    CHECK_THAT(over, Catch::Contains("write the partition table of " + pair.ours) && Catch::Contains("partition 1"));
    CHECK_THAT(refusal(pair.ours, "label: dos\n\n1 : start=2048, size=2048, type=83\n2 : start=3000, size=2048, type=83\n"), Catch::Contains("partition 2"));
    CHECK_THAT(refusal(pair.ours, "label: dos\n\n1 : start=2048, size=2048, color=red\n"), Catch::Contains("1 : start=2048, size=2048, color=red"));
    CHECK_THAT(refusal(pair.ours, "label: punched cards\n"), Catch::Contains("punched cards"));
    CHECK_THAT(refusal(pair.ours, "start=2048, size=2048, type=83\n"), Catch::Contains("write the partition table"));
    CHECK_THAT(refusal(pair.ours + "x", kGpt), Catch::Contains("No such file"));
    CHECK(pair.equal());
}

TEST_CASE("a disk in use is left alone, and it is said") {
    if (geteuid() != 0) {
        WARN("not root: loop devices are not tested");
        return;
    }
    const base::TempDir directory;
    const LoopDevice disk(make_image(directory, "disk", kSize), 512);
    CHECK(refusal(disk.path(), kLogicals).empty());
    const auto before = run({"sfdisk", "--dump", disk.path()});
    const base::UniqueFd holder(open(disk.path().c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));  // as a mount, swap, LVM or RAID hold it
    REQUIRE(holder);
    CHECK_THAT(refusal(disk.path(), kGpt), Catch::Contains("write the partition table of " + disk.path() + ": the disk is in use"));
    CHECK(run({"sfdisk", "--dump", disk.path()}) == before);
}

}  // namespace nrear::storage_test
