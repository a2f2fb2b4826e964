// SPDX-License-Identifier: GPL-3.0-or-later
// From a URL's Location to a Transport that lasts: the one way in which workflows reach a place for backups.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "transport/line.h"
#include "transport/sftp.h"

namespace nrear::transport {

struct LineOptions {
    SshOptions ssh;                        ///< how to log in; file:// needs none of it
    std::chrono::seconds retry_time{600};  ///< RETRY_TIME: how long a broken line is tried again without progress; 0 = not at all
    std::uint64_t limit_rate = 0;          ///< LIMIT_RATE: bytes a second for all files together; 0 = no limit
    std::function<void(const std::string&)> warn = [](const std::string&) {};  ///< the line broke. May be called from any thread that uses the place
    std::function<void(const std::string&)> tell = [](const std::string&) {};  ///< how the tries go
};

struct Place {
    std::unique_ptr<Transport> transport;
    std::optional<ServerIdentity> identity;  ///< nothing for file://
};

/// `questions` and `log` outlive the transport and its open files. Throws Error, as connect_sftp() does; kConfig for null: and what is no place.
Place open_place(const Location& location, const LineOptions& options, base::Questions& questions, base::Log& log);

}  // namespace nrear::transport
