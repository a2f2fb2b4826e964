// SPDX-License-Identifier: GPL-3.0-or-later
// A network file system whose server never answers: whoever asks it anything sleeps for ever. A scan and a backup must not ask.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "archive/backup.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "core/base/text.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/classify_mounts.h"
#include "core/scan/scan_host.h"

namespace nrear::storage_test {

namespace {

/// Exit status of `work` in a process of its own; nothing when it had to be killed.
std::optional<int> within(std::chrono::milliseconds limit, const std::function<int()>& work) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        _exit(work());
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return std::nullopt;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/// A mount by FUSE in a mount namespace of the calling process; nobody ever reads what the kernel asks.
int mount_dead(const std::string& path) {
    const int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const auto data = base::cat("fd=", fd, ",rootmode=40000,user_id=0,group_id=0");
    const bool done = fd >= 0 && unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      mount("filer:/export", path.c_str(), "fuse.sshfs", 0, data.c_str()) == 0;
    return done ? fd : -1;
}

class Nowhere final : public base::Sink {
public:
    void write(base::Bytes bytes) override { written += bytes.size(); }
    std::uint64_t written = 0;
};

constexpr auto kLimit = std::chrono::seconds(120);

int failed(const std::string& why) {
    std::cerr << why << "\n";
    return 1;
}

}  // namespace

TEST_CASE("a dead network mount holds up neither scan nor backup") {
    const base::TempDir directory;
    const auto dead = directory.path() + "/tree/net";
    base::make_directories(dead);
    base::write_file(directory.path() + "/tree/file", "kept");

    SECTION("whoever asks it does hang, or this test would prove nothing") {
        const auto status = within(std::chrono::seconds(2), [&] {
            struct statvfs facts {};
            return mount_dead(dead) < 0 ? 7 : statvfs(dead.c_str(), &facts) == 0 ? 0 : 1;
        });
        CHECK(!status);
    }
    SECTION("scan") {
        const auto status = within(kLimit, [&] {
            if (mount_dead(dead) < 0) {
                return failed("no FUSE mount");
            }
            const base::Root root("/");
            const scan::BlockDevices devices(root);
            bool listed = false;
            for (const auto& found : scan::classify_mounts(root, devices, scan::parse_mountinfo(root.read("/proc/self/mountinfo")), {}).directories) {
                listed = listed || (found.path == dead && found.reason == "network file system");
            }
            try {
                base::PosixCommandRunner runner;
                scan::BlkidProbe probe;
                scan::scan_host(root, runner, probe);
            } catch (const Error& error) {  // a container has no disks to speak of
                std::cerr << error.what() << "\n";
            }
            return listed ? 0 : failed("the mount is not in the list");
        });
        CHECK(status == 0);
    }
    SECTION("backup") {
        const auto status = within(kLimit, [&] {
            if (mount_dead(dead) < 0) {
                return failed("no FUSE mount");
            }
            Nowhere sink;
            base::NullProgress progress;
            std::vector<std::string> stored;
            archive::BackupOptions options{.selection = {.root = directory.path() + "/tree"}};
            options.on_file = [&](std::string_view path) { stored.emplace_back(path); };
            archive::write_backup(options, sink, progress);
            std::sort(stored.begin(), stored.end());
            return stored == std::vector<std::string>{"./", "file", "net/"} ? 0 : failed(base::join(stored, " "));
        });
        CHECK(status == 0);
    }
}

}  // namespace nrear::storage_test
