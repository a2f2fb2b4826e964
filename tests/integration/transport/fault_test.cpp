// SPDX-License-Identifier: GPL-3.0-or-later
// Lines that break or fall silent, full and read-only disks, interruption, servers that are none.
// Times are held only against limits far above what is meant, to tell an answer from a time-out on a busy machine.
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <thread>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "tests/contract/transport_contract.h"
#include "tests/integration/transport/scripted_questions.h"
#include "tests/integration/transport/ssh_server.h"
#include "tests/integration/transport/tcp_proxy.h"
#include "tests/support/thrown_by.h"

namespace nrear::transport::testing {

namespace {

using contract::pattern;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::unique_ptr<SftpTransport> connect(const SshServer& server) {
    ScriptedQuestions nobody;
    return connect_sftp(server.location(), server.options(), nobody, base::null_log());
}

std::unique_ptr<SftpTransport> connect_through(const SshServer& server, const TcpProxy& proxy, seconds patience = seconds(30), seconds to_connect = seconds(30)) {
    ScriptedQuestions nobody;
    auto options = server.options_for(proxy.port());
    options.idle_time_limit = patience;
    options.connect_time_limit = to_connect;
    return connect_sftp(server.location(proxy.port()), options, nobody, base::null_log());
}

}  // namespace

TEST_CASE("a line that breaks at any point is a network error, and the next run cleans up") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(3000000);
    contract::put(*connect(server), directory + "/file", pattern(1000));
    for (const std::uint64_t after : {0ull, 500ull, 3000ull, 5000ull, 20000ull, 1000000ull, 2900000ull}) {
        INFO("cut after " << after);
        const TcpProxy proxy(server.port(), {.cut_after = after});  // noticed at once, not by a time limit
        const auto start = steady_clock::now();
        const auto error = test::thrown_by([&] { contract::put(*connect_through(server, proxy, seconds(60)), directory + "/file", bytes); });
        INFO(error.what());
        CHECK(error.kind() == ErrorKind::kNetwork);
        CHECK_FALSE(error.hint().empty());
        CHECK(steady_clock::now() - start < seconds(30));
        CHECK((contract::get(*connect(server), directory + "/file") == pattern(1000)));
    }
    const auto transport = connect(server);
    contract::put(*transport, directory + "/file", bytes);
    CHECK(contract::names(*transport, directory) == std::vector<std::string>{"file"});
}

TEST_CASE("a line that falls silent is noticed within its time limit") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto bytes = pattern(8000000);
    contract::put(*connect(server), directory + "/big", bytes);
    const auto upload = [&](Transport& transport) { contract::put(transport, directory + "/other", bytes); };
    const auto download = [&](Transport& transport) { contract::get(transport, directory + "/big"); };
    const auto look = [&](Transport& transport) {
        for (;;) {
            transport.stat(directory);
        }
    };
    const std::vector<std::function<void(Transport&)>> actions{upload, download, look};
    for (std::size_t i = 0; i < actions.size(); ++i) {
        INFO("action " << i);
        const TcpProxy proxy(server.port(), {.stall_after = i == 2 ? 40000u : 2000000u});
        const auto transport = connect_through(server, proxy, seconds(2));
        const auto start = steady_clock::now();
        const auto error = test::thrown_by([&] { actions[i](*transport); });
        INFO(error.what());
        CHECK(error.kind() == ErrorKind::kNetwork);
        CHECK(steady_clock::now() - start < seconds(20));
        CHECK(test::thrown_by([&] { transport->stat(directory); }).kind() == ErrorKind::kNetwork);  // at once from now on
    }
}

TEST_CASE("a server that accepts and says nothing does not hold us") {
    const TcpProxy proxy(1, LineFaults{});  // nobody listens at port 1: the proxy accepts and closes
    const SshServer server;
    CHECK(test::thrown_by([&] { connect_through(server, proxy); }).kind() == ErrorKind::kNetwork);
    const TcpProxy silent(server.port(), {.stall_after = 0});
    const auto start = steady_clock::now();
    CHECK_THAT(test::thrown_by([&] { connect_through(server, silent, seconds(30), seconds(1)); }).why(), Catch::Contains("no answer"));
    CHECK(steady_clock::now() - start < seconds(15));
}

TEST_CASE("nobody listens, no such name, pinned addresses") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto closed = test::thrown_by([&] { connect_sftp(server.location(free_port()), server.options(), nobody, base::null_log()); });
    CHECK(closed.kind() == ErrorKind::kNetwork);
    CHECK_THAT(closed.why(), Catch::Contains("Connection refused"));

    auto location = server.location();
    location.host = "no-such-host.invalid";
    auto options = server.options();
    options.connect_time_limit = seconds(5);
    const auto unknown = test::thrown_by([&] { connect_sftp(location, options, nobody, base::null_log()); });
    CHECK(unknown.kind() == ErrorKind::kNetwork);
    CHECK_THAT(unknown.what_failed() + unknown.hint(), Catch::Contains("no-such-host.invalid") && Catch::Contains("/etc/hosts"));

    options.pinned_addresses = {"127.9.9.9", "127.0.0.1"};  // the first refuses
    options.accept_new_host_key = true;
    options.known_hosts_files = {server.path("pinned_hosts")};
    const auto transport = connect_sftp(location, options, nobody, base::null_log());
    CHECK(transport->server().address == "127.0.0.1");
    CHECK_THAT(transport->server().known_hosts_line, Catch::StartsWith("[no-such-host.invalid]:"));
    CHECK(transport->description() == "nrear-test@no-such-host.invalid (127.0.0.1) by SFTP");
}

TEST_CASE("a full disk is named with its figures, and the earlier file survives") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto transport = connect(server);
    contract::put(*transport, directory + "/file", pattern(1000));
    const auto bytes = pattern(1 << 20);
    const auto error = test::thrown_by([&] {
        const auto sink = transport->create(directory + "/file");
        for (int i = 0; i < 80; ++i) {
            sink->write(bytes);
        }
        sink->finish();
    });
    CHECK(error.kind() == ErrorKind::kNoSpaceRemote);
    CHECK_THAT(error.why(), Catch::Contains("the disk is full") && Catch::Contains("64.0 MiB"));
    CHECK((contract::get(*transport, directory + "/file") == pattern(1000)));
    CHECK(contract::names(*transport, directory) == std::vector<std::string>{"file"});
    CHECK(transport->space(directory)->available > 50u << 20);  // the half file is gone
}

TEST_CASE("read-only, forbidden and missing places are told apart") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto transport = connect(server);
    ::mkdir((directory + "/root").c_str(), 0755);
    const auto forbidden = test::thrown_by([&] { transport->create(directory + "/root/file"); });
    CHECK(forbidden.kind() == ErrorKind::kGeneral);
    CHECK(forbidden.why() == "permission denied");
    CHECK_THAT(forbidden.what_failed(), Catch::Contains(directory + "/root/file") && Catch::Contains("nrear-test@127.0.0.1"));
    CHECK_THAT(forbidden.hint(), Catch::Contains("nrear-test may write there"));
    CHECK(test::thrown_by([&] { transport->make_directories(directory + "/root/x/y"); }).why() == "permission denied");
    CHECK_THAT(test::thrown_by([&] { transport->create(directory + "/nothing/file"); }).why(), Catch::Contains("no such file"));
    CHECK_THAT(test::thrown_by([&] { transport->open(directory + "/nothing"); }).why(), Catch::Contains("no such file"));

    // sshd forked before this mount sees it as well: the namespace is one.
    REQUIRE(::mount("tmpfs", (directory + "/root").c_str(), "tmpfs", MS_RDONLY, "mode=777") == 0);
    const auto read_only = test::thrown_by([&] { transport->create(directory + "/root/file"); });
    CHECK_THAT(read_only.why(), Catch::Contains("read-only"));
    ::umount2((directory + "/root").c_str(), MNT_DETACH);
}

TEST_CASE("interruption ends a transfer soon and leaves nothing") {
    base::catch_interrupts();
    const SshServer server;
    const auto directory = fresh_directory();
    contract::put(*connect(server), directory + "/file", pattern(1000));
    const auto interrupted = [&](Transport& transport, const std::function<void()>& before) {
        const auto bytes = pattern(1 << 20);
        const auto sink = transport.create(directory + "/file");
        sink->write(bytes);
        before();
        ::raise(SIGINT);
        for (int i = 0; i < 40; ++i) {
            sink->write(bytes);
        }
        sink->finish();
    };
    {
        const auto transport = connect(server);
        const auto start = steady_clock::now();
        CHECK_THROWS_AS(interrupted(*transport, [] {}), Interrupted);
        CHECK(steady_clock::now() - start < seconds(20));
    }
    base::clear_interrupt();
    CHECK(contract::names(*connect(server), directory) == std::vector<std::string>{"file"});
    {
        TcpProxy proxy(server.port(), LineFaults{});
        const auto transport = connect_through(server, proxy, seconds(60));
        const auto start = steady_clock::now();
        CHECK_THROWS_AS(interrupted(*transport, [&] { proxy.stall(); }), Interrupted);
        CHECK(steady_clock::now() - start < seconds(20));  // cleaning up was tried, in vain; the line's own limit is 60 s
    }
    base::clear_interrupt();
    {
        std::thread later([] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            ::raise(SIGINT);
        });
        const TcpProxy silent(server.port(), {.stall_after = 0});
        const auto start = steady_clock::now();
        CHECK_THROWS_AS(connect_through(server, silent), Interrupted);
        CHECK(steady_clock::now() - start < seconds(15));
        later.join();
    }
    base::clear_interrupt();
    CHECK((contract::get(*connect(server), directory + "/file") == pattern(1000)));
}

TEST_CASE("keys are exchanged anew in mid-stream and every byte arrives") {
    const SshServer server({.config = {"RekeyLimit 4M"}});
    const auto transport = connect(server);
    const auto path = fresh_directory() + "/file";
    const auto bytes = pattern(50000000);
    contract::put(*transport, path, bytes, 1 << 20);
    CHECK((contract::get(*transport, path) == bytes));
    transport->remove(path);
}

TEST_CASE("an idle line is kept awake: a server that asks for signs of life gets them") {
    const SshServer server({.config = {"ClientAliveInterval 6", "ClientAliveCountMax 1"}});
    const auto transport = connect(server);
    const auto directory = fresh_directory();
    std::this_thread::sleep_for(seconds(30));
    contract::put(*transport, directory + "/file", pattern(10));
    CHECK((contract::get(*transport, directory + "/file") == pattern(10)));
}

TEST_CASE("several files are open at once, and outlive their transport") {
    const SshServer server;
    const auto directory = fresh_directory();
    auto transport = connect(server);
    const auto one = pattern(2000000, 1);
    const auto two = pattern(2000000, 2);
    auto first = transport->create(directory + "/one");
    auto second = transport->create(directory + "/two");
    for (std::size_t at = 0; at < one.size(); at += 100000) {
        first->write(base::Bytes(one).subspan(at, 100000));
        second->write(base::Bytes(two).subspan(at, 100000));
    }
    second->finish();
    transport.reset();
    first->finish();
    transport = connect(server);
    const auto a = transport->open(directory + "/one");
    const auto b = transport->open(directory + "/two");
    std::vector<std::byte> part(1000000);
    CHECK(b->read_at(1000000, part) == part.size());
    CHECK((contract::read_whole(*a) == one));
    CHECK((contract::read_whole(*b) == two));
}

TEST_CASE("files are private, directories closed to others") {
    const SshServer server;
    const auto directory = fresh_directory();
    const auto transport = connect(server);
    transport->make_directories(directory + "/a/b");
    contract::put(*transport, directory + "/a/b/file", pattern(1));
    struct stat facts {};
    REQUIRE(::stat((directory + "/a/b/file").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0600);
    REQUIRE(::stat((directory + "/a").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0750);
}

TEST_CASE("a server without SFTP says so") {
    const SshServer server({.sftp_command = "/nonexistent/sftp-server"});
    const auto error = test::thrown_by([&] { connect(server); });
    INFO(error.what());
    CHECK((error.kind() == ErrorKind::kNetwork || error.kind() == ErrorKind::kGeneral));
    CHECK_FALSE(error.hint().empty());
}

}  // namespace nrear::transport::testing
