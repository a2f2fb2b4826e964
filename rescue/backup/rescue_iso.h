// SPDX-License-Identifier: GPL-3.0-or-later
// From the layout to the rescue ISO: what the image must hold, then initramfs and ISO. Only these two are ever staged on the node's disks.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/byte_stream.h"
#include "core/layout/layout.h"
#include "rescue/backup/backup_workflow.h"
#include "rescue/backup/places.h"
#include "rescue/image/kernel.h"
#include "rescue/image/manifest.h"
#include "rescue/record/rescue_record.h"
#include "transport/sftp.h"

namespace nrear::backup {

/// All that can fail for want of something on the node, decided before the server is asked or anything is written.
struct RescuePlan {
    image::Kernel kernel;
    image::ImageManifest manifest;  ///< without the records, which follow when the server is known
};

/// Throws Error: no kernel or modules, a required program that is missing.
RescuePlan plan_rescue(const BackupContext& context, const layout::Layout& layout);

struct RescueFacts {
    std::string backup_id;
    std::string created;                                 ///< RFC 3339
    std::optional<transport::ServerIdentity> identity;
};

struct RescueIso {
    std::uint64_t size = 0;
    std::string sha256;
    std::uint64_t initramfs_size = 0;
};

/// Writes the ISO to ISO_DIR and, when `upload` is not null, to it too (not finished here). Throws Error.
RescueIso make_rescue_iso(const BackupContext& context, const layout::Layout& layout, const Places& places, RescuePlan plan, const RescueFacts& facts,
                          base::Sink* upload);

}  // namespace nrear::backup
