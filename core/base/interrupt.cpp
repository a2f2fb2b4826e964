// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>

#include "core/base/error.h"

namespace nrear::base {

namespace {

std::atomic<int> g_signal{0};
std::array<int, 2> g_pipe{-1, -1};

extern "C" void remember_signal(int number) {
    const int kept = errno;
    g_signal.store(number);
    [[maybe_unused]] const auto written = ::write(g_pipe[1], "!", 1);
    errno = kept;
}

}  // namespace

void catch_interrupts() {
    if (g_pipe[0] < 0 && pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw system_error("make a pipe for signals", errno);
    }
    struct sigaction action {};
    action.sa_handler = remember_signal;
    sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        sigaction(number, &action, nullptr);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
}

void check_interrupt() {
    if (const int number = g_signal.load(); number != 0) {
        throw Interrupted(number);
    }
}

void pause(std::chrono::milliseconds length) {
    const auto end = std::chrono::steady_clock::now() + length;
    for (;;) {
        check_interrupt();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return;
        }
        pollfd interrupted{g_pipe[0], POLLIN, 0};
        ::poll(&interrupted, 1, static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), 1000)));
    }
}

int interrupt_signal() noexcept { return g_signal.load(); }

int interrupt_fd() noexcept { return g_pipe[0]; }

void clear_interrupt() noexcept {
    char byte = 0;
    while (g_pipe[0] >= 0 && ::read(g_pipe[0], &byte, 1) > 0) {
    }
    g_signal.store(0);
}

}  // namespace nrear::base
