// SPDX-License-Identifier: GPL-3.0-or-later
// The command lines of the programs of bench/, and a sink for what they make and nobody wants. How to log in to a server: login.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/base/error.h"

namespace nrear::bench {

/// Its words, one after the other.
class CommandLine {
public:
    CommandLine(int count, char** words) : words_(words + 1, words + count) {}
    /// Nothing at the end.
    std::optional<std::string> next() { return at_ < words_.size() ? std::optional(words_[at_++]) : std::nullopt; }
    /// Of the option that next() has just given. Throws Error (kUsage) when the line ends there.
    std::string value() {
        if (at_ == words_.size()) {
            throw Error(ErrorKind::kUsage, words_.back(), "a value is missing");
        }
        return words_[at_++];
    }

private:
    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

class NoSink final : public base::Sink {
public:
    void write(base::Bytes) override {}
};

}  // namespace nrear::bench
