// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/new_entries.h"

#include <dirent.h>
#include <fcntl.h>

#include "core/base/text.h"

namespace nrear::archive {

NewEntries::NewEntries(KnownPaths& known, CompareSummary& summary, const std::function<void(const Change&)>& on_change, base::Progress& progress)
    : known_(known), summary_(summary), on_change_(on_change), progress_(progress) {}

void NewEntries::tree(int, std::string_view) {}

void NewEntries::directory(int, const struct stat&, std::string_view path) { met(path, true); }

void NewEntries::mount_point(int parent, const char* name, std::string_view path) {
    // A file that another one is mounted over is not seen: neither known nor new.
    struct stat facts {};
    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0 && S_ISDIR(facts.st_mode)) {
        met(path, true);
    }
}

void NewEntries::file(int, const char*, std::string_view path, unsigned char type, base::UniqueFd) {
    if (type != DT_SOCK) {  // a backup holds none
        met(path, false);
    }
}

void NewEntries::warning(FileWarning warning) {
    if (warning.kind == FileWarning::Kind::kVanished) {
        return;  // what is gone by now is not new
    }
    constexpr std::uint64_t kShown = 10;
    if (++summary_.unseen <= kShown) {
        progress_.warning(base::cat(base::printable(warning.path), ": not looked into for new files: ", warning.detail));
    }
}

void NewEntries::met(std::string_view path, bool is_directory) {
    progress_.transfer_at(summary_.bytes, summary_.entries + summary_.added);
    const std::string name = base::cat(path.substr(1), is_directory && path.size() > 1 ? "/" : "");
    if (!directory_.path.empty() && name.starts_with(directory_.path)) {
        ++directory_.entries;
        ++summary_.added;
        return;
    }
    finish();
    // A directory that became a file is told as that, by whoever compares what is known.
    if (known_.contains(name) || (!is_directory && known_.contains(name + "/"))) {
        return;
    }
    ++summary_.added;
    directory_ = {.path = name, .what = "new", .is_new = true, .entries = 0};
    if (!is_directory) {
        finish();
    }
}

void NewEntries::finish() {
    if (!directory_.path.empty()) {
        on_change_(directory_);
        directory_ = {};
    }
}

}  // namespace nrear::archive
