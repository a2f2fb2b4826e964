// SPDX-License-Identifier: GPL-3.0-or-later
// The SFTP subsystem of an SSH session as a ByteChannel.
#include <libssh/callbacks.h>
#include <libssh/server.h>  // ssh_send_keepalive()

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "transport/ssh_connection.h"

namespace nrear::transport {

namespace {

using base::cat;
using std::chrono::milliseconds;

/// A read of this size leaves libssh's receive window as it is, and the window is opened anew when half of it is used up: a window
/// adjustment for each packet would cost as much as the packet.
constexpr std::size_t kSmallRead = 256 * 1024;

class SshChannel final : public ByteChannel {
public:
    explicit SshChannel(std::shared_ptr<SshConnection> connection)
        : connection_(std::move(connection)), channel_(ssh_channel_new(connection_->session()), ssh_channel_free) {
        if (!channel_) {
            throw Error(ErrorKind::kGeneral, "open an SSH channel", connection_->reason());
        }
        callbacks_.channel_data_function = drop_messages;
        ssh_callbacks_init(&callbacks_);
        ssh_set_channel_callbacks(channel_.get(), &callbacks_);
    }

    void open() {
        if (connection_->drive("open a channel", SSH_AGAIN, [this] { return ssh_channel_open_session(channel_.get()); }) != SSH_OK) {
            throw Error(ErrorKind::kNetwork, cat("open a channel to ", connection_->target().host), connection_->reason(),
                        "check the log of sshd on the server");
        }
        if (connection_->drive("start SFTP", SSH_AGAIN, [this] { return ssh_channel_request_sftp(channel_.get()); }) != SSH_OK) {
            if (ssh_is_connected(connection_->session()) == 0) {
                lost();
            }
            throw Error(ErrorKind::kGeneral, cat("start SFTP on ", connection_->target().host), connection_->reason(),
                        "the server's sshd_config needs a line like \"Subsystem sftp internal-sftp\"");
        }
    }

    std::size_t send(base::Bytes bytes) override {
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 1024 * 1024));
        const int taken = ssh_channel_write(channel_.get(), bytes.data(), count);
        if (taken < 0) {
            lost();
        }
        return static_cast<std::size_t>(taken);
    }

    std::size_t receive(base::MutableBytes buffer, milliseconds longest) override {
        const bool open_window = since_opened_ == 0 || since_opened_ >= buffer.size() / 2;
        const auto count = open_window ? buffer.size() : std::min(buffer.size(), kSmallRead);
        const int got = ssh_channel_read_timeout(channel_.get(), buffer.data(), static_cast<std::uint32_t>(count), 0, static_cast<int>(longest.count()));
        if (got < 0 && got != SSH_AGAIN) {
            lost();
        }
        if (got <= 0) {
            if (ssh_channel_is_eof(channel_.get()) != 0 || ssh_channel_is_closed(channel_.get()) != 0) {
                throw Error(ErrorKind::kNetwork, cat("talk to ", connection_->target().host), "the server ended the SFTP session",
                            "check the log of sshd on the server");
            }
            return 0;
        }
        since_opened_ = (open_window ? 0 : since_opened_) + static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got);
    }

    void wait(milliseconds longest) override { connection_->wait_io(longest); }

    std::uint64_t heard() const override { return connection_->heard(); }

    void ping() override {
        // One call sends or collects the answer to the one before; so the second sends when the first has collected.
        ssh_send_keepalive(connection_->session());
        ssh_send_keepalive(connection_->session());
    }

    void cut() noexcept override { connection_->cut(); }

private:
    /// What the server writes to standard error is for nobody; kept, it would fill our memory.
    static int drop_messages(ssh_session, ssh_channel, void*, std::uint32_t length, int is_stderr, void*) {
        return is_stderr != 0 ? static_cast<int>(length) : 0;
    }

    [[noreturn]] void lost() const {
        throw Error(ErrorKind::kNetwork, cat("talk to ", connection_->target().host), cat("the connection broke: ", connection_->reason()),
                    "check the network and the server, then run it again");
    }

    std::shared_ptr<SshConnection> connection_;
    ssh_channel_callbacks_struct callbacks_{};
    std::unique_ptr<ssh_channel_struct, void (*)(ssh_channel)> channel_;
    std::size_t since_opened_ = 0;
};

}  // namespace

std::unique_ptr<ByteChannel> open_sftp_channel(std::shared_ptr<SshConnection> connection) {
    auto channel = std::make_unique<SshChannel>(std::move(connection));
    channel->open();
    return channel;
}

}  // namespace nrear::transport
