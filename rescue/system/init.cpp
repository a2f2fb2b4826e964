// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/init.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <functional>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/layout/network.h"
#include "rescue/record/rescue_record.h"
#include "rescue/system/console.h"
#include "rescue/system/devices.h"
#include "rescue/system/image_check.h"
#include "rescue/system/kernel_arguments.h"
#include "rescue/system/mounts.h"
#include "rescue/system/multipath.h"
#include "rescue/system/network_setup.h"
#include "rescue/system/power.h"
#include "rescue/system/session.h"

namespace nrear::system {

namespace {

using base::cat;

constexpr const char* kLogPath = "/var/log/nrear/rescue.log";
constexpr const char* kProgram = "/usr/sbin/nrear";

/// The start of the rescue system. Every stage may fail without taking the others with it: a shell on a half-started system still helps.
class Boot {
public:
    /// The consoles to open sessions on.
    Sessions run() {
        stage("mount the kernel's file systems", [&] { take_problems(mount_kernel_file_systems()); });
        attach_console();
        stage("open the log", [&] { open_log(); });
        stage("read the kernel command line", [&] { arguments_ = parse_kernel_arguments(base::read_file("/proc/cmdline")); });
        quiet_kernel();
        stage("check the rescue system", [&] { take_problems(check_image(base::Root("/"))); });
        stage("read what is to be recovered", [&] { read_record(); });
        stage("prepare commands", [&] { prepare_commands(); });
        stage("load drivers", [&] { take_problems(load_drivers(record_.modules_to_load, runner_, *log_)); });
        stage("put multipath disks together", [&] { take_problems(start_multipath(base::Root("/"), runner_, *log_)); });
        stage("set up the network", [&] { set_up_network(); });
        stage("find the consoles", [&] { consoles_ = present_consoles(); });
        if (consoles_.empty()) {
            consoles_ = list_consoles({}, {}, "");
        }
        return {consoles_, session_options()};
    }

    base::Log& log() { return *log_; }

private:
    void stage(const char* what, const std::function<void()>& action) {
        try {
            log_->info(what);
            action();
        } catch (const Error& error) {
            complain(error.what());
        } catch (const std::exception& error) {
            complain(cat(what, ": ", error.what()));
        }
    }

    void complain(const std::string& line) {
        log_->error(line);
        problems_.push_back(line);
    }

    void take_problems(const std::vector<std::string>& lines) {
        for (const auto& line : lines) {
            complain(line);
        }
    }

    /// The kernel opened it only when the image holds the device node.
    static void attach_console() {
        const base::UniqueFd console(open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC));
        const base::UniqueFd nothing(console ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC));
        const int fd = console ? console.get() : nothing.get();
        for (const int standard : {0, 1, 2}) {
            if (fd >= 0 && fd != standard) {
                dup2(fd, standard);
            }
        }
    }

    void open_log() {
        base::make_directories("/var/log/nrear");
        own_log_ = base::open_log_file(kLogPath, base::LogLevel::kDebug);
        log_ = own_log_.get();
    }

    /// Its messages would run through what is typed; warnings and worse still show, all with `debug`.
    void quiet_kernel() const {
        constexpr int kSetConsoleLevel = 8;
        constexpr int kErrors = 4;
        if (!arguments_.debug) {
            klogctl(kSetConsoleLevel, nullptr, kErrors);
        }
    }

    void read_record() {
        record_ = record::rescue_record_from_json(base::read_file(record::kRescueRecordPath), record::kRescueRecordPath);
        if (sethostname(record_.hostname.c_str(), record_.hostname.size()) != 0) {
            throw system_error("set the host name " + record_.hostname, errno);
        }
    }

    static void prepare_commands() {
        for (const char* name : {"reboot", "poweroff", "halt"}) {
            const std::string path = cat("/usr/sbin/", name);
            unlink(path.c_str());  // the node's own talks to an init that is not here
            if (symlink(kProgram, path.c_str()) != 0) {
                throw system_error("make " + path, errno);
            }
        }
        base::make_directories("/root");
        // readline's bracketed paste writes escape sequences before each prompt, which a serial line's recorder keeps.
        base::write_file("/etc/nrear/inputrc", "set enable-bracketed-paste off\nset bell-style none\n", 0644);
    }

    void set_up_network() {
        if (arguments_.no_network) {
            notes_.emplace_back("Network: off (noip on the kernel command line)");
        }
        for (const auto& text : record_.networking_preparation) {
            base::Command command;
            command.argv = {"/bin/bash", "-c", text};
            command.time_limit = std::chrono::seconds(60);
            stage("run NETWORKING_PREPARATION_COMMANDS", [&] { base::run_checked(runner_, command); });
        }
        const auto network = layout::network_from_json(base::read_file(record::kNetworkPath));
        const auto plan = plan_network(network, list_cards(base::Root("/")), arguments_, record_.use_dhcp);
        for (const auto& note : plan.notes) {
            log_->warning(note);
            notes_.push_back("Network: " + note);
        }
        take_problems(carry_out(plan, runner_, *log_));
        for (const auto& address : current_addresses()) {
            notes_.push_back("Network: " + address);
        }
    }

    std::vector<Console> present_consoles() const {
        const auto all = list_consoles(record_.consoles, arguments_.consoles, base::Root("/").read_line("/sys/class/tty/console/active"));
        std::vector<Console> present;
        for (const auto& console : all) {
            if (open_console(console)) {
                present.push_back(console);
            }
        }
        return present;
    }

    SessionOptions session_options() const {
        SessionOptions options;
        options.hostname = record_.hostname;
        options.automatic = arguments_.automatic;
        options.unattended = arguments_.unattended;
        options.greeting = {"", cat("nrear rescue system of ", record_.hostname, ", made ", record_.created)};
        options.greeting.insert(options.greeting.end(), notes_.begin(), notes_.end());
        for (const auto& problem : problems_) {
            options.greeting.push_back("Problem: " + base::printable(problem));
        }
        if (!problems_.empty()) {
            options.greeting.push_back(cat("(the log is ", kLogPath, ")"));
        }
        options.greeting.insert(options.greeting.end(), {"", "Welcome to nrear. Run \"nrear recover\" to restore your system !", ""});
        return options;
    }

    base::PosixCommandRunner runner_;
    std::unique_ptr<base::Log> own_log_;
    base::Log* log_ = &base::null_log();
    KernelArguments arguments_;
    record::RescueRecord record_;
    std::vector<Console> consoles_;
    std::vector<std::string> notes_;
    std::vector<std::string> problems_;
};

/// Signals wait until sigtimedwait takes them: PID 1 has no handlers and can't be surprised.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGCHLD, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGPIPE}) {
        sigaddset(&signals, number);
    }
    sigprocmask(SIG_SETMASK, &signals, nullptr);
    return signals;
}

void reap(Sessions& sessions) {
    for (pid_t pid = waitpid(-1, nullptr, WNOHANG); pid > 0; pid = waitpid(-1, nullptr, WNOHANG)) {
        sessions.ended(pid);
    }
}

}  // namespace

void run_init() {
    const sigset_t signals = block_signals();
    reboot(RB_DISABLE_CAD);  // Ctrl-Alt-Del becomes SIGINT to us
    setenv("PATH", std::string(base::kToolPath).c_str(), 1);
    umask(022);
    Boot boot;
    Sessions sessions = boot.run();
    while (true) {
        sessions.start_missing();
        constexpr timespec kSecond{1, 0};
        if (const auto action = power_action_for(sigtimedwait(&signals, nullptr, &kSecond))) {
            shut_down(*action, boot.log());
        }
        reap(sessions);
    }
}

}  // namespace nrear::system
