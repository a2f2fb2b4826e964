// SPDX-License-Identifier: GPL-3.0-or-later
// A real OpenSSH server on a loopback port, with its own keys, accounts and disk, in a mount namespace of the test's own: the host's files stay as they are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/temp_dir.h"
#include "transport/sftp.h"

namespace nrear::transport::testing {

/// The account on the server and its password (with the characters that URLs make hard).
inline constexpr const char* kAccount = "nrear-test";
inline constexpr const char* kPassword = "p@ss:w0rd#1";
/// A writable directory of that account on a disk of 64 MiB.
inline constexpr const char* kDisk = "/mnt/disk";

class SshServer {
public:
    struct Setup {
        std::vector<std::string> config;              ///< lines before the usual ones: the first wins
        std::string sftp_command = "internal-sftp";
        std::vector<std::string> host_key_types{"ed25519", "rsa"};
    };

    SshServer() : SshServer(Setup{}) {}
    explicit SshServer(const Setup& setup);
    ~SshServer();
    SshServer(const SshServer&) = delete;
    SshServer& operator=(const SshServer&) = delete;

    std::uint16_t port() const { return port_; }
    /// Where its keys are: host_ed25519, host_ed25519.pub, …, known_hosts with all of them, user_key (may log in).
    std::string directory() const { return directory_.path(); }
    std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
    std::string log() const;
    /// Kills the processes that serve connections, with no word to anybody; the server goes on listening. How many it were.
    int kill_sessions() const;
    void stop();
    /// Listens again, at the same port.
    void start();

    /// The account on this server (through `port` if given), password included.
    Location location(std::uint16_t port = 0) const;
    /// known_hosts with the server's keys; no agent, no identity files.
    SshOptions options() const;
    /// known_hosts for another port (of a proxy).
    SshOptions options_for(std::uint16_t port) const;

private:
    void make_keys(const Setup& setup);
    void write_config(const Setup& setup);

    base::TempDir directory_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

/// A free port of the loopback interface.
std::uint16_t free_port();

/// Runs a program to its end and fails the test when it fails.
void run(const std::vector<std::string>& argv);

/// An empty directory of the account on kDisk; the one before is removed.
std::string fresh_directory();

}  // namespace nrear::transport::testing
