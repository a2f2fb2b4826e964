// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/space.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::backup {

namespace {

using base::cat;
using base::human_size;

constexpr std::uint64_t kLookEachBytes = 1ULL << 30;
constexpr std::chrono::seconds kLookEach{30};
/// A system packs to a third to a half of its size. What packs worse is rare enough to be no reason for a warning to everybody.
constexpr std::uint64_t kPacksTo = 3;
/// An ISO half as large as the last one would be another machine's.
constexpr std::uint64_t kIsoMayShrinkTo = 2;

const char* const kMakeRoom = "free space on the server or exclude more (BACKUP_PROG_EXCLUDE)";

/// Some servers answer with zeros for what they do not know.
bool is_known(const transport::Space& space) { return space.total != 0; }

}  // namespace

std::string judge_space(const transport::Space& space, const SpaceNeeds& needs, const std::string& directory) {
    if (!is_known(space)) {
        return {};
    }
    const auto free = human_size(space.available);
    if (needs.last_archive != 0) {
        if (space.available < needs.last_archive / 2) {
            throw Error(ErrorKind::kNoSpaceRemote, "make room for the backup in " + directory,
                        cat(free, " free, the last backup has ", human_size(needs.last_archive), ", and it is kept until the new one is complete"), kMakeRoom);
        }
        return space.available >= needs.last_archive + needs.last_iso ? "" : cat("The server has ", free, " free, the last backup had ", human_size(needs.last_archive + needs.last_iso), ".");
    }
    return space.available >= needs.tree_bytes / kPacksTo ? "" : cat("The server has ", free, " free, and ", human_size(needs.tree_bytes), " are to be backed up: packed they may not fit.");
}

SpaceWatch::SpaceWatch(base::Sink& out, SpaceNeeds needs, std::string directory, Ask ask, std::function<void(const std::string&)> warn,
                       std::function<Clock::time_point()> now)
    : out_(out), needs_(needs), directory_(std::move(directory)), ask_(std::move(ask)), warn_(std::move(warn)), now_(std::move(now)), looked_when_(now_()) {}

void SpaceWatch::write(base::Bytes bytes) {
    out_.write(bytes);
    written_ += bytes.size();
    if (!cannot_tell_ && (written_ - looked_at_ >= kLookEachBytes || now_() - looked_when_ >= kLookEach)) {
        look();
        looked_at_ = written_;
        looked_when_ = now_();
    }
}

void SpaceWatch::look() {
    std::optional<transport::Space> space;
    try {
        space = ask_();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::kNetwork) {
            throw;
        }
    }
    cannot_tell_ = !space || !is_known(*space);
    if (cannot_tell_) {
        return;
    }
    const auto free = human_size(space->available);
    if (needs_.last_iso != 0 && space->available < needs_.last_iso / kIsoMayShrinkTo) {
        throw Error(ErrorKind::kNoSpaceRemote, "go on with the backup in " + directory_,
                    cat(free, " of ", human_size(space->total), " are free after ", human_size(written_), " of the archive, and the rescue ISO (the last one has ", human_size(needs_.last_iso),
                        ") is still to come"),
                    cat(kMakeRoom, "; an earlier backup there is untouched"));
    }
    const auto rest = (needs_.last_archive > written_ ? needs_.last_archive - written_ : 0) + needs_.last_iso;
    if (!warned_ && space->available < rest) {
        warned_ = true;
        warn_(cat("The server has ", free, " free after ", human_size(written_), " of the archive; by the size of the last backup ", human_size(rest), " are still to come."));
    }
}

}  // namespace nrear::backup
