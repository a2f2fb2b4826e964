// SPDX-License-Identifier: GPL-3.0-or-later
// What a real server and we agree on to encrypt with, by the server's own log: the fastest of all that it offers, and whatever an old one has.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "tests/integration/transport/scripted_questions.h"
#include "tests/integration/transport/ssh_server.h"
#include "tests/support/thrown_by.h"
#include "transport/ssh_connection.h"

namespace nrear::transport::testing {

namespace {

/// A server whose log tells what was agreed on.
SshServer::Setup offering(const std::string& ciphers) { return {.config = {"Ciphers " + ciphers, "LogLevel DEBUG1"}}; }

const std::string kAll = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com";

/// "client->server aes256-gcm@openssh.com", …: sshd's lines are "debug1: kex: client->server cipher: NAME MAC: … compression: none".
std::set<std::string> agreed(const SshServer& server) {
    std::set<std::string> found;
    for (const auto& line : base::split_lines(server.log())) {
        const auto words = base::split_words(line);
        for (std::size_t i = 0; i + 3 < words.size(); ++i) {
            if (words[i] == "kex:" && words[i + 2] == "cipher:") {
                found.insert(words[i + 1] + " " + words[i + 3]);
            }
        }
    }
    return found;
}

std::set<std::string> both_ways(const std::string& cipher) { return {"client->server " + cipher, "server->client " + cipher}; }

bool processor_is_fast_at_aes() {
    const auto words = base::split_words(base::read_file("/proc/cpuinfo"));
    const auto has = [&](const char* flag) { return std::find(words.begin(), words.end(), flag) != words.end(); };
    return has("aes") && has("pclmulqdq");
}

/// More than a packet and a window, there and back.
void send_and_fetch(const SshServer& server) {
    ScriptedQuestions nobody;
    const auto transport = connect_sftp(server.location(), server.options(), nobody, base::null_log());
    const auto path = fresh_directory() + "/file";
    std::string content;
    for (int i = 0; content.size() < 5'000'000; ++i) {
        content += std::to_string(i) + "\n";
    }
    const auto sink = transport->create(path);
    sink->write(base::as_bytes(content));
    sink->finish();
    CHECK((base::read_file(path) == content));
    std::string fetched(content.size() + 1, '\0');
    CHECK(transport->open(path)->read_at(0, std::as_writable_bytes(std::span(fetched))) == content.size());
    fetched.pop_back();
    CHECK((fetched == content));
}

}  // namespace

TEST_CASE("of all ciphers the fastest is taken") {
    const SshServer server(offering(kAll));
    send_and_fetch(server);
    CHECK(agreed(server) == both_ways(processor_is_fast_at_aes() ? "aes256-gcm@openssh.com" : "chacha20-poly1305@openssh.com"));
}

TEST_CASE("a server that offers but one cipher gets that one") {
    const std::string cipher = GENERATE("aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes128-ctr");
    const SshServer server(offering(cipher));
    send_and_fetch(server);
    CHECK(agreed(server) == both_ways(cipher));
}

TEST_CASE("a server with nothing but broken ciphers is refused, and it is said why") {
    const SshServer server(offering("aes128-cbc"));
    ScriptedQuestions nobody;
    const auto error = test::thrown_by([&] { connect_sftp(server.location(), server.options(), nobody, base::null_log()); });
    CHECK(error.kind() == ErrorKind::kNetwork);
    CHECK_THAT(error.why(), Catch::Contains("aes128-cbc"));
    CHECK_THAT(error.hint(), Catch::Contains("cipher"));
}

TEST_CASE("the socket is as it was made when keys have been exchanged") {
    const SshServer server;
    auto connection = connect_tcp({.host = "127.0.0.1", .port = server.port()});
    const int fd = connection.fd.get();
    SshConnection ssh(std::move(connection), {.host = "127.0.0.1", .port = server.port(), .account = kAccount, .host_key_algorithms = "ssh-ed25519"});
    ssh.handshake();
    int no_delay = 0;
    socklen_t length = sizeof no_delay;
    REQUIRE(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &length) == 0);
    CHECK(no_delay == 1);
    CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
}

}  // namespace nrear::transport::testing
