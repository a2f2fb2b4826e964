// SPDX-License-Identifier: GPL-3.0-or-later
// Proving to the server who we are: agent, keys, password, questions. Each way is tried once: a wrong password locks accounts.
#pragma once

#include "transport/sftp.h"
#include "transport/ssh_connection.h"

namespace nrear::transport {

/// Call only after the host key has been judged. Throws Error: kAuthentication (says what was tried and what to set), kNetwork; Interrupted.
void log_in(SshConnection& connection, const Location& location, const SshOptions& options, base::Questions& questions, base::Log& log);

}  // namespace nrear::transport
