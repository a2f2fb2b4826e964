// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/connection.h"

#include "core/base/error.h"
#include "transport/local_transport.h"

namespace nrear::backup {

namespace {

struct Opened {
    std::unique_ptr<transport::Transport> transport;
    std::optional<transport::ServerIdentity> identity;
};

Opened open(const transport::Location& location, const transport::SshOptions& options, base::Questions& questions, base::Log& log) {
    switch (location.scheme) {
        case transport::Scheme::kFile:
            return {std::make_unique<transport::LocalTransport>(), std::nullopt};
        case transport::Scheme::kSftp:
        case transport::Scheme::kSshfs: {
            auto sftp = transport::connect_sftp(location, options, questions, log);
            auto identity = sftp->server();
            return {std::move(sftp), std::move(identity)};
        }
        case transport::Scheme::kNull:
            break;
    }
    throw Error(ErrorKind::kConfig, "connect to " + location.text(), "no archive can be kept there", "set BACKUP_URL=sftp://user@server/path/");
}

}  // namespace

Servers Connection::servers() const {
    return {backup.get(), !iso_is_uploaded ? nullptr : output ? output.get() : backup.get()};
}

Connection connect(const Places& places, const transport::SshOptions& options, base::Questions& questions, base::Log& log) {
    Connection connection;
    connection.iso_is_uploaded = places.output.scheme != transport::Scheme::kNull;
    auto location = places.backup;
    const bool one_serves_both = places.backup.same_account(places.output);
    if (one_serves_both && !location.password) {
        location.password = places.output.password;
    }
    auto opened = open(location, options, questions, log);
    connection.backup = std::move(opened.transport);
    connection.identity = std::move(opened.identity);
    if (connection.iso_is_uploaded && !one_serves_both) {
        connection.output = open(places.output, options, questions, log).transport;
    }
    return connection;
}

}  // namespace nrear::backup
