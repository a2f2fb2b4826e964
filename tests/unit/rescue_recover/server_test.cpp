// SPDX-License-Identifier: GPL-3.0-or-later
// How long a recovery waits for its server before it has reached it, and what people read meanwhile. The clock is the test's own.
#include "rescue/recover/server.h"

#include "tests/support/thrown_by.h"
#include "tests/unit/rescue_recover/sample.h"
#include "tests/unit/transport/retry_by_hand.h"
#include "transport/local_transport.h"

using namespace nrear;
using namespace nrear::test;
using Catch::Contains;
using std::chrono::seconds;

namespace {

/// A server that refuses connections at first, and then breaks or not.
struct LateServer {
    Sample sample;
    transport::testing::RetryByHand time;
    int refusals = 0;
    ErrorKind kind = ErrorKind::kNetwork;
    int connections = 0;

    recover::RecoverContext context() {
        auto context = sample.context();
        context.patience = time.options(seconds(600));
        context.connect = [this](const transport::Location&, const std::vector<std::string>&, base::Questions&) -> std::unique_ptr<transport::Transport> {
            if (connections++ < refusals) {
                throw Error(kind, "connect to undercloud-0 port 22", "192.168.24.1: Connection refused");
            }
            return std::make_unique<transport::LocalTransport>();
        };
        return context;
    }
};

}  // namespace

TEST_CASE("a recovery by itself waits for a server that starts at the same time") {
    LateServer late;
    (GENERATE(true, false) ? late.sample.options.unattended : late.sample.options.automatic) = true;
    late.refusals = 30;
    const auto context = late.context();
    recover::Server server(context, late.sample.rescue);
    server.get();
    CHECK(late.connections == 31);
    CHECK(late.time.pauses == std::vector<seconds>(30, seconds(10)));
    CHECK(late.sample.progress.text ==
          "warning: connect to undercloud-0 port 22: 192.168.24.1: Connection refused; trying again every 10 s, giving up in 10 min\n"
          "Still no answer from the backup server (192.168.24.1: Connection refused), giving up in 9 min\n"
          "Still no answer from the backup server (192.168.24.1: Connection refused), giving up in 8 min\n"
          "Still no answer from the backup server (192.168.24.1: Connection refused), giving up in 7 min\n"
          "Still no answer from the backup server (192.168.24.1: Connection refused), giving up in 6 min\n"
          "The backup server answers, after 5 min\n");
}

TEST_CASE("a recovery by itself gives up after RETRY_TIME, once") {
    LateServer late;
    late.sample.options.unattended = true;
    late.refusals = 1000;
    const auto context = late.context();
    const auto error = thrown_by([&] { recover::run(context); });
    CHECK(error.kind() == ErrorKind::kNetwork);
    CHECK(error.why() == "it did not answer: tried 61 times in 10 min, at last: connect to undercloud-0 port 22: 192.168.24.1: Connection refused");
    CHECK_THAT(error.hint(), Contains("nothing was written") && Contains("RETRY_TIME"));
    CHECK(late.connections == 61);
    CHECK(late.sample.runner.writing().empty());
}

TEST_CASE("whoever typed recover is told at once that there is no server") {
    LateServer late;
    late.refusals = 1;
    const auto context = late.context();
    recover::Server server(context, late.sample.rescue);
    CHECK(thrown_by([&] { server.get(); }).kind() == ErrorKind::kNetwork);
    CHECK(late.connections == 1);
}

TEST_CASE("a recovery by itself waits for no server that refuses it, and only at its start") {
    LateServer late;
    late.sample.options.automatic = true;
    auto context = late.context();
    {
        late.kind = GENERATE(ErrorKind::kHostKey, ErrorKind::kAuthentication);
        late.refusals = 1;
        recover::Server server(context, late.sample.rescue);
        CHECK(thrown_by([&] { server.get(); }).kind() == late.kind);
    }
    late.kind = ErrorKind::kNetwork;
    recover::Server server(context, late.sample.rescue);
    server.get();
    server.drop();
    late.refusals = 1000;
    CHECK(thrown_by([&] { server.get(); }).kind() == ErrorKind::kNetwork);
    CHECK(late.time.pauses.empty());
}
