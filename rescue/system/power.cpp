// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/power.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/mount_table.h"
#include "core/base/text.h"
#include "rescue/record/rescue_record.h"

namespace nrear::system {

namespace {

struct Power {
    PowerAction action;
    const char* name;
    const char* doing;
    int signal_number;
    unsigned reboot_command;
};

constexpr std::array<Power, 3> kPowers{{
    {PowerAction::kReboot, "reboot", "Rebooting", SIGTERM, RB_AUTOBOOT},
    {PowerAction::kPowerOff, "poweroff", "Switching off", SIGUSR2, RB_POWER_OFF},
    {PowerAction::kHalt, "halt", "Halting", SIGUSR1, RB_HALT_SYSTEM},
}};

const Power& power_of(PowerAction action) {
    return *std::find_if(kPowers.begin(), kPowers.end(), [&](const Power& it) { return it.action == action; });
}

void reap() {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

/// True when no process but the caller and the kernel's threads is left within the time.
bool wait_until_alone(int tenths) {
    for (int i = 0; i < tenths; ++i) {
        reap();
        if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) {
            return true;
        }
        usleep(100'000);
    }
    return false;
}

/// Memory and kernel file systems hold nothing to lose.
bool lies_on_disk(const base::MountEntry& mount) { return mount.source.starts_with("/dev/"); }

void unmount_disks(base::Log& log) {
    // Busy mounts become free when those on top of them are gone.
    for (int round = 0; round < 3; ++round) {
        bool any = false;
        for (const auto& mount : base::mounts_below(base::parse_mountinfo(base::read_file("/proc/self/mountinfo")), "/")) {
            const bool below_target = mount.path.starts_with("/mnt/");
            if (!lies_on_disk(mount) && !below_target) {
                continue;
            }
            any = true;
            if (umount2(mount.path.c_str(), UMOUNT_NOFOLLOW) != 0) {
                log.warning(base::cat("unmount ", mount.path, ": ", strerror(errno)));
                ::mount(nullptr, mount.path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr);
            }
        }
        if (!any) {
            return;
        }
    }
}

/// Outside of it PID 1 is somebody else, to whom these signals mean other things.
bool in_rescue_system() {
    if (access(record::kRescueRecordPath, F_OK) != 0) {
        return false;
    }
    struct stat init {};
    struct stat self {};
    if (stat("/proc/1/exe", &init) == 0 && stat("/proc/self/exe", &self) == 0 && init.st_dev == self.st_dev && init.st_ino == self.st_ino) {
        return true;
    }
    std::array<char, 64> program{};
    return readlink("/proc/1/exe", program.data(), program.size() - 1) > 0 && std::string_view(program.data()) == "/init";
}

}  // namespace

std::optional<PowerAction> power_action_of(const std::string& program_name) {
    const auto name = program_name.substr(program_name.rfind('/') + 1);
    const auto found = std::find_if(kPowers.begin(), kPowers.end(), [&](const Power& it) { return name == it.name; });
    return found == kPowers.end() ? std::nullopt : std::optional(found->action);
}

int signal_for(PowerAction action) { return power_of(action).signal_number; }

std::optional<PowerAction> power_action_for(int signal_number) {
    if (signal_number == SIGINT) {
        return PowerAction::kReboot;
    }
    const auto found = std::find_if(kPowers.begin(), kPowers.end(), [&](const Power& it) { return it.signal_number == signal_number; });
    return found == kPowers.end() ? std::nullopt : std::optional(found->action);
}

int run_power_command(const std::vector<std::string>& argv) {
    const auto action = argv.empty() ? std::nullopt : power_action_of(argv[0]);
    if (!action) {
        std::fprintf(stderr, "nrear: reboot, poweroff or halt?\n");
        return 2;
    }
    const Power& power = power_of(*action);
    if (!in_rescue_system()) {
        std::fprintf(stderr, "nrear: '%s' works only in the rescue system\n", power.name);
        return 2;
    }
    if (std::find(argv.begin() + 1, argv.end(), "-f") != argv.end()) {
        sync();
        reboot(static_cast<int>(power.reboot_command));
        std::fprintf(stderr, "%s: %s\n", power.name, strerror(errno));
        return 1;
    }
    if (kill(1, power.signal_number) != 0) {
        std::fprintf(stderr, "%s: %s\n", power.name, strerror(errno));
        return 1;
    }
    pause();  // so that nothing that was typed after this command is still run
    return 0;
}

void shut_down(PowerAction action, base::Log& log) {
    const Power& power = power_of(action);
    std::fprintf(stderr, "\r\n%s ...\r\n", power.doing);
    log.info(power.doing);
    try {
        kill(-1, SIGTERM);
        kill(-1, SIGHUP);  // shells ignore SIGTERM
        kill(-1, SIGCONT);
        if (!wait_until_alone(20)) {
            kill(-1, SIGKILL);
            wait_until_alone(20);
        }
        for (const auto& swap : base::parse_swaps(base::read_file("/proc/swaps"))) {
            swapoff(swap.path.c_str());
        }
        unmount_disks(log);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\r\n", error.what());
    }
    sync();
    reboot(static_cast<int>(power.reboot_command));
    while (true) {  // halted, or the kernel refused: PID 1 must not end
        pause();
    }
}

}  // namespace nrear::system
