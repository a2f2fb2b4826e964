// SPDX-License-Identifier: GPL-3.0-or-later
// fit(Layout, disks that are there) -> a Layout on those disks, or what has to be asked first. Pure; nothing here touches a disk.
// A disk that was not matched by identity or named by the operator is never chosen silently unless it is blank.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/layout/layout.h"
#include "core/layout/present_disk.h"
#include "core/plan/resize.h"

namespace nrear::plan {

/// In FitOptions::map in place of a present disk: the recorded one is left out (leave_out.h).
inline constexpr const char* kNoDisk = "none";

struct FitOptions {
    std::map<std::string, std::string> map;  ///< recorded -> present disk, as the operator says: "vda" or "/dev/vda" -> "/dev/sda", or kNoDisk
    bool unattended = false;                 ///< nobody can confirm: whatever would need it is refused
    std::vector<std::string> write_protected_ids;  ///< WRITE_PROTECTED_IDS: partition table ids, UUIDs, serials or WWNs of disks never to write to
    std::vector<std::string> write_protected_label_patterns;  ///< WRITE_PROTECTED_FS_LABEL_PATTERNS: shell patterns for labels of file systems, "REAR*"
    ResizeOptions resize;                    ///< what takes the room of a larger disk
};

/// How a disk was found, the surest first.
enum class MatchedBy {
    kOperator,
    kWwn,
    kSerial,
    kTableId,  ///< an earlier recovery of this machine, which ended early, made its partition table
    kName,
    kSize,
};

struct DiskMatch {
    std::string recorded;            ///< node id: "disk:vda"
    std::string recorded_path;       ///< "/dev/vda"
    std::string present_path;        ///< "/dev/sda"
    MatchedBy by = MatchedBy::kOperator;
    bool needs_confirmation = false; ///< not blank, and neither identity nor the operator vouches for it
    std::string reason;              ///< for people: "same serial number S1", "the only blank disk that is large enough"
};

/// A recorded disk for which the operator has to choose.
struct OpenDisk {
    std::string recorded;
    std::string recorded_path;
    std::vector<std::string> candidates;  ///< paths of disks that could take it
    std::string why;                      ///< for people
    std::vector<std::string> without;     ///< what it would mean to leave it out; empty: that is not possible
    std::string needed;                   ///< why it cannot be left out, "" when it can
};

struct FitResult {
    layout::Layout layout;           ///< with the paths of the present disks; only meaningful when `open` is empty
    std::vector<DiskMatch> matches;  ///< in the layout's order
    std::vector<OpenDisk> open;      ///< to be decided with FitOptions::map; then fit again
    std::vector<std::pair<std::string, std::string>> renames;  ///< device names that changed, disks and partitions: "/dev/vda1" -> "/dev/sda1"
    std::vector<SizeChange> changes;  ///< what is larger or smaller than it was, from the disks up
    std::vector<std::string> notes;   ///< what else will not be as it was, for people
    std::vector<std::string> left_out;  ///< paths of the recorded disks that have no place
    std::vector<std::string> gone;    ///< names of what went with them, for PlanOptions::gone
    bool needs_confirmation() const;
};

/// Throws Error before anything is written:
/// kLayout when no disk is large enough even for what the data needs, or cannot take it for its sector size (with the numbers), and for a disk that cannot be
/// left out;
/// kWrongDisk when the operator named a disk that cannot be used, and, unattended, for everything that would have to be asked or confirmed.
FitResult fit(const layout::Layout& layout, const std::vector<layout::PresentDisk>& present, const FitOptions& options = {});

/// The changes and notes, for people; empty when everything is as it was.
std::vector<std::string> change_lines(const FitResult& fitted);

/// Bytes that a disk must have to take the recorded one's partitions as they are; least_disk_bytes() of resize.h: when they give way.
std::uint64_t needed_bytes(const layout::Layout& layout, const std::string& disk);

}  // namespace nrear::plan
