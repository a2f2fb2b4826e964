// SPDX-License-Identifier: GPL-3.0-or-later
// The workflow up to the first step, and every way to end it before: then nothing may have been written.
#include "rescue/recover/recover.h"

#include <functional>

#include "tests/support/thrown_by.h"
#include "tests/unit/rescue_recover/sample.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;

namespace {

/// Whoever says yes gets a first step that fails: so a test that goes this far stops there.
constexpr const char* kFirstProgram = "wipefs";

void expect_untouched(const Sample& sample) { CHECK(sample.runner.writing().empty()); }

}  // namespace

TEST_CASE("recover shows server, backup, disks and plan, and asks once") {
    Sample sample;
    const auto error = thrown_by([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("nothing was written"));
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("/dev/vda") && Contains("10.0 GiB") && Contains("overwritten"));
    CHECK_THAT(sample.progress.text, Contains("id-1") && Contains("2026-11-22T00:59:00Z") && Contains("/dev/vda  10.0 GiB") && Contains("now: blank") &&
                                         Contains("Restore the files") && Contains("GRUB"));
    expect_untouched(sample);
}

TEST_CASE("recover without anybody to ask does not begin on a disk that only the operator could name") {
    Sample sample;
    sample.person.present = false;
    sample.disks[0].blank = false;
    sample.disks[0].contents = {{"/dev/vda1", kGiB, "xfs", "data", "u-1"}};
    const auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kWrongDisk);
    CHECK(sample.person.asked.empty());
    expect_untouched(sample);
}

TEST_CASE("recover with nobody there and without being told to do it by itself does not even take a blank disk") {
    Sample sample;
    sample.person.present = false;
    thrown_by([&] { sample.run(); });
    expect_untouched(sample);
}

TEST_CASE("unattended: a blank disk is taken without a question, and a failing step ends it") {
    Sample sample;
    sample.options.unattended = true;
    sample.runner.failing[kFirstProgram] = 1;
    const auto error = thrown_by([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("it went wrong"));
    CHECK(sample.person.asked.empty());
    CHECK(sample.runner.writing().size() == 1);
    CHECK_THAT(sample.progress.text, Contains("FAILED") && Contains("NOT recovered"));
}

TEST_CASE("automatic: no question where the disks match beyond doubt, one where they do not") {
    Sample sample;
    sample.options.automatic = true;
    sample.runner.failing[kFirstProgram] = 1;
    thrown_by([&] { sample.run(); });
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("failed. How to go on?"));

    Sample doubtful;
    doubtful.options.automatic = true;
    doubtful.disks[0].blank = false;
    thrown_by([&] { doubtful.run(); });
    REQUIRE(doubtful.person.asked.size() == 1);
    CHECK_THAT(doubtful.person.asked[0], Contains("overwritten") && Contains("NOT the recorded disk, and it holds: "));
    expect_untouched(doubtful);
}

TEST_CASE("a failed step: retry does it again, abort is the default") {
    Sample sample;
    sample.person.confirmations = {true};
    sample.person.choices = {"retry", "retry"};
    sample.runner.failing[kFirstProgram] = 3;
    const auto error = thrown_by([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("wipefs"));
    CHECK(sample.runner.writing().size() == 3);
    CHECK(sample.person.asked.size() == 4);
}

TEST_CASE("a failed step: shell opens one and asks again, skip goes on with the next step") {
    Sample sample;
    sample.person.confirmations = {true};
    sample.person.choices = {"shell", "skip"};
    sample.runner.failing[kFirstProgram] = 1;
    sample.runner.failing[test::kWriteTable] = 1;
    thrown_by([&] { sample.run(); });
    const auto ran = sample.runner.writing();
    REQUIRE(ran.size() == 3);
    CHECK_THAT(ran[1], Contains("/bin/bash"));
    CHECK_THAT(ran[2], Contains(test::kWriteTable));
}

TEST_CASE("simulate ends after the plan: nothing asked, nothing done") {
    Sample sample;
    sample.options.simulate = true;
    CHECK(sample.run().complete);
    CHECK(sample.person.asked.empty());
    CHECK_THAT(sample.progress.text, Contains("Nothing was changed"));
    expect_untouched(sample);
}

TEST_CASE("no disk is large enough: said before any write") {
    Sample sample;
    sample.disks = {blank_disk("/dev/vda", 4 * kGiB)};
    const auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kLayout);
    CHECK_THAT(error.what(), Contains("4.0 GiB"));
    expect_untouched(sample);
}

TEST_CASE("two disks could take it: asked, and without an answer nothing happens") {
    Sample sample;
    sample.disks = {blank_disk("/dev/vdb", 20 * kGiB), blank_disk("/dev/vdc", 20 * kGiB)};
    auto error = thrown_by([&] { sample.run(); });
    CHECK(error.kind() == ErrorKind::kWrongDisk);
    CHECK_THAT(error.hint(), Contains("--map /dev/vda="));
    CHECK(sample.person.asked.size() == 1);
    expect_untouched(sample);

    sample.person.asked.clear();
    sample.person.choices = {"/dev/vdc"};
    thrown_by([&] { sample.run(); });
    CHECK_THAT(sample.person.asked.back(), Contains("/dev/vdc") && Contains("overwritten"));

    sample.person.asked.clear();
    sample.options.mappings = {"/dev/vda=/dev/vdb"};
    thrown_by([&] { sample.run(); });
    REQUIRE(sample.person.asked.size() == 1);
    CHECK_THAT(sample.person.asked[0], Contains("/dev/vdb"));
    expect_untouched(sample);
}

TEST_CASE("--map must be OLD=NEW") {
    for (const char* bad : {"/dev/vda", "=/dev/vda", "/dev/vda="}) {
        Sample sample;
        sample.options.mappings = {bad};
        CHECK(thrown_by([&] { sample.run(); }).kind() == ErrorKind::kUsage);
    }
}

TEST_CASE("PRE_RECOVERY_SCRIPT runs first, and its failure ends the recovery") {
    Sample sample;
    sample.rescue.pre_recovery_script = "modprobe special";
    sample.runner.failing["/bin/bash"] = 1;
    CHECK(thrown_by([&] { sample.run(); }).kind() == ErrorKind::kHook);
    CHECK(sample.runner.ran == std::vector<std::string>{"/bin/bash -c modprobe special"});
    CHECK(sample.connections == 0);
}

TEST_CASE("WRITE_PROTECTED_IDS of the node counts in the rescue system") {
    Sample sample;
    sample.options.unattended = true;
    sample.disks[0].facts.serial = "STICK-1";
    sample.rescue.write_protected_ids = {"STICK-1"};
    CHECK_THAT(thrown_by([&] { sample.run(); }).what(), Contains("WRITE_PROTECTED_IDS"));
    expect_untouched(sample);
}

TEST_CASE("WRITE_PROTECTED_FS_LABEL_PATTERNS of the node counts in the rescue system") {
    Sample sample;
    sample.options.unattended = true;
    sample.disks[0].contents = {{"/dev/vda1", 1 << 30, "ext4", "KEEP-me", "u-9"}};
    sample.disks[0].blank = false;
    sample.rescue.write_protected_label_patterns = {"KEEP*"};
    CHECK_THAT(thrown_by([&] { sample.run(); }).what(), Contains("WRITE_PROTECTED_FS_LABEL_PATTERNS") && Contains("KEEP-me"));
    expect_untouched(sample);
}

TEST_CASE("a simulation does not run PRE_RECOVERY_SCRIPT, and says so") {
    Sample sample;
    sample.options.simulate = true;
    sample.rescue.pre_recovery_script = "mdadm --create /dev/md0";
    CHECK(sample.run().complete);
    expect_untouched(sample);
    CHECK_THAT(sample.progress.text, Contains("PRE_RECOVERY_SCRIPT is not run"));
}

TEST_CASE("a disk that is another one when the question has been answered is not written to") {
    const auto run_with = [](Sample& sample, const std::function<void(std::vector<layout::PresentDisk>&)>& meanwhile) {
        sample.person.confirmations = {true};
        auto context = sample.context();
        context.list_disks = [&] {
            auto disks = sample.disks;
            if (!sample.person.asked.empty()) {
                meanwhile(disks);
            }
            return disks;
        };
        const auto error = thrown_by([&] { recover::run(context); });
        CHECK(error.kind() == ErrorKind::kWrongDisk);
        CHECK_THAT(error.hint(), Contains("nothing was written"));
        expect_untouched(sample);
    };
    Sample other;
    run_with(other, [](auto& disks) { disks[0].facts.serial = "of another disk"; });
    Sample gone;
    run_with(gone, [](auto& disks) { disks.clear(); });
    Sample mounted;
    run_with(mounted, [](auto& disks) { disks[0].used_by = {"mounted on /media"}; });
}

TEST_CASE("outside of a rescue system recover says so") {
    Sample sample;
    auto context = sample.context();
    context.records = sample.path("target");
    const auto error = thrown_by([&] { recover::run(context); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK_THAT(error.what(), Contains("no rescue system"));
}

TEST_CASE("a program that the plan needs and the rescue system lacks is found before anything is written") {
    Sample sample;
    sample.options.unattended = true;
    sample.runner.missing = "mke2fs";
    const auto error = thrown_by([&] { sample.run(); });
    CHECK_THAT(error.what(), Contains("mke2fs"));
    CHECK_THAT(error.hint(), Contains("nothing was written"));
    expect_untouched(sample);
}
