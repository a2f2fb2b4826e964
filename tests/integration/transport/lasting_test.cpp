// SPDX-License-Identifier: GPL-3.0-or-later
// Lines to a real sshd that break, stall, and come back: what was sent and read is whole, and little is sent twice.
#include <catch2/catch.hpp>

#include <set>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "tests/contract/transport_contract.h"
#include "tests/integration/transport/scripted_questions.h"
#include "tests/integration/transport/ssh_server.h"
#include "tests/integration/transport/tcp_proxy.h"
#include "transport/lasting_transport.h"
#include "transport/place.h"

namespace nrear::transport::testing {

namespace {

using contract::pattern;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kWindow = 4 * 1024 * 1024;
constexpr std::uint64_t kRequest = 261120;

/// A lasting transport to the server through the proxy, whose pauses are short.
struct Lasting {
    Lasting(const SshServer& server, const TcpProxy& proxy, seconds patience = seconds(30)) {
        auto ssh = server.options_for(proxy.port());
        ssh.idle_time_limit = patience;
        ssh.connect_time_limit = patience;
        const auto connect = [this, ssh, location = server.location(proxy.port())] { return connect_sftp(location, ssh, nobody, base::null_log()); };
        RetryOptions options;
        options.warn = [this](const std::string& line) { warnings.push_back(line); };
        options.pause = [](milliseconds) { std::this_thread::sleep_for(milliseconds(20)); };
        transport = std::make_unique<LastingTransport>(connect(), connect, options);
    }

    ScriptedQuestions nobody;
    std::vector<std::string> warnings;
    std::unique_ptr<Transport> transport;
};

/// Bytes that an upload (or download) of this size needs in both directions when nothing happens, login included.
std::uint64_t clean_run(const SshServer& server, const std::function<void(Transport&)>& action) {
    const TcpProxy proxy(server.port(), LineFaults{});
    const Lasting line(server, proxy);
    action(*line.transport);
    return proxy.forwarded();
}

std::uint64_t login_alone(const SshServer& server) {
    return clean_run(server, [](Transport&) {});
}

std::unique_ptr<SftpTransport> direct(const SshServer& server) {
    ScriptedQuestions nobody;
    return connect_sftp(server.location(), server.options(), nobody, base::null_log());
}

}  // namespace

TEST_CASE("an upload whose line is cut anywhere is whole, and at most a window is sent twice") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(7000000);
    const auto upload = [&](Transport& transport) { contract::put(transport, directory + "/file", bytes, 1048576); };
    const auto login = login_alone(server);
    const auto whole = clean_run(server, upload);
    std::set<std::uint64_t> places;  // counted from the end of the login
    for (std::uint64_t at = 0; at < whole - login; at += (whole - login) / 11) {
        places.insert(at);
    }
    for (std::uint64_t before_end = 40; before_end < 700; before_end += 60) {
        places.insert(whole - login - before_end);  // the last answers: fsync, fstat, close, rename
    }
    for (const auto at : places) {
        INFO("cut " << at << " after the login, of " << whole << " with it");
        TcpProxy proxy(server.port(), LineFaults{});
        Lasting line(server, proxy);
        proxy.cut_after_another(at);
        upload(*line.transport);
        CHECK((contract::get(*direct(server), directory + "/file") == bytes));
        CHECK(contract::names(*direct(server), directory) == std::vector<std::string>{"file"});
        CHECK(proxy.connections() <= 2);
        CHECK(proxy.from_client() <= whole + kWindow + 2 * kRequest + 2 * login);
    }
}

TEST_CASE("a line that breaks again while it is made anew is tried again") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(3000000);
    const auto login = login_alone(server);
    for (std::uint64_t second = 0; second < login + 1500; second += 411) {
        INFO("the second connection is cut after " << second << ", a login takes " << login);
        const TcpProxy proxy(server.port(), [&](unsigned number) { return LineFaults{.cut_after = number == 0 ? 1500000 : number == 1 ? second : UINT64_MAX}; });
        Lasting line(server, proxy);
        contract::put(*line.transport, directory + "/file", bytes);
        CHECK(line.warnings.size() == 1);
        CHECK((contract::get(*direct(server), directory + "/file") == bytes));
    }
}

TEST_CASE("a download whose line is cut anywhere is whole") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(7000000);
    contract::put(*direct(server), directory + "/file", bytes);
    const auto download = [&](Transport& transport) { CHECK((contract::get(transport, directory + "/file") == bytes)); };
    const auto login = login_alone(server);
    const auto whole = clean_run(server, download);
    for (std::uint64_t at = 0; at < whole - login; at += (whole - login) / 9) {
        INFO("cut " << at << " after the login, of " << whole << " with it");
        TcpProxy proxy(server.port(), LineFaults{});
        Lasting line(server, proxy);
        proxy.cut_after_another(at);
        download(*line.transport);
        CHECK(proxy.connections() <= 2);
        CHECK(proxy.forwarded() <= whole + kWindow + 2 * kRequest + 2 * login);
    }
}

TEST_CASE("a line that is cut every two megabytes carries twenty") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(20000000);
    const TcpProxy proxy(server.port(), {.cut_after = 2500000});
    Lasting line(server, proxy);
    contract::put(*line.transport, directory + "/file", bytes);
    CHECK((contract::get(*line.transport, directory + "/file") == bytes));
    CHECK(proxy.connections() >= 16);
    CHECK(proxy.connections() <= 60);
}

TEST_CASE("a long line is written to over several channels, and cut anywhere the file is whole") {
    const bool single = GENERATE(false, true);
    const SshServer server(single ? SshServer::Setup{.config = {"MaxSessions 1"}} : SshServer::Setup{});
    const auto directory = fresh_directory();
    const auto bytes = pattern(16000000);
    for (const std::uint64_t at : {5000000, 9000000, 15900000}) {
        INFO("cut " << at << " after the login");
        TcpProxy proxy(server.port(), LineFaults{.delay = milliseconds(10)});
        Lasting line(server, proxy);
        proxy.cut_after_another(at);
        contract::put(*line.transport, directory + "/file", bytes, 1048576);
        CHECK((contract::get(*direct(server), directory + "/file") == bytes));
        CHECK(contract::names(*direct(server), directory) == std::vector<std::string>{"file"});
        CHECK(proxy.connections() == 2);
        CHECK(proxy.from_client() <= 16000000 + 2 * kWindow + 8 * kRequest);
    }
    const auto log = server.log();
    std::size_t sessions = 0;
    for (auto at = log.find("Starting session: subsystem 'sftp'"); at != std::string::npos; at = log.find("Starting session: subsystem 'sftp'", at + 1)) {
        ++sessions;
    }
    const std::size_t connections = 3 * (2 + 2);
    CHECK((single ? sessions == connections : sessions >= connections + 3 * 2));
}

TEST_CASE("a line that falls silent is made anew") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(6000000);
    const TcpProxy proxy(server.port(), [](unsigned number) { return LineFaults{.stall_after = number < 2 ? 2000000 : UINT64_MAX}; });
    Lasting line(server, proxy, seconds(3));
    contract::put(*line.transport, directory + "/file", bytes);
    CHECK(line.warnings.size() >= 2);  // we or the kernel's TCP_USER_TIMEOUT, whoever is first; on a busy machine once more
    CHECK((contract::get(*direct(server), directory + "/file") == bytes));
}

TEST_CASE("sessions that are killed and a server that is started anew are gone on with") {
    SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(20000000);
    const TcpProxy proxy(server.port(), LineFaults{});
    Lasting line(server, proxy);
    const auto half = base::Bytes(bytes).first(bytes.size() / 2);
    const auto rest = base::Bytes(bytes).subspan(half.size());
    {
        const auto sink = line.transport->create(directory + "/file");
        sink->write(half);
        CHECK(server.kill_sessions() >= 1);
        sink->write(rest.first(5000000));
        server.kill_sessions();
        server.stop();
        server.start();
        sink->write(rest.subspan(5000000));
        sink->finish();
    }
    CHECK((contract::get(*direct(server), directory + "/file") == bytes));
    const auto source = line.transport->open(directory + "/file");
    std::vector<std::byte> all(bytes.size());
    std::size_t have = 0;
    while (have < all.size()) {
        const auto got = source->read(base::MutableBytes(all).subspan(have));
        REQUIRE(got > 0);
        if (have < 9000000 && have + got >= 9000000) {
            CHECK(server.kill_sessions() >= 1);
        }
        have += got;
    }
    CHECK((all == bytes));
}

TEST_CASE("keys are exchanged anew under load, whoever asks for it") {
    const bool server_asks = GENERATE(true, false);
    const SshServer server(server_asks ? SshServer::Setup{.config = {"RekeyLimit 1M"}} : SshServer::Setup{});
    const auto directory = fresh_directory();
    auto options = server.options();
    options.rekey_bytes = server_asks ? 0 : 1024 * 1024;
    ScriptedQuestions nobody;
    const auto transport = connect_sftp(server.location(), options, nobody, base::null_log());
    const auto bytes = pattern(20000000);
    contract::put(*transport, directory + "/file", bytes, 1048576);
    CHECK((contract::get(*transport, directory + "/file") == bytes));
}

TEST_CASE("a long line and a slow one carry both ways what was sent") {
    const bool slow = GENERATE(true, false);
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(slow ? 6000000 : 20000000);
    const TcpProxy proxy(server.port(), {.delay = milliseconds(slow ? 0 : 10), .bytes_per_second = slow ? 12500000u : 0u});
    Lasting line(server, proxy);
    contract::put(*line.transport, directory + "/file", bytes, 1048576);
    CHECK((contract::get(*line.transport, directory + "/file") == bytes));
    CHECK(proxy.connections() == 1);
}

TEST_CASE("the password is asked for once, and the host key must stay the same") {
    SshServer server;
    const auto directory = fresh_directory();
    auto location = server.location();
    location.password.reset();
    ScriptedQuestions somebody({kPassword});
    LineOptions options;
    options.ssh = server.options();
    options.retry_time = seconds(30);
    const auto place = open_place(location, options, somebody, base::null_log());
    REQUIRE(place.identity);
    const auto bytes = pattern(3000000);
    const auto sink = place.transport->create(directory + "/file");
    sink->write(bytes);
    CHECK(server.kill_sessions() >= 1);
    sink->write(bytes);
    CHECK(somebody.asked.size() == 1);
    SECTION("the same server") {
        sink->finish();
        CHECK(place.transport->stat(directory + "/file")->size == 2 * bytes.size());
    }
    SECTION("another key, although known_hosts would take it") {
        run({"rm", "-f", server.path("host_ed25519"), server.path("host_ed25519.pub")});
        run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", server.path("host_ed25519")});
        const auto words = base::split_words(base::read_file(server.path("host_ed25519.pub")));
        base::write_file(server.path("known_hosts"), base::cat("[127.0.0.1]:", server.port(), " ", words.at(0), " ", words.at(1), "\n"));
        server.kill_sessions();
        server.stop();
        server.start();
        const auto again = contract::kind_thrown_by([&] { sink->finish(); });
        CHECK(again == ErrorKind::kHostKey);
        CHECK(contract::kind_thrown_by([&] { place.transport->stat(directory); }) == ErrorKind::kHostKey);
    }
    CHECK(somebody.asked.size() == 1);
}

TEST_CASE("a login that is refused when the line is made anew is tried once") {
    SshServer server;
    const auto directory = fresh_directory();
    ScriptedQuestions nobody;
    LineOptions options;
    options.ssh = server.options();
    const auto place = open_place(server.location(), options, nobody, base::null_log());
    const auto sink = place.transport->create(directory + "/file");
    server.kill_sessions();
    server.stop();
    base::write_file(server.path("sshd_config"), base::cat("DenyUsers ", kAccount, "\n", base::read_file(server.path("sshd_config"))));
    server.start();
    const auto bytes = pattern(3000000);
    const auto write = [&] { sink->write(bytes), sink->finish(); };
    CHECK(contract::kind_thrown_by(write) == ErrorKind::kAuthentication);
    CHECK(contract::kind_thrown_by(write) != ErrorKind::kNetwork);
    const auto log = server.log();
    std::size_t refusals = 0;
    for (auto at = log.find("Failed password"); at != std::string::npos; at = log.find("Failed password", at + 1)) {
        ++refusals;
    }
    CHECK(refusals <= 1);
}

TEST_CASE("without a time for it nothing is tried again") {
    SshServer server;
    const auto directory = fresh_directory();
    ScriptedQuestions nobody;
    LineOptions options;
    options.ssh = server.options();
    options.retry_time = seconds(0);
    const auto place = open_place(server.location(), options, nobody, base::null_log());
    const auto sink = place.transport->create(directory + "/file");
    CHECK(server.kill_sessions() >= 1);
    const auto bytes = pattern(9000000);
    CHECK(contract::kind_thrown_by([&] { sink->write(bytes), sink->finish(); }) == ErrorKind::kNetwork);
}

}  // namespace nrear::transport::testing
