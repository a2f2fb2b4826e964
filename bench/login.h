// SPDX-License-Identifier: GPL-3.0-or-later
// How a program of bench/ is told to log in to a server: --known-hosts FILE --key FILE, beside the URL. Nothing of the user's own is looked at.
#pragma once

#include <string>

#include "bench/command_line.h"
#include "transport/sftp.h"

namespace nrear::bench {

inline transport::SshOptions login_by_key() { return {.use_agent = false}; }

/// Takes the value when the word is one of these options; false when it is another.
inline bool take_login(const std::string& word, CommandLine& line, transport::SshOptions& login) {
    if (word == "--known-hosts") {
        login.known_hosts_files = {line.value()};
    } else if (word == "--key") {
        login.identity_files = {line.value()};
    } else {
        return false;
    }
    return true;
}

}  // namespace nrear::bench
