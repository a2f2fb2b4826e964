// SPDX-License-Identifier: GPL-3.0-or-later
// The connection to the place of the backup: made once, made again when it broke, the password asked for once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/questions.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/recover.h"

namespace nrear::transport {
class RememberedSecrets;
}

namespace nrear::recover {

class Server {
public:
    Server(const RecoverContext& context, const record::RescueRecord& rescue);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Connected, at the latest now. A wrong password that was typed may be typed again, three times in all; a recovery by itself waits at its start for a
    /// server that cannot be reached (RecoverContext::patience): one that starts at the same time, or behind a switch that lets nobody through yet. Throws Error.
    transport::Transport& get();
    /// The line broke: the next get() connects anew, with the password that was given.
    void drop() noexcept;

private:
    using Clock = transport::RetryOptions::Clock;

    /// What went by without a server, of one recovery's start.
    struct Waiting {
        Clock::time_point since;
        Clock::time_point told;
        unsigned tries = 0;
    };

    bool other_password(const Error& error, int attempt);
    bool may_wait(const Error& error) const;
    void wait(const Error& error, std::optional<Waiting>& waiting) const;

    const RecoverContext& context_;
    const record::RescueRecord& rescue_;
    transport::Location location_;
    std::unique_ptr<transport::RememberedSecrets> questions_;
    std::unique_ptr<transport::Transport> transport_;
    bool reached_ = false;  ///< at least once
};

}  // namespace nrear::recover
