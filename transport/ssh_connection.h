// SPDX-License-Identifier: GPL-3.0-or-later
// One SSH session over a socket of ours: handshake, waiting with deadlines and interruption, the SFTP channel.
// libssh never blocks here: it is asked step by step, and all waiting is done in wait_io(). Whom to trust is not decided here.
#pragma once

#include <libssh/libssh.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/byte_channel.h"
#include "transport/known_hosts.h"
#include "transport/tcp_connect.h"

namespace nrear::transport {

struct SshTarget {
    std::string host;      ///< for messages
    std::uint16_t port = 22;
    std::string account;   ///< whom to log in as
    std::string host_key_algorithms;
    std::uint64_t rekey_bytes = 0;  ///< 0 = as the cipher asks for
    std::chrono::milliseconds handshake_limit{30000};  ///< also for each answer while logging in
};

class SshConnection {
public:
    SshConnection(TcpConnection connection, SshTarget target);
    ~SshConnection();
    SshConnection(const SshConnection&) = delete;
    SshConnection& operator=(const SshConnection&) = delete;

    /// Exchanges keys. The server is not to be trusted before its key has been judged. Throws Error (kNetwork).
    void handshake();
    HostKey server_key() const;
    std::string fingerprint() const;  ///< of server_key(): "SHA256:…"

    /// By the banner: OpenSSH on something that is like Unix.
    bool server_is_openssh() const;

    /// Calls `step` until it returns something else than `again`, waiting for the server in between; `doing` is for the Error of a time-out.
    int drive(const std::string& doing, int again, const std::function<int()>& step);
    /// What libssh says went wrong last, fit for a terminal.
    std::string reason() const;
    ssh_session session() const { return session_.get(); }
    const SshTarget& target() const { return target_; }
    const std::string& address() const { return connection_.address; }

    /// Until the socket can be read (or written, when something waits to be), at most that long, or a signal arrives.
    void wait_io(std::chrono::milliseconds longest) const;
    /// Resets the connection: what the kernel has not sent yet is dropped, and the server hears of it at once.
    void cut() noexcept;
    /// Bytes that came over the socket.
    std::uint64_t heard() const { return counter_.in_bytes; }

private:
    void keep_non_blocking() const;

    TcpConnection connection_;
    SshTarget target_;
    ssh_counter_struct counter_{};
    std::unique_ptr<ssh_session_struct, void (*)(ssh_session)> session_;
};

/// Whether a server that introduces itself so (RFC 4253, 4.2) is OpenSSH on something that is like Unix. Pure.
bool names_openssh(std::string_view banner);

/// "SHA256:…" of a key from known_hosts; nothing readable for a type that libssh does not know.
std::string fingerprint_of(const HostKey& key);

/// Opens the subsystem "sftp" on a connection that is logged in. Throws Error: kGeneral when the server offers none, kNetwork.
std::unique_ptr<ByteChannel> open_sftp_channel(std::shared_ptr<SshConnection> connection);

}  // namespace nrear::transport
