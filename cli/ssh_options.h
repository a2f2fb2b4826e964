// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line and the environment say about logging in to the backup server.
#pragma once

#include "cli/arguments.h"
#include "transport/sftp.h"

namespace nrear::cli {

/// --accept-new-host-key; the password from --password-file, else from the file that NREAR_PASSWORD_FILE names. Throws Error (kConfig) for a file that others can read.
transport::SshOptions ssh_options(const Arguments& arguments);

}  // namespace nrear::cli
