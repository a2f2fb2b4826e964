// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP proxy between us and a server that misbehaves as told: cuts the line or goes silent after so many bytes, delays.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "core/base/unique_fd.h"

namespace nrear::transport::testing {

class TcpProxy {
public:
    struct Faults {
        std::uint64_t cut_after = UINT64_MAX;    ///< bytes in both directions together; then both sides are closed
        std::uint64_t stall_after = UINT64_MAX;  ///< then nothing is forwarded any more, and nothing closed
    };

    TcpProxy(std::uint16_t server_port, Faults faults);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint64_t forwarded() const { return forwarded_; }
    /// From now on nothing is forwarded.
    void stall() { stalled_ = true; }

private:
    void serve();
    void connect_and_forward(base::UniqueFd client);
    bool forward(int from, int to);

    std::uint16_t server_port_;
    Faults faults_;
    base::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<std::uint64_t> forwarded_{0};
    std::atomic<bool> stalled_{false};
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace nrear::transport::testing
