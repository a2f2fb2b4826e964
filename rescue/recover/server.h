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

    /// Connected, at the latest now. A wrong password that was typed may be typed again, three times in all; in a recovery by itself a server that is not
    /// reached is tried for a while: switches take up to a minute to let a new machine through. Throws Error.
    transport::Transport& get();
    /// The line broke: the next get() connects anew, with the password that was given.
    void drop() noexcept;

private:
    bool try_again(const Error& error, int attempt);

    const RecoverContext& context_;
    const record::RescueRecord& rescue_;
    transport::Location location_;
    std::unique_ptr<transport::RememberedSecrets> questions_;
    std::unique_ptr<transport::Transport> transport_;
};

}  // namespace nrear::recover
