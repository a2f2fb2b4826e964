// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP proxy between us and a server, for lines that are long or slow, and for lines that misbehave as told: cut or silent after so many bytes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <thread>

#include "core/base/unique_fd.h"

namespace nrear::transport::testing {

/// What happens to one connection.
struct LineFaults {
    std::uint64_t cut_after = UINT64_MAX;    ///< bytes in both directions together; then both sides are reset
    std::uint64_t stall_after = UINT64_MAX;  ///< then nothing is forwarded any more, and nothing closed
    std::chrono::milliseconds delay{0};      ///< each way
    std::uint64_t bytes_per_second = 0;      ///< each way; 0 = as fast as it goes
};

class TcpProxy {
public:
    using Faults = LineFaults;

    /// The same for every connection.
    TcpProxy(std::uint16_t server_port, Faults faults) : TcpProxy(server_port, [faults](unsigned) { return faults; }) {}
    /// By the connection's number, from 0. Called from a thread of the proxy.
    TcpProxy(std::uint16_t server_port, std::function<Faults(unsigned)> faults);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    std::uint16_t port() const { return port_; }
    unsigned connections() const { return connections_; }
    /// Bytes of all connections: both ways, and from the client alone.
    std::uint64_t forwarded() const { return forwarded_; }
    std::uint64_t from_client() const { return from_client_; }
    /// From now on nothing is forwarded.
    void stall() { stalled_ = true; }
    /// Cuts whatever connection carries the byte after so many more, once. For places counted from a login's end: no two logins are equally long.
    void cut_after_another(std::uint64_t bytes) { cut_at_ = forwarded_ + bytes; }

private:
    struct Connection;

    void serve();
    void pump(Connection& connection, bool from_client);
    std::uint64_t until_cut(const Connection& connection) const;

    std::uint16_t server_port_;
    std::function<Faults(unsigned)> faults_;
    base::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<unsigned> connections_{0};
    std::atomic<std::uint64_t> forwarded_{0};
    std::atomic<std::uint64_t> from_client_{0};
    std::atomic<std::uint64_t> cut_at_{UINT64_MAX};  ///< of forwarded_
    std::atomic<bool> stalled_{false};
    std::atomic<bool> stop_{false};
    std::list<std::unique_ptr<Connection>> open_;  ///< of the serving thread
    std::thread thread_;
};

}  // namespace nrear::transport::testing
