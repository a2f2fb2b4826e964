// SPDX-License-Identifier: GPL-3.0-or-later
// Whether to trust the server that answered: known_hosts, the question to the operator, the refusals.
#pragma once

#include <vector>

#include "transport/sftp.h"
#include "transport/ssh_connection.h"

namespace nrear::transport {

/// What all known_hosts files say about the server. Files that do not exist are passed over. Throws Error when one cannot be read.
/// With a pinned key that key alone.
std::vector<KnownHost> known_hosts_of(const Location& location, const SshOptions& options);

/// Judges the key that the server has shown in its handshake. Unknown: asked on a terminal, accepted with accept_new_host_key, and then
/// added to the first file; else refused. Changed or revoked: always refused. Throws Error (kHostKey).
ServerIdentity check_host_key(const SshConnection& connection, const Location& location, const std::vector<KnownHost>& known,
                              const SshOptions& options, base::Questions& questions, base::Log& log);

}  // namespace nrear::transport
