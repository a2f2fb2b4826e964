// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/transport/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <vector>

namespace nrear::transport::testing {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{20};
constexpr std::size_t kPiece = 64 * 1024;
/// What a line holds beyond what is under way: routers have little, and a lot of it would look like a long line.
constexpr std::uint64_t kBuffer = 256 * 1024;
constexpr std::uint64_t kMostUnderWay = 64 * 1024 * 1024;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void no_delay(int fd) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/// As a router that forgets a connection: both ends hear of it at once.
void reset(int fd) {
    const sockaddr nowhere{};
    static_cast<void>(::connect(fd, &nowhere, sizeof nowhere));
}

/// Bytes under way in one direction, each piece with the time of its arrival.
struct Pipe {
    struct Piece {
        Clock::time_point due;
        std::vector<char> bytes;
        std::size_t at = 0;
    };

    Pipe(const LineFaults& line_faults) : faults(line_faults) {
        const auto rate = faults.bytes_per_second == 0 ? kMostUnderWay : faults.bytes_per_second;
        most = kBuffer + rate * static_cast<std::uint64_t>(faults.delay.count()) / 1000;
    }
    bool full() const { return held >= most; }
    void put(const char* bytes, std::size_t count) {
        const auto now = Clock::now();
        free_at = std::max(free_at, now);
        if (faults.bytes_per_second != 0) {
            free_at += std::chrono::nanoseconds(count * 1000000000ULL / faults.bytes_per_second);
        }
        pieces.push_back({free_at + faults.delay, {bytes, bytes + count}});
        held += count;
    }
    bool due() const { return !pieces.empty() && pieces.front().due <= Clock::now(); }
    milliseconds until_due() const {
        return pieces.empty() ? kLook : std::clamp(std::chrono::ceil<milliseconds>(pieces.front().due - Clock::now()), milliseconds(0), kLook);
    }

    LineFaults faults;
    std::uint64_t most;
    std::uint64_t held = 0;
    Clock::time_point free_at{};
    std::deque<Piece> pieces;
};

}  // namespace

struct TcpProxy::Connection {
    base::UniqueFd client;
    base::UniqueFd server;
    Faults faults;
    std::atomic<std::uint64_t> forwarded{0};
    std::atomic<int> running{2};
    std::atomic<bool> closed{false};
    std::atomic<bool> cut{false};
    std::thread up{};
    std::thread down{};
};

TcpProxy::TcpProxy(std::uint16_t server_port, std::function<Faults(unsigned)> faults)
    : server_port_(server_port), faults_(std::move(faults)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
    for (const auto& connection : open_) {
        connection->up.join();
        connection->down.join();
    }
}

void TcpProxy::serve() {
    while (!stop_) {
        open_.remove_if([](const auto& connection) {
            if (connection->running != 0) {
                return false;
            }
            connection->up.join();
            connection->down.join();
            return true;
        });
        pollfd polled{listener_.get(), POLLIN, 0};
        if (::poll(&polled, 1, static_cast<int>(kLook.count())) <= 0) {
            continue;
        }
        base::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        base::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = loopback(server_port_);
        if (!client || ::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            continue;
        }
        no_delay(client.get());
        no_delay(server.get());
        auto& connection = *open_.emplace_back(new Connection{std::move(client), std::move(server), faults_(connections_++)});
        connection.up = std::thread([this, &connection] { pump(connection, true); });
        connection.down = std::thread([this, &connection] { pump(connection, false); });
    }
}

std::uint64_t TcpProxy::until_cut(const Connection& connection) const {
    const auto left = [](std::uint64_t limit, std::uint64_t used) { return limit > used ? limit - used : 0; };
    return std::min(left(connection.faults.cut_after, connection.forwarded), left(cut_at_, forwarded_));
}

void TcpProxy::pump(Connection& connection, bool from_client) {
    const int from = from_client ? connection.client.get() : connection.server.get();
    const int to = from_client ? connection.server.get() : connection.client.get();
    Pipe pipe(connection.faults);
    std::vector<char> buffer(kPiece);
    bool ended = false;
    while (!stop_ && !connection.closed && !(ended && pipe.pieces.empty())) {
        if (stalled_ || connection.forwarded >= connection.faults.stall_after) {
            std::this_thread::sleep_for(kLook);
            continue;
        }
        const bool due = pipe.due();
        pollfd polled[] = {{ended || pipe.full() ? -1 : from, POLLIN, 0}, {due ? to : -1, POLLOUT, 0}};
        ::poll(polled, 2, static_cast<int>(due ? kLook.count() : pipe.until_due().count()));
        if (polled[0].revents != 0) {
            const auto got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
            ended = got == 0 || (got < 0 && errno != EAGAIN);
            if (got > 0) {
                pipe.put(buffer.data(), static_cast<std::size_t>(got));
            }
        }
        if (polled[1].revents != 0) {
            auto& piece = pipe.pieces.front();
            const auto most = std::min<std::uint64_t>(piece.bytes.size() - piece.at, until_cut(connection));
            if (most == 0) {
                connection.cut = true;
                cut_at_ = UINT64_MAX;
                break;
            }
            const auto sent = ::send(to, piece.bytes.data() + piece.at, static_cast<std::size_t>(most), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) {
                break;
            }
            const auto count = static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
            piece.at += static_cast<std::size_t>(count);
            pipe.held -= count;
            connection.forwarded += count;
            forwarded_ += count;
            from_client_ += from_client ? count : 0;
            if (piece.at == piece.bytes.size()) {
                pipe.pieces.pop_front();
            }
        }
    }
    // What one side ended the other is to see as ended; a cut is a reset.
    if (connection.cut) {
        reset(connection.client.get());
        reset(connection.server.get());
    } else {
        ::shutdown(connection.client.get(), SHUT_RDWR);
        ::shutdown(connection.server.get(), SHUT_RDWR);
    }
    connection.closed = true;
    --connection.running;
}

}  // namespace nrear::transport::testing
