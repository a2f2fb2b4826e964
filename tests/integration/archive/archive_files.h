// SPDX-License-Identifier: GPL-3.0-or-later
// Archives in local files for the tests.
#pragma once

#include <fcntl.h>

#include <string>

#include "archive/backup.h"
#include "archive/restore.h"
#include "core/base/fd_stream.h"
#include "core/base/unique_fd.h"

namespace nrear::archive::test {

inline BackupSummary back_up(BackupOptions options, const std::string& file) {
    const base::UniqueFd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    base::FdSink sink(fd.get(), file);
    base::NullProgress progress;
    return write_backup(options, sink, progress);
}

inline RestoreSummary restore(const std::string& file, const std::string& target) {
    base::FileSource source(file);
    base::NullProgress progress;
    return restore_backup(source, {.target = target}, progress);
}

inline std::string listed(const std::vector<FileWarning>& warnings) {
    std::string text;
    for (const auto& warning : warnings) {
        text += warning.path + ": " + warning.detail + "\n";
    }
    return text;
}

}  // namespace nrear::archive::test
