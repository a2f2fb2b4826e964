// SPDX-License-Identifier: GPL-3.0-or-later
// The options of a connection, asked of the kernel, and the way to the address that answers. All on the loopback interface.
#include "transport/tcp_connect.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/support/thrown_by.h"

using namespace nrear;
using namespace nrear::transport;

namespace {

/// A port of 127.0.0.1 that answers, and none of 127.0.0.2.
class Listener {
public:
    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
        REQUIRE(::listen(fd_.get(), 5) == 0);
        REQUIRE(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }
    void close() { fd_ = base::UniqueFd(); }

private:
    base::UniqueFd fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
};

unsigned option(const TcpConnection& connection, int level, int name) {
    unsigned value = 0;
    socklen_t length = sizeof value;
    REQUIRE(::getsockopt(connection.fd.get(), level, name, &value, &length) == 0);
    return value;
}

}  // namespace

TEST_CASE("a connection sends small packets at once, tells dead lines and never blocks") {
    const Listener listener;
    const auto connection = connect_tcp({.host = "127.0.0.1", .port = listener.port(), .silence_limit = std::chrono::milliseconds(4321)});
    CHECK(connection.address == "127.0.0.1");
    CHECK(option(connection, IPPROTO_TCP, TCP_NODELAY) == 1);  // with Nagle's algorithm each SFTP packet waits for a delayed acknowledgement
    CHECK(option(connection, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(connection, IPPROTO_TCP, TCP_KEEPIDLE) == 15);
    CHECK(option(connection, IPPROTO_TCP, TCP_KEEPINTVL) == 15);
    CHECK(option(connection, IPPROTO_TCP, TCP_USER_TIMEOUT) == 4321);
    CHECK((::fcntl(connection.fd.get(), F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(connection.fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("the first address that answers is taken, and all are told when none does") {
    Listener listener;
    const TcpTarget target{.host = "server.invalid", .port = listener.port(), .pinned_addresses = {"127.0.0.2", "127.0.0.1"}};
    CHECK(connect_tcp(target).address == "127.0.0.1");
    listener.close();
    const auto error = test::thrown_by([&] { connect_tcp(target); });
    CHECK(error.kind() == ErrorKind::kNetwork);
    CHECK_THAT(error.what_failed(), Catch::Contains("server.invalid"));
    CHECK_THAT(error.why(), Catch::Contains("127.0.0.2: Connection refused") && Catch::Contains("127.0.0.1: Connection refused"));
    CHECK_THAT(error.hint(), Catch::Contains("sshd"));
}
