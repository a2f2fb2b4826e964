// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/connection.h"

namespace nrear::backup {

Servers Connection::servers() const {
    return {backup.get(), !iso_is_uploaded ? nullptr : output ? output.get() : backup.get()};
}

Connection connect(const Places& places, const transport::LineOptions& options, base::Questions& questions, base::Log& log) {
    Connection connection;
    connection.iso_is_uploaded = places.output.scheme != transport::Scheme::kNull;
    auto location = places.backup;
    const bool one_serves_both = places.backup.same_account(places.output);
    if (one_serves_both && !location.password) {
        location.password = places.output.password;
    }
    auto opened = transport::open_place(location, options, questions, log);
    connection.backup = std::move(opened.transport);
    connection.identity = std::move(opened.identity);
    if (connection.iso_is_uploaded && !one_serves_both) {
        connection.output = transport::open_place(places.output, options, questions, log).transport;
    }
    return connection;
}

}  // namespace nrear::backup
