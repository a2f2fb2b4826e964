// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an SSH agent is there and alive. libssh waits for an agent without end, so a dead one must not get that far.
#pragma once

namespace nrear::transport {

/// Asks the agent at SSH_AUTH_SOCK for its keys (draft-miller-ssh-agent, 3.5); true when it has some. Waits five seconds at most. Throws Interrupted.
bool agent_answers();

}  // namespace nrear::transport
