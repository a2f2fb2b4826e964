// SPDX-License-Identifier: GPL-3.0-or-later
// Retry options with a clock of the test's own: pauses pass at once and are written down, with what people would read.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "transport/line.h"

namespace nrear::transport::testing {

struct RetryByHand {
    using Clock = RetryOptions::Clock;

    Clock::time_point now{};
    std::vector<std::chrono::seconds> pauses;
    std::vector<std::string> warnings;
    std::vector<std::string> messages;
    std::function<void(std::chrono::seconds)> on_pause = [](std::chrono::seconds) {};

    /// Refers to this object.
    RetryOptions options(std::chrono::milliseconds give_up_after) {
        RetryOptions options;
        options.give_up_after = give_up_after;
        options.warn = [this](const std::string& line) { warnings.push_back(line); };
        options.tell = [this](const std::string& line) { messages.push_back(line); };
        options.now = [this] { return now; };
        options.pause = [this](std::chrono::milliseconds length) {
            now += length;
            pauses.push_back(std::chrono::round<std::chrono::seconds>(length));
            on_pause(pauses.back());
        };
        return options;
    }
};

}  // namespace nrear::transport::testing
