// SPDX-License-Identifier: GPL-3.0-or-later
// A ByteChannel whose other side says what a test (or a fuzzer) gives it, whatever it is asked.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "transport/byte_channel.h"

namespace nrear::transport::testing {

class ScriptedChannel : public ByteChannel {
public:
    /// Says `script` at once, and `answers` when something has been sent after that; then it is silent, or gone when `closes`.
    explicit ScriptedChannel(std::vector<std::byte> script, std::vector<std::byte> answers = {}, bool closes = true)
        : script_(std::move(script)), answers_(std::move(answers)), closes_(closes) {}

    std::size_t send(base::Bytes bytes) override {
        if (at_ == script_.size()) {
            script_.insert(script_.end(), answers_.begin(), answers_.end());
            answers_.clear();
        }
        return bytes.size();
    }
    std::size_t receive(base::MutableBytes buffer, std::chrono::milliseconds) override {
        const auto count = std::min(buffer.size(), script_.size() - at_);
        if (count == 0 && closes_) {
            throw Error(ErrorKind::kNetwork, "talk to the script", "it has ended");
        }
        if (count != 0) {
            std::memcpy(buffer.data(), script_.data() + at_, count);
        }
        at_ += count;
        return count;
    }
    void wait(std::chrono::milliseconds) override {}
    std::uint64_t heard() const override { return at_; }
    void ping() override { ++pings_; }
    void cut() noexcept override { ++cuts_; }

    int pings() const { return pings_; }
    int cuts() const { return cuts_; }

private:
    std::vector<std::byte> script_;
    std::vector<std::byte> answers_;
    bool closes_;
    std::size_t at_ = 0;
    int pings_ = 0;
    int cuts_ = 0;
};

}  // namespace nrear::transport::testing
