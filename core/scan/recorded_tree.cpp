// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/recorded_tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/scan/mounts.h"

namespace nrear::scan {

namespace {

using base::cat;

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// An absolute target as seen from the directory of the link, so that it stays inside the tree.
std::string relative(const std::string& link, const std::string& target) {
    if (!target.starts_with('/')) {
        return target;
    }
    std::string up;
    for (auto depth = std::count(link.begin(), link.end(), '/'); depth > 1; --depth) {
        up += "../";
    }
    const auto inside = target.substr(std::min(target.find_first_not_of('/'), target.size()));
    return cat(up, inside).empty() ? "." : cat(up, inside);
}

}  // namespace

void RecordedTree::on_entry(const std::string& path, const base::FileFacts& facts) {
    const auto type = facts.mode & static_cast<std::uint32_t>(S_IFMT);
    if (type != S_IFLNK) {
        entries_[settled(path)].directory = type == S_IFDIR;
    }
}

void RecordedTree::on_link(const std::string& path, const std::string& target) {
    if (path == "/proc/self") {
        self_ = "/proc/" + target;  // another process tomorrow: what is in it is recorded under the name that was asked for
    } else {
        entries_[settled(path)].target = target;
    }
}

void RecordedTree::on_read(const std::string& path, const std::string& content) { entries_[settled(path)].content = content; }

void RecordedTree::on_list(const std::string& directory, const std::vector<std::string>& names) {
    const auto place = settled(directory);
    auto& entry = entries_[place];
    entry.directory = true;
    entry.listed = true;
    for (const auto& name : names) {
        const auto path = cat(place == "/" ? "" : place, "/", name);
        if (path != self_) {
            entries_.try_emplace(path);
        }
    }
}

std::string RecordedTree::settled(const std::string& path) const {
    if (!self_.empty() && is_within(path, self_)) {
        return "/proc/self" + path.substr(self_.size());
    }
    return path;
}

bool RecordedTree::has_children(const std::string& path) const {
    const auto next = entries_.upper_bound(path + "/");
    return next != entries_.end() && next->first.starts_with(path + "/");
}

void RecordedTree::each_content(const std::function<void(const std::string&, const std::string&)>& take) const {
    for (const auto& [path, entry] : entries_) {
        if (entry.content) {
            take(path, *entry.content);
        }
    }
}

void RecordedTree::write(const std::string& directory, const std::function<std::string(const std::string&)>& change) const {
    base::make_directories(directory, 0755);
    for (const auto& [path, entry] : entries_) {
        const auto full = directory + change(path);
        base::make_directories(directory_of(full), 0755);
        if (entry.target) {
            if (symlink(relative(path, change(*entry.target)).c_str(), full.c_str()) != 0) {
                throw system_error("record " + path, errno);
            }
        } else if (!entry.directory && !has_children(path)) {
            base::write_file(full, change(entry.content.value_or("")), 0644);
        } else {
            base::make_directories(full, 0755);
            // Version control keeps no empty directories; in one that is listed the mark would be seen.
            if (!entry.listed && !has_children(path)) {
                base::write_file(full + "/.exists", "", 0644);
            }
        }
    }
}

}  // namespace nrear::scan
