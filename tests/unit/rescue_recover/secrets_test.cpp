// SPDX-License-Identifier: GPL-3.0-or-later
// The passphrase of encrypted volumes: when it is asked for, where it never shows up.
#include "rescue/recover/secrets.h"

#include <algorithm>

#include "tests/support/thrown_by.h"
#include "tests/unit/rescue_recover/sample.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;

namespace {

/// The sample's root file system on a LUKS volume; the plan ends at its first step, so that nothing waits for devices.
void encrypt(Sample& sample, bool passphrase = true) {
    auto layout = nrear::test::sample_layout();
    auto root = std::find_if(layout.nodes.begin(), layout.nodes.end(), [](const layout::Node& node) { return node.id.starts_with("part:"); });
    layout::LuksVolume luks{.path = "/dev/mapper/cr", .name = "cr", .uuid = "u", .cipher = "aes-xts-plain64", .key_bits = 512, .hash = "sha256", .data_offset = 4096, .pbkdf = "pbkdf2"};
    luks.passphrase = passphrase;
    luks.key_file = passphrase ? "" : "/etc/key";
    layout.nodes.push_back({"luks:cr", {root->id}, luks});
    sample.use_layout(layout);
    sample.runner.failing["wipefs"] = 1;
}

template <class Action>
void refused(Action&& action, ErrorKind kind, const std::string& words) {
    const auto error = thrown_by(action);
    CHECK(error.kind() == kind);
    CHECK_THAT(error.what(), Contains(words));
}

}  // namespace

TEST_CASE("the passphrase is asked for once, two times the same, when the plan was agreed to and before the first write") {
    Sample sample;
    encrypt(sample);
    sample.person.confirmations = {true};
    sample.person.choices = {"abort"};
    SECTION("typed well") {
        sample.person.secrets = {"correct horse", "correct horse"};
        refused([&] { sample.run(); }, ErrorKind::kGeneral, "wipefs");
        CHECK_THAT(sample.progress.text, Contains("cr (/dev/vda1)") && Contains("do not come back") && !Contains("correct horse"));
    }
    SECTION("typed badly, then well") {
        sample.person.secrets = {"one", "two", "", "three", "three"};
        refused([&] { sample.run(); }, ErrorKind::kGeneral, "wipefs");
        CHECK_THAT(sample.progress.text, Contains("the two were not the same") && Contains("it is empty"));
    }
    SECTION("not typed") {
        sample.person.secrets = {"one"};
        refused([&] { sample.run(); }, ErrorKind::kAuthentication, "no passphrase was given");
        CHECK(sample.runner.writing().empty());
    }
    SECTION("never the same") {
        sample.person.secrets = {"1", "2", "3", "4", "5", "6", "7", "7"};
        refused([&] { sample.run(); }, ErrorKind::kAuthentication, "no passphrase was given");
        CHECK(sample.runner.writing().empty());
    }
    const auto& asked = sample.person.asked;
    const auto position = [&](const std::string& text) {
        return std::find_if(asked.begin(), asked.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; }) - asked.begin();
    };
    CHECK(position("will be overwritten") < position("Passphrase"));
}

TEST_CASE("without anybody to ask, a passphrase comes from a file or nothing is written") {
    Sample sample;
    encrypt(sample);
    sample.options.unattended = true;
    refused([&] { sample.run(); }, ErrorKind::kAuthentication, "nobody is there to type it");
    CHECK(sample.runner.writing().empty());
    auto context = sample.context();
    context.passphrase_from_file = [] { return std::string("from the file"); };
    refused([&] { recover::run(context); }, ErrorKind::kGeneral, "wipefs");
    CHECK(sample.person.asked.empty());
    sample.runner.failing["wipefs"] = 1;
    context.passphrase_from_file = [] { return std::string(513, 'x'); };
    sample.runner.ran.clear();
    refused([&] { recover::run(context); }, ErrorKind::kConfig, "could not be typed");
    CHECK(sample.runner.writing().empty());
}

TEST_CASE("volumes that a key file opens alone need no passphrase") {
    Sample sample;
    encrypt(sample, false);
    sample.options.unattended = true;
    refused([&] { sample.run(); }, ErrorKind::kGeneral, "wipefs");
    CHECK(sample.person.asked.empty());
}

TEST_CASE("a simulation asks for no passphrase") {
    Sample sample;
    encrypt(sample);
    sample.options.simulate = true;
    CHECK(sample.run().complete);
    CHECK(sample.person.asked.empty());
}
