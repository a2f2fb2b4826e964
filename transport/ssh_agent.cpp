// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/ssh_agent.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/base/interrupt.h"
#include "core/base/unique_fd.h"

namespace nrear::transport {

namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr unsigned char kRequestIdentities = 11;
constexpr unsigned char kIdentitiesAnswer = 12;

bool readable(int fd, std::chrono::steady_clock::time_point deadline) {
    while (std::chrono::steady_clock::now() < deadline) {
        base::check_interrupt();
        pollfd polled[] = {{fd, POLLIN, 0}, {base::interrupt_fd(), POLLIN, 0}};
        if (::poll(polled, 2, 200) > 0 && polled[0].revents != 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool agent_answers() {
    const char* path = std::getenv("SSH_AUTH_SOCK");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) {
        return false;
    }
    std::strcpy(address.sun_path, path);
    const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return false;
    }
    constexpr std::array<unsigned char, 5> request{0, 0, 0, 1, kRequestIdentities};
    if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        return false;
    }
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::array<unsigned char, 9> head{};  // length, type, number of keys
    std::size_t have = 0;
    while (have < head.size()) {
        if (!readable(fd.get(), deadline)) {
            return false;
        }
        const auto got = ::recv(fd.get(), head.data() + have, head.size() - have, 0);
        if (got <= 0) {
            return false;
        }
        have += static_cast<std::size_t>(got);
    }
    const bool any = (head[5] | head[6] | head[7] | head[8]) != 0;
    return head[4] == kIdentitiesAnswer && any;
}

}  // namespace nrear::transport
