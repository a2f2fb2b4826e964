// SPDX-License-Identifier: GPL-3.0-or-later
// Transport over SFTP: the connection is made here, step by step; each operation is a few calls of sftp_calls.h.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "transport/host_key.h"
#include "transport/sftp.h"
#include "transport/sftp_files.h"
#include "transport/ssh_login.h"

namespace nrear::transport {

namespace {

using base::cat;

std::string name_of(const std::string& path) {
    const auto end = path.find_last_not_of('/');
    return end == std::string::npos ? "/" : path.substr(0, end + 1).substr(path.find_last_of('/', end) + 1);
}

FileInfo info_of(std::string name, const Attributes& attributes) {
    return {std::move(name), attributes.size.value_or(0), attributes.mtime.value_or(0), attributes.mode && S_ISDIR(*attributes.mode)};
}

class SessionTransport final : public SftpTransport {
public:
    SessionTransport(std::shared_ptr<SftpSession> session, ServerIdentity server) : session_(std::move(session)), server_(std::move(server)) {}

    std::unique_ptr<Upload> start(const std::string& path) override { return std::make_unique<SftpSink>(session_, path); }

    std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) override { return std::make_unique<SftpSink>(session_, path, offset); }

    std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) override {
        return std::make_unique<SftpSource>(session_, path, position);
    }

    std::optional<FileInfo> stat(const std::string& path) override {
        const auto lock = session_->lock();
        session_->settle(path);
        const auto attributes = session_->calls().stat(path);
        return attributes ? std::optional(info_of(name_of(path), *attributes)) : std::nullopt;
    }

    std::vector<FileInfo> list(const std::string& directory) override {
        const auto lock = session_->lock();
        std::vector<FileInfo> files;
        for (auto& entry : session_->calls().list(directory)) {
            files.push_back(info_of(std::move(entry.name), entry.attributes));
        }
        std::sort(files.begin(), files.end(), [](const FileInfo& a, const FileInfo& b) { return a.name < b.name; });
        return files;
    }

    void make_directories(const std::string& path) override {
        const auto lock = session_->lock();
        make_with_parents(path);
    }

    void rename(const std::string& from, const std::string& to) override {
        const auto lock = session_->lock();
        session_->replace(from, to);
    }

    void remove(const std::string& path) override {
        const auto lock = session_->lock();
        session_->settle(path);
        session_->calls().remove(path);
    }

    void remove_directory(const std::string& path) override {
        const auto lock = session_->lock();
        session_->calls().remove_directory(path);
    }

    std::optional<Space> space(const std::string& directory) override {
        const auto lock = session_->lock();
        const auto facts = session_->calls().file_system(directory);
        return facts ? std::optional(facts->space) : std::nullopt;
    }

    std::string description() const override { return cat(session_->account(), " (", server_.address, ") by SFTP"); }
    std::vector<std::string> warnings() const override { return session_->warnings(); }
    const ServerIdentity& server() const override { return server_; }

private:
    /// From the end of the path upwards: a confined user may be refused a look at the parents of what he may write to.
    void make_with_parents(const std::string& path) {
        auto& calls = session_->calls();
        if (const auto there = calls.stat(path)) {
            if (there->mode && !S_ISDIR(*there->mode)) {
                throw Error(ErrorKind::kGeneral, cat("make the directory ", base::printable(path), " on ", session_->account()), "something that is no directory has that name");
            }
            return;
        }
        const auto end = path.find_last_not_of('/');
        const auto slash = end == std::string::npos ? end : path.find_last_of('/', end);
        if (slash != std::string::npos && slash != 0) {
            make_with_parents(path.substr(0, slash));
        }
        calls.make_directory(path);
    }

    std::shared_ptr<SftpSession> session_;
    ServerIdentity server_;
};

/// Under a limit of the rate a request passes in a twentieth of a second, and a quarter of a second's worth is on its way: enough for 200 ms.
WireLimits wire_limits(const SshOptions& options) {
    WireLimits limits{.silence = options.idle_time_limit, .request = 10 * std::chrono::duration_cast<std::chrono::milliseconds>(options.idle_time_limit)};
    if (options.limit_rate > 0) {
        constexpr std::uint64_t kLeast = 64 * 1024;
        limits.request_data = static_cast<std::size_t>(std::min<std::uint64_t>(options.limit_rate / 20, SIZE_MAX));
        limits.channels = 1;
        limits.window.least = static_cast<std::size_t>(std::clamp<std::uint64_t>(options.limit_rate / 4, kLeast, limits.window.least));
    }
    return limits;
}

}  // namespace

std::unique_ptr<SftpTransport> connect_sftp(const Location& location, const SshOptions& options, base::Questions& questions, base::Log& log) {
    const auto known = known_hosts_of(location, options);
    auto tcp = connect_tcp({.host = location.host,
                            .port = location.port,
                            .pinned_addresses = options.pinned_addresses,
                            .time_limit = options.connect_time_limit,
                            .silence_limit = options.idle_time_limit});
    log.debug(cat("connected to ", location.host, " at ", tcp.address, " port ", location.port));
    auto connection = std::make_shared<SshConnection>(std::move(tcp), SshTarget{.host = location.host,
                                                                                .port = location.port,
                                                                                .account = location.account(),
                                                                                .host_key_algorithms = host_key_algorithms(known),
                                                                                .rekey_bytes = options.rekey_bytes,
                                                                                .handshake_limit = options.connect_time_limit});
    connection->handshake();
    auto server = check_host_key(*connection, location, known, options, questions, log);
    log_in(*connection, location, options, questions, log);
    log.debug(cat("logged in as ", location.account(), ", cipher ", ssh_get_cipher_out(connection->session())));
    const auto limits = wire_limits(options);
    auto first = open_sftp_channel(connection);
    // Whether several sessions may write to one file at once is the server's affair: OpenSSH's write to the file itself, those of others may stage it.
    SftpSession::Another another;
    if (connection->server_is_openssh()) {
        another = [connection = std::move(connection)] { return open_sftp_channel(connection); };
    }
    auto session = std::make_shared<SftpSession>(std::move(first), limits, cat(location.account(), "@", location.host), another);
    return std::make_unique<SessionTransport>(std::move(session), std::move(server));
}

std::string read_password_file(const std::string& path) {
    const auto what = "read the password file " + path;
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts {};
    if (!fd || ::fstat(fd.get(), &facts) != 0) {
        throw Error(ErrorKind::kConfig, what, std::strerror(errno));
    }
    if ((facts.st_mode & 077) != 0) {
        throw Error(ErrorKind::kConfig, what, "others than its owner may read it", "chmod 600 " + base::shell_quote(path));
    }
    auto text = base::read_all(fd.get(), path);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    if (text.empty() || text.find_first_of(std::string_view("\n\0", 2)) != std::string::npos) {
        throw Error(ErrorKind::kConfig, what, text.empty() ? "it is empty" : "it has more than one line", "write the password alone into it");
    }
    return text;
}

}  // namespace nrear::transport
