// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/rename_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

bool rename_in_file(const std::string& path, const RenameDevices& rename) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        throw system_error("open " + path, errno);
    }
    const auto text = base::read_all(fd.get(), path);
    auto renamed = rename_devices(text, rename.names);
    if (renamed == text) {
        return false;
    }
    if (path.ends_with("/grubenv")) {
        renamed = fit_grubenv(std::move(renamed), text.size());
    }
    if (lseek(fd.get(), 0, SEEK_SET) != 0 || ftruncate(fd.get(), 0) != 0) {
        throw system_error("rewrite " + path, errno);
    }
    base::write_all(fd.get(), base::as_bytes(renamed), path);
    return true;
}

void rename_below(const std::string& path, const RenameDevices& rename, std::vector<std::string>& changed) {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0) {
        return;
    }
    if (S_ISREG(facts.st_mode) && rename_in_file(path, rename)) {
        changed.push_back(path);
    }
}

}  // namespace

std::string fit_grubenv(std::string text, std::size_t size) {
    while (text.size() > size && text.ends_with('#')) {
        text.pop_back();
    }
    if (text.size() > size) {
        throw Error(ErrorKind::kGeneral, "rewrite grubenv", "it has no room for the new names");
    }
    return text + std::string(size - text.size(), '#');
}

std::vector<std::string> rename_in_files(const RenameDevices& rename) {
    std::vector<std::string> changed;
    for (const auto& path : rename.files) {
        struct stat facts {};
        if (lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) {
            for (const auto& name : base::Root("/").list(path)) {
                rename_below(base::cat(path, "/", name), rename, changed);
            }
        } else {
            rename_below(path, rename, changed);
        }
    }
    return changed;
}

}  // namespace nrear::plan
