// SPDX-License-Identifier: GPL-3.0-or-later
// An ext4 file system in a sparse file, mounted for the length of a scope: files sealed with chattr and full disks go with it.
#pragma once

#include <string>
#include <vector>

#include "core/base/command.h"
#include "core/base/temp_dir.h"

namespace nrear::archive::test {

/// Runs a program and fails the test unless its status is 0.
base::CommandResult run(std::vector<std::string> argv);

class LoopFileSystem {
public:
    explicit LoopFileSystem(std::uint64_t size = std::uint64_t{1} << 30, std::uint64_t inodes = 100000);
    LoopFileSystem(const LoopFileSystem&) = delete;
    LoopFileSystem& operator=(const LoopFileSystem&) = delete;
    ~LoopFileSystem();
    const std::string& path() const noexcept { return mount_point_; }

private:
    base::TempDir directory_;
    std::string mount_point_;
};

}  // namespace nrear::archive::test
