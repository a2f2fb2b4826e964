// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/read_back.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/backup/commit.h"

namespace nrear::backup {

using base::cat;

void read_back(const BackupContext& context, transport::Transport& server, const Places& places, catalog::CheckDepth depth, record::BackupRecord& record) {
    if (depth.percent == 0) {
        return;
    }
    catalog::Backup stored;
    stored.record = record;
    stored.archive_path = uncommitted(places.archive_path);
    stored.index_path = uncommitted(places.index_path);
    const auto open = catalog::open_archive(server, stored, {.temporary = context.settings.scalar("TMPDIR"), .rebuild = false}, context.progress);
    const auto report = catalog::check(open, record, depth, context.progress);
    record.verified = catalog::verification_of(report, depth.percent, base::utc_time());
    for (const auto& line : catalog::problem_lines(report)) {
        context.log.error(line);
    }
    if (!report.sound()) {
        throw Error(ErrorKind::kIntegrity, cat("read back what ", server.description(), " has stored"), record.verified->problem,
                    "this backup was not put in place, the one before is as it was; look for defects of the server's disk and memory, and run it again");
    }
    context.progress.message(cat("Read back ", base::human_size(report.bytes), " (", record.verified->how, "): as it was written"));
}

}  // namespace nrear::backup
