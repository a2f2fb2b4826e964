// SPDX-License-Identifier: GPL-3.0-or-later
// A private directory (0700) that is gone, with all in it, at the end of its scope.
#pragma once

#include <cstdlib>
#include <string>

#include "core/base/error.h"
#include "core/base/fd_stream.h"

namespace nrear::base {

class TempDir {
public:
    /// Made below `parent`, which must exist, as "<name>.Ab3xYz". Throws Error.
    explicit TempDir(const std::string& parent = "/var/tmp", const std::string& name = "nrear") : path_(parent + "/" + name + ".XXXXXX") {
        if (mkdtemp(path_.data()) == nullptr) {
            throw system_error("make a directory below " + parent, errno);
        }
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() { remove_tree(path_); }
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace nrear::base
