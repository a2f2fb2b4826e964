// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/session.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/base/command.h"
#include "core/base/text.h"
#include "rescue/system/power.h"

namespace nrear::system {

namespace {

using base::cat;

constexpr unsigned kSecondsBeforeReboot = 30;
constexpr std::chrono::seconds kRespawnDelay{1};

void say(const std::string& line) {
    const std::string text = line + "\n";
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, text.data(), text.size());
}

/// In the child: the console becomes its terminal. False when there is no such line.
bool take_console(const Console& console) {
    setsid();
    base::UniqueFd fd = open_console(console);
    if (!fd || ioctl(fd.get(), TIOCSCTTY, 1) != 0) {
        return false;
    }
    for (const int standard : {0, 1, 2}) {
        dup2(fd.get(), standard);
    }
    return true;
}

void restore_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        sigaction(number, &action, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void set_environment(const Console& console) {
    clearenv();
    setenv("PATH", std::string(base::kToolPath).c_str(), 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("LOGNAME", "root", 1);
    setenv("SHELL", "/bin/bash", 1);
    setenv("TERM", terminal_type(console).c_str(), 1);
    setenv("PS1", shell_prompt().c_str(), 1);
    setenv("INPUTRC", "/etc/nrear/inputrc", 1);
    if (chdir("/root") != 0) {
        [[maybe_unused]] const int result = chdir("/");
    }
}

/// No start files: what the node's would do here nobody knows, and PS1 must stay.
[[noreturn]] void become_shell() {
    execl("/bin/bash", "bash", "--noprofile", "--norc", "-i", nullptr);
    execl("/bin/sh", "sh", "-i", nullptr);
    say(cat("There is no shell here (/bin/bash: ", strerror(errno), ")."));
    sleep(60);
    _exit(127);
}

int run_in_foreground(const std::vector<std::string>& argv) {
    const pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        // The terminal goes to the new group; without SIGTTOU ignored this very call would stop us.
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        std::vector<char*> pointers;
        for (const auto& word : argv) {
            pointers.push_back(const_cast<char*>(word.c_str()));
        }
        pointers.push_back(nullptr);
        execv("/proc/self/exe", pointers.data());
        _exit(127);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    signal(SIGTTOU, SIG_DFL);
    return pid < 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

volatile sig_atomic_t stopped = 0;

/// True when the time has passed without Ctrl-C.
bool count_down() {
    struct sigaction action {};
    action.sa_handler = [](int) { stopped = 1; };
    sigaction(SIGINT, &action, nullptr);
    say(cat("The machine reboots in ", kSecondsBeforeReboot, " seconds (Ctrl-C to stop that)."));
    for (unsigned tenths = kSecondsBeforeReboot * 10; tenths > 0 && stopped == 0; --tenths) {
        poll(nullptr, 0, 100);
    }
    signal(SIGINT, SIG_DFL);
    return stopped == 0;
}

/// Recovers; afterwards the machine reboots, or a shell stays to look around.
void recover_by_itself(const SessionOptions& options) {
    const auto argv = automatic_command(options);
    const int status = run_in_foreground(argv);
    if (status != 0) {
        say("");
        say(cat("nrear recover ended with exit status ", status, ": this machine is NOT recovered. The log is in /var/log/nrear/."));
        say("Run \"nrear recover\" to try again.");
        return;
    }
    if (options.unattended && count_down()) {
        kill(1, signal_for(PowerAction::kReboot));
        pause();
    }
}

}  // namespace

std::string shell_prompt() { return "RESCUE \\h:\\w # "; }

std::vector<std::string> automatic_command(const SessionOptions& options) {
    if (options.unattended) {
        return {"nrear", "--non-interactive", "recover"};
    }
    return {"nrear", "recover", "--automatic"};
}

Sessions::Sessions(std::vector<Console> consoles, SessionOptions options) : options_(std::move(options)) {
    for (auto& console : consoles) {
        sessions_.push_back({std::move(console), false, -1, {}});
    }
    if (!sessions_.empty()) {
        sessions_.back().automatic = options_.automatic;
    }
}

pid_t Sessions::start(const Session& session) const {
    const pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    restore_signals();
    if (!take_console(session.console)) {
        _exit(126);
    }
    set_environment(session.console);
    for (const auto& line : options_.greeting) {
        say(line);
    }
    if (session.automatic) {
        recover_by_itself(options_);
    } else if (options_.automatic) {
        say(cat("\"nrear recover\" runs by itself on ", sessions_.back().console.name, "."));
    }
    become_shell();
}

void Sessions::start_missing() {
    const auto now = std::chrono::steady_clock::now();
    for (auto& session : sessions_) {
        if (session.pid > 0 || now < session.not_before) {
            continue;
        }
        session.not_before = now + kRespawnDelay;
        session.pid = start(session);
        session.automatic = false;
    }
}

void Sessions::ended(pid_t pid) {
    for (auto& session : sessions_) {
        if (session.pid == pid) {
            session.pid = -1;
        }
    }
}

}  // namespace nrear::system
