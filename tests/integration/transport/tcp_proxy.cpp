// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/transport/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace nrear::transport::testing {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool send_all(int fd, const char* bytes, std::size_t count) {
    while (count > 0) {
        const auto sent = ::send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        count -= static_cast<std::size_t>(sent);
    }
    return true;
}

}  // namespace

TcpProxy::TcpProxy(std::uint16_t server_port, Faults faults)
    : server_port_(server_port), faults_(faults), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    socklen_t length = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_.get(), 5) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("no proxy");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

TcpProxy::~TcpProxy() {
    stop_ = true;
    thread_.join();
}

void TcpProxy::serve() {
    while (!stop_) {
        pollfd polled{listener_.get(), POLLIN, 0};
        if (::poll(&polled, 1, 20) > 0) {
            connect_and_forward(base::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
        }
    }
}

void TcpProxy::connect_and_forward(base::UniqueFd client) {
    const base::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(server_port_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return;
    }
    const int one = 1;
    for (const int fd : {client.get(), server.get()}) {
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    while (!stop_) {
        if (stalled_ || forwarded_ >= faults_.stall_after) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
        }
        pollfd polled[] = {{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
        if (::poll(polled, 2, 20) <= 0) {
            continue;
        }
        if ((polled[0].revents != 0 && !forward(client.get(), server.get())) || (polled[1].revents != 0 && !forward(server.get(), client.get()))) {
            return;
        }
    }
}

bool TcpProxy::forward(int from, int to) {
    std::array<char, 16384> buffer;
    const auto got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0 || forwarded_ >= faults_.cut_after) {
        return false;
    }
    forwarded_ += static_cast<std::uint64_t>(got);
    return send_all(to, buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace nrear::transport::testing
