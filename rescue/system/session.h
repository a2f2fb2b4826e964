// SPDX-License-Identifier: GPL-3.0-or-later
// A shell, or the recovery by itself, on each console: each in a session of its own, with the console as controlling terminal.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "rescue/system/console.h"

namespace nrear::system {

/// What every session says and does.
struct SessionOptions {
    std::string hostname;               ///< short
    std::vector<std::string> greeting;  ///< lines above the first prompt of a shell
    bool automatic = false;             ///< the main console starts `nrear recover` instead of a shell
    bool unattended = false;            ///< and it asks nothing and reboots afterwards
};

/// "RESCUE controller-0:~ # " as bash makes it from PS1.
std::string shell_prompt();

/// The command that recovers by itself: "nrear --non-interactive recover" or "nrear recover --automatic".
std::vector<std::string> automatic_command(const SessionOptions& options);

/// PID 1's children on the consoles.
class Sessions {
public:
    Sessions(std::vector<Console> consoles, SessionOptions options);
    /// Starts what should run and doesn't; a session that ended at once waits a moment. Call it after every signal and at least every second.
    void start_missing();
    /// PID 1 reaped this child.
    void ended(pid_t pid);

private:
    struct Session {
        Console console;
        bool automatic = false;  ///< its next start recovers instead of opening a shell
        pid_t pid = -1;
        std::chrono::steady_clock::time_point not_before{};
    };
    pid_t start(const Session& session) const;

    std::vector<Session> sessions_;
    SessionOptions options_;
};

}  // namespace nrear::system
