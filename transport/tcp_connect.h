// SPDX-License-Identifier: GPL-3.0-or-later
// A TCP connection to the first address of a name that answers: deadline, interruption, keep-alive. Knows nothing of SSH.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/unique_fd.h"

namespace nrear::transport {

struct TcpTarget {
    std::string host;
    std::uint16_t port = 22;
    std::vector<std::string> pinned_addresses;  ///< numeric; used instead of asking for the addresses of `host`
    std::chrono::milliseconds time_limit{30000};  ///< for everything, the name included
    std::chrono::milliseconds silence_limit{60000};  ///< the kernel gives up when the other side acknowledges nothing for so long
};

struct TcpConnection {
    base::UniqueFd fd;    ///< non-blocking, TCP_NODELAY, SO_KEEPALIVE, TCP_USER_TIMEOUT
    std::string address;  ///< the numeric address that answered
};

/// Tries the addresses a second apart until one answers (RFC 8305 in small). Throws Error (kNetwork) that says what each address said; Interrupted.
TcpConnection connect_tcp(const TcpTarget& target);

}  // namespace nrear::transport
