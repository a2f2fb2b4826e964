// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the place of the backup has room: before anything is sent, and while the archive grows. Ends a run only where it is certain that it must fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/byte_stream.h"
#include "transport/transport.h"

namespace nrear::backup {

/// What is known of the bytes that the place will have to take; 0 = nothing.
struct SpaceNeeds {
    std::uint64_t last_archive = 0;  ///< the earlier backup's archive: the best guess at this one's
    std::uint64_t tree_bytes = 0;    ///< in use on the file systems to be backed up: what is read at most, before it is packed
    std::uint64_t last_iso = 0;      ///< the earlier ISO, when a new one goes to the same place afterwards
};

/// Before the archive is begun. A warning, "" when there is room. Throws Error (kNoSpaceRemote) when there is less than half of what the last backup took.
std::string judge_space(const transport::Space& space, const SpaceNeeds& needs, const std::string& directory);

/// Passes everything on, and asks for the free space each GiB and each half minute. Warns once when the rest will hardly fit; throws Error (kNoSpaceRemote), with
/// the figures, when there is not even room for the ISO that follows: without it the archive would be for nothing.
class SpaceWatch final : public base::Sink {
public:
    using Clock = std::chrono::steady_clock;
    using Ask = std::function<std::optional<transport::Space>()>;  ///< may throw Error

    /// `out` outlives it. `directory` is for messages.
    SpaceWatch(base::Sink& out, SpaceNeeds needs, std::string directory, Ask ask, std::function<void(const std::string&)> warn, std::function<Clock::time_point()> now = Clock::now);
    void write(base::Bytes bytes) override;

private:
    void look();

    base::Sink& out_;
    SpaceNeeds needs_;
    std::string directory_;
    Ask ask_;
    std::function<void(const std::string&)> warn_;
    std::function<Clock::time_point()> now_;
    std::uint64_t written_ = 0;
    std::uint64_t looked_at_ = 0;
    Clock::time_point looked_when_;
    bool warned_ = false;
    bool cannot_tell_ = false;
};

}  // namespace nrear::backup
