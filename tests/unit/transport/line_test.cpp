// SPDX-License-Identifier: GPL-3.0-or-later
// When a broken line is tried again, when it is given up, and what people read meanwhile. The clock is the test's own.
#include "transport/line.h"

#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "tests/unit/transport/retry_by_hand.h"
#include "transport/local_transport.h"
#include "tests/support/thrown_by.h"

namespace nrear::transport {

namespace {

using testing::RetryByHand;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Error kBroken(ErrorKind::kNetwork, "talk to undercloud-0", "the connection broke: Socket error: disconnected");
const Error kUnreachable(ErrorKind::kNetwork, "connect to undercloud-0 port 22", "192.168.24.1: No route to host");

std::unique_ptr<ResumableTransport> local() { return std::make_unique<LocalTransport>(); }

}  // namespace

TEST_CASE("a line that comes back goes on, after pauses that grow to half a minute") {
    RetryByHand time;
    int refusals = 7;
    Line line(local(), [&] { return refusals-- > 0 ? throw kUnreachable : local(); }, time.options(seconds(600)));
    const auto before = line.generation();
    line.mend(kBroken);
    CHECK(line.generation() == before + 1);
    CHECK(time.pauses == std::vector<seconds>{seconds(1), seconds(2), seconds(4), seconds(8), seconds(16), seconds(30), seconds(30), seconds(30)});
    REQUIRE(time.warnings.size() == 1);
    CHECK(time.warnings[0] == "The line to this machine's own files broke (the connection broke: Socket error: disconnected); trying again in 1 s, giving up in 10 min");
    REQUIRE(time.messages.size() == 7);
    CHECK(time.messages[0] == "Still no line to this machine's own files (192.168.24.1: No route to host); trying again in 2 s, giving up in 10 min");
    CHECK_THAT(time.messages[6], Catch::EndsWith("trying again in 30 s, giving up in 8 min"));
    line.progress();
    CHECK(time.messages.back() == "The line to this machine's own files is up again after 121 s");
    line.progress();
    CHECK(time.messages.size() == 8);  // said once
}

TEST_CASE("a line that does not come back is given up, and stays so") {
    RetryByHand time;
    int tries = 0;
    Line line(local(), [&]() -> std::unique_ptr<ResumableTransport> { ++tries; throw kUnreachable; }, time.options(seconds(60)));
    const auto error = test::thrown_by([&] { line.mend(kBroken); });
    CHECK(error.kind() == ErrorKind::kNetwork);
    CHECK(error.why() == "the line broke and did not come back: tried 6 times in 60 s, at last: connect to undercloud-0 port 22: 192.168.24.1: No route to host");
    CHECK_THAT(error.hint(), Catch::Contains("RETRY_TIME"));
    CHECK(time.pauses == std::vector<seconds>{seconds(1), seconds(2), seconds(4), seconds(8), seconds(16), seconds(29)});
    const auto pauses = time.pauses.size();
    CHECK(test::thrown_by([&] { line.transport(); }).why() == error.why());
    CHECK(test::thrown_by([&] { line.mend(kBroken); }).why() == error.why());
    CHECK(time.pauses.size() == pauses);
    CHECK(tries == 6);
}

TEST_CASE("a line that comes back and breaks before anything has arrived is no progress") {
    RetryByHand time;
    Line line(local(), local, time.options(seconds(100)));
    int breaks = 0;
    const auto error = test::thrown_by([&] {
        for (;; ++breaks) {
            line.mend(kBroken);
        }
    });
    CHECK(error.kind() == ErrorKind::kNetwork);
    CHECK(breaks == 8);  // at 1, 3, 7, 15, 31, 61, 91 and 100 s
    CHECK(time.warnings.size() == 1);
}

TEST_CASE("what has arrived between two breaks gives the next one its whole time") {
    RetryByHand time;
    Line line(local(), local, time.options(seconds(10)));
    for (int i = 0; i < 100; ++i) {
        line.mend(kBroken);
        line.progress();
    }
    CHECK(time.pauses == std::vector<seconds>(100, seconds(1)));
}

TEST_CASE("a refusal while connecting again is final") {
    const auto kind = GENERATE(ErrorKind::kAuthentication, ErrorKind::kHostKey, ErrorKind::kGeneral);
    RetryByHand time;
    int tries = 0;
    Line line(local(), [&]() -> std::unique_ptr<ResumableTransport> { ++tries; throw Error(kind, "log in as backup@undercloud-0", "the server refused the password"); },
              time.options(seconds(600)));
    const auto error = test::thrown_by([&] { line.mend(kBroken); });
    CHECK(error.kind() == kind);
    CHECK_THAT(error.what(), Catch::Contains("the server refused the password (while connecting again after the line broke)"));
    CHECK(test::thrown_by([&] { line.transport(); }).kind() == kind);
    CHECK(tries == 1);
}

TEST_CASE("other errors are passed on, and with a time of 0 all are") {
    RetryByHand time;
    Line line(local(), local, time.options(seconds(600)));
    CHECK(test::thrown_by([&] { line.mend(Error(ErrorKind::kNoSpaceRemote, "write", "the disk is full")); }).kind() == ErrorKind::kNoSpaceRemote);
    CHECK(line.generation() == 1);
    Line never(local(), local, time.options(seconds(0)));
    CHECK(test::thrown_by([&] { never.mend(kBroken); }).why() == kBroken.why());
    CHECK(time.pauses.empty());
    CHECK(time.warnings.empty());
}

TEST_CASE("who cleans up on the way out does not wait") {
    RetryByHand time;
    Line line(local(), local, time.options(seconds(600)));
    struct CleansUp {
        Line& line;
        bool& gave_up_at_once;
        ~CleansUp() {
            try {
                line.mend(kBroken);
            } catch (const Error&) {
                gave_up_at_once = true;
            }
        }
    };
    bool gave_up_at_once = false;
    try {
        const CleansUp cleans_up{line, gave_up_at_once};
        throw Error(ErrorKind::kGeneral, "read the tree");
    } catch (const Error&) {
    }
    CHECK(gave_up_at_once);
    CHECK(time.pauses.empty());
}

TEST_CASE("an interruption ends the mending, and cleaning up after it does not wait either") {
    RetryByHand time;
    time.on_pause = [](seconds) { throw Interrupted(2); };
    Line line(local(), local, time.options(seconds(600)));
    CHECK_THROWS_AS(line.mend(kBroken), Interrupted);
    bool gave_up_at_once = false;
    struct CleansUp {
        Line& line;
        bool& gave_up_at_once;
        ~CleansUp() {
            try {
                line.transport();
            } catch (const Error&) {
                gave_up_at_once = true;
            }
        }
    };
    try {
        const CleansUp cleans_up{line, gave_up_at_once};
        throw Interrupted(2);
    } catch (const Interrupted&) {
    }
    CHECK(gave_up_at_once);
}

}  // namespace nrear::transport
