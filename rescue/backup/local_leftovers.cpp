// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/local_leftovers.h"

#include <algorithm>

#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/text.h"

namespace nrear::backup {

namespace {

/// "<prefix>.Ab3xYz": what mkdtemp and mkostemp make of our templates.
bool is_ours(const std::string& name, const std::string& prefix) {
    constexpr std::size_t kRandom = 6;
    const auto letter_or_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return name.size() == prefix.size() + 1 + kRandom && name.starts_with(prefix + ".") &&
           std::all_of(name.end() - static_cast<std::ptrdiff_t>(kRandom), name.end(), letter_or_digit);
}

unsigned remove_in(const std::string& directory, const std::string& prefix) {
    unsigned removed = 0;
    for (const auto& name : base::Root("/").list(directory)) {
        if (is_ours(name, prefix)) {
            base::remove_tree(base::cat(directory, "/", name));
            ++removed;
        }
    }
    return removed;
}

}  // namespace

unsigned remove_local_leftovers(const std::string& temporary_parent, const std::string& local_iso_path) {
    const auto slash = local_iso_path.rfind('/');
    return remove_in(temporary_parent, kWorkName) + remove_in(local_iso_path.substr(0, slash), local_iso_path.substr(slash + 1));
}

}  // namespace nrear::backup
