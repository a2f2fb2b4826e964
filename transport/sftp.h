// SPDX-License-Identifier: GPL-3.0-or-later
// SFTP over one SSH connection: sftp:// and sshfs:// URLs alike.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/base/questions.h"
#include "transport/location.h"
#include "transport/resumable.h"

namespace nrear::transport {

struct SshOptions {
    std::vector<std::string> known_hosts_files{"/root/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"};  ///< first one is written to
    std::vector<std::string> identity_files{"/root/.ssh/id_ed25519", "/root/.ssh/id_ecdsa", "/root/.ssh/id_rsa"};  ///< those that exist are tried
    bool use_agent = true;                        ///< SSH_AUTH_SOCK
    bool accept_new_host_key = false;             ///< --accept-new-host-key
    std::optional<std::string> password;          ///< from --password-file / NREAR_PASSWORD_FILE; else the URL's, else asked for once
    std::optional<std::string> pinned_host_key;   ///< a line of known_hosts: no other key is taken, whatever the files say
    std::vector<std::string> pinned_addresses;    ///< connect to these instead of resolving the name (rescue system)
    std::uint64_t rekey_bytes = 0;                ///< keys are exchanged anew after so many; 0 = as the cipher asks for
    std::uint64_t limit_rate = 0;                 ///< bytes a second that will be sent or asked for: requests are made so small that they pass evenly; 0 = any
    std::chrono::seconds connect_time_limit{30};
    std::chrono::seconds idle_time_limit{60};     ///< no byte from the server for so long while we wait for one: kNetwork
};

/// What was learnt while connecting, to be carried into the rescue image.
struct ServerIdentity {
    std::string address;           ///< numeric address that answered
    std::string known_hosts_line;  ///< "host keytype base64" (with [host]:port when the port is not 22)
    std::string fingerprint;       ///< "SHA256:…"
};

class SftpTransport : public ResumableTransport {
public:
    virtual const ServerIdentity& server() const = 0;
};

/// Connects, checks the host key, authenticates (agent, keys, password from options or URL, then a question). Throws Error: kNetwork, kHostKey, kAuthentication.
std::unique_ptr<SftpTransport> connect_sftp(const Location& location, const SshOptions& options, base::Questions& questions, base::Log& log);

/// The content of a password file without its line end. Throws Error (kConfig) when others can read it, with the chmod to type.
std::string read_password_file(const std::string& path);

}  // namespace nrear::transport
