// SPDX-License-Identifier: GPL-3.0-or-later
#include "loop_file_system.h"

#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"

namespace nrear::archive::test {

base::CommandResult run(std::vector<std::string> argv) {
    base::PosixCommandRunner runner;
    base::Command command;
    command.argv = std::move(argv);
    command.time_limit = std::chrono::seconds(300);
    return base::run_checked(runner, command);
}

LoopFileSystem::LoopFileSystem(std::uint64_t size, std::uint64_t inodes) : mount_point_(directory_.path() + "/mnt") {
    if (geteuid() != 0) {
        FAIL("this test mounts file systems and gives files away: run it as root");
    }
    const std::string image = directory_.path() + "/image";
    base::write_file(image, "");
    REQUIRE(truncate(image.c_str(), static_cast<off_t>(size)) == 0);
    base::make_directories(mount_point_);
    run({"mkfs.ext4", "-q", "-E", "lazy_itable_init=1,nodiscard", "-O", "ea_inode", "-N", std::to_string(inodes), image});
    run({"mount", "-o", "loop,acl,user_xattr", image, mount_point_});
    REQUIRE(rmdir((mount_point_ + "/lost+found").c_str()) == 0);
}

LoopFileSystem::~LoopFileSystem() { base::unmount_below(mount_point_, true); }

}  // namespace nrear::archive::test
