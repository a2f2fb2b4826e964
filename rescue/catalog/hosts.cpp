// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/hosts.h"

#include <algorithm>

#include "core/base/error.h"
#include "rescue/catalog/names.h"

namespace nrear::catalog {

namespace {

constexpr std::size_t kMostDirectories = 200;

std::vector<transport::FileInfo> listed(transport::Transport& server, const std::string& directory) {
    try {
        return server.list(directory);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kGeneral) {
            throw;
        }
        return {};
    }
}

bool holds_archive(transport::Transport& server, const std::string& directory) {
    const auto files = listed(server, directory);
    return std::any_of(files.begin(), files.end(), [](const auto& file) { return !file.is_directory && is_archive_name(file.name); });
}

}  // namespace

std::vector<std::string> hosts_in(transport::Transport& server, const std::string& parent, const std::string& own) {
    std::vector<std::string> hosts;
    std::size_t looked = 0;
    for (const auto& entry : listed(server, parent)) {
        const bool may_be_host = entry.is_directory && entry.name != own && !is_history_name(entry.name) && !entry.name.ends_with(kOldCopySuffix);
        if (may_be_host && looked++ < kMostDirectories && holds_archive(server, in(parent, entry.name))) {
            hosts.push_back(entry.name);
        }
    }
    return hosts;
}

}  // namespace nrear::catalog
