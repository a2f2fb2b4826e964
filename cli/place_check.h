// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the place of the backups is there at all: "no backups" must not be said of a directory that does not exist or of a share that is not mounted.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/root.h"
#include "transport/location.h"
#include "transport/transport.h"

namespace nrear::cli {

struct PlaceFinding {
    std::optional<Error> error;  ///< kGeneral: there is no such directory; kNetwork: what belongs there is not mounted
    std::string warning;         ///< it is not mounted, but something lies in the directory under it; "" = nothing to say
    bool empty = false;          ///< file:// only: there is nothing in it at all
};

/// `root`: of this machine, for /etc/fstab and /proc/self/mountinfo. Throws Error of the transport.
PlaceFinding look_at_place(transport::Transport& server, const transport::Location& location, const base::Root& root);

/// The mount point at or above `path` that fstab names and where nothing is mounted; "" = none. Pure.
std::string missing_mount(std::string_view path, const std::string& fstab, std::string_view mountinfo);

}  // namespace nrear::cli
