// SPDX-License-Identifier: GPL-3.0-or-later
// The line to the server, or the two lines when archive and ISO go to different places.
#pragma once

#include <memory>
#include <optional>

#include "core/base/log.h"
#include "core/base/questions.h"
#include "rescue/backup/commit.h"
#include "rescue/backup/places.h"
#include "transport/place.h"

namespace nrear::backup {

struct Connection {
    std::unique_ptr<transport::Transport> backup;
    std::unique_ptr<transport::Transport> output;        ///< null when `backup` serves both, or the ISO stays on the node
    bool iso_is_uploaded = false;
    std::optional<transport::ServerIdentity> identity;   ///< of the archive's server; nothing for file://

    Servers servers() const;
};

/// One connection when both URLs mean the same account: then a password in either URL serves both and nothing is asked. Throws Error.
Connection connect(const Places& places, const transport::LineOptions& options, base::Questions& questions, base::Log& log);

}  // namespace nrear::backup
