// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/place.h"

#include "core/base/error.h"
#include "transport/lasting_transport.h"
#include "transport/limited_transport.h"
#include "transport/local_transport.h"
#include "transport/remembered_secrets.h"

namespace nrear::transport {

namespace {

/// What `connect` makes, now and later, with its limits.
std::unique_ptr<Transport> lasting(std::unique_ptr<ResumableTransport> first, Line::Connect connect, const LineOptions& options) {
    if (options.limit_rate > 0) {
        const auto limit = std::make_shared<RateLimit>(options.limit_rate);
        first = std::make_unique<LimitedTransport>(std::move(first), limit);
        connect = [unlimited = std::move(connect), limit] { return std::make_unique<LimitedTransport>(unlimited(), limit); };
    }
    if (options.retry_time.count() == 0) {
        return first;
    }
    RetryOptions retry;
    retry.give_up_after = options.retry_time;
    retry.warn = options.warn;
    retry.tell = options.tell;
    return std::make_unique<LastingTransport>(std::move(first), std::move(connect), std::move(retry));
}

Place open_server(const Location& location, const LineOptions& options, base::Questions& questions, base::Log& log) {
    const auto secrets = std::make_shared<RememberedSecrets>(questions);
    auto ssh = options.ssh;
    ssh.limit_rate = options.limit_rate;
    auto first = connect_sftp(location, ssh, *secrets, log);
    auto identity = first->server();
    ssh.pinned_host_key = identity.known_hosts_line;
    const auto connect = [location, ssh, secrets, &log]() -> std::unique_ptr<ResumableTransport> { return connect_sftp(location, ssh, *secrets, log); };
    return {lasting(std::move(first), connect, options), std::move(identity)};
}

}  // namespace

Place open_place(const Location& location, const LineOptions& options, base::Questions& questions, base::Log& log) {
    switch (location.scheme) {
        case Scheme::kFile: {
            const auto connect = []() -> std::unique_ptr<ResumableTransport> { return std::make_unique<LocalTransport>(); };
            return {lasting(connect(), connect, options), std::nullopt};
        }
        case Scheme::kSftp:
        case Scheme::kSshfs:
            return open_server(location, options, questions, log);
        case Scheme::kNull:
            break;
    }
    throw Error(ErrorKind::kConfig, "connect to " + location.text(), "no archive can be kept there", "set BACKUP_URL=sftp://user@server/path/");
}

}  // namespace nrear::transport
