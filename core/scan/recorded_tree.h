// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps what is read through a Root, to write it as a tree from which the same reads give the same answers.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/root.h"

namespace nrear::scan {

class RecordedTree final : public base::RootObserver {
public:
    void on_entry(const std::string& path, const base::FileFacts& facts) override;
    void on_link(const std::string& path, const std::string& target) override;
    void on_read(const std::string& path, const std::string& content) override;
    void on_list(const std::string& directory, const std::vector<std::string>& names) override;

    /// Every file whose content was read.
    void each_content(const std::function<void(const std::string& path, const std::string& content)>& take) const;

    /// Writes it below `directory`, every path, target and content through `change`. A file that was not read is empty, devices and sockets are too;
    /// symlinks become relative; modes and owners are not kept. Throws Error.
    void write(const std::string& directory, const std::function<std::string(const std::string&)>& change) const;

private:
    struct Entry {
        bool directory = false;
        bool listed = false;
        std::optional<std::string> target;   ///< of a symlink
        std::optional<std::string> content;
    };
    std::string settled(const std::string& path) const;
    bool has_children(const std::string& path) const;

    std::map<std::string, Entry> entries_;
    std::string self_;  ///< "/proc/4711", what /proc/self leads to
};

}  // namespace nrear::scan
