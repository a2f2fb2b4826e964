// SPDX-License-Identifier: GPL-3.0-or-later
// fork + exec with pipes and poll. The child gets its own process group, so that a time-out or an interruption ends its children too.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/base/command.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::base {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_error("make a pipe", errno);
    }
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Everything that the child needs, made before fork: after it only async-signal-safe calls are allowed.
struct Prepared {
    std::string program;
    std::vector<std::string> environment_text;
    std::vector<char*> argv;
    std::vector<char*> environment;
};

Prepared prepare(const Command& command) {
    Prepared prepared;
    const Root root(command.root.empty() ? "/" : command.root);
    const auto found = find_program(root, command.argv.at(0));
    if (!found) {
        throw Error(ErrorKind::kGeneral, "run " + command.argv[0], cat("no such program in ", command.root.empty() ? "" : command.root + " under ", kToolPath));
    }
    prepared.program = *found;
    auto environment = command.environment;
    environment.try_emplace("PATH", kToolPath);
    environment.try_emplace("LC_ALL", "C");
    if (const char* terminal = getenv("TERM")) {
        environment.try_emplace("TERM", terminal);
    }
    for (const auto& [name, value] : environment) {
        prepared.environment_text.push_back(cat(name, "=", value));
    }
    const auto pointers = [](const std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (const auto& text : texts) {
            out.push_back(const_cast<char*>(text.c_str()));
        }
        out.push_back(nullptr);
        return out;
    };
    prepared.argv = pointers(command.argv);
    prepared.environment = pointers(prepared.environment_text);
    return prepared;
}

[[noreturn]] void become(const Command& command, const Prepared& prepared, int input, int output, int error_output, int report) {
    if (!command.inherit_output) {
        setpgid(0, 0);
        dup2(input, 0);
        dup2(output, 1);
        dup2(error_output, 2);
    }
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) {
        sigaction(number, &action, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (command.root.empty() || (chroot(command.root.c_str()) == 0 && chdir("/") == 0)) {
        execve(prepared.program.c_str(), prepared.argv.data(), prepared.environment.data());
    }
    const int error_number = errno;
    [[maybe_unused]] const auto written = ::write(report, &error_number, sizeof error_number);
    _exit(127);
}

/// The child; destroyed before its end it is killed with its whole group and reaped.
class Child {
public:
    explicit Child(pid_t pid, bool own_group) : pid_(pid), own_group_(own_group) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            send(SIGTERM);
            for (int i = 0; i < 20 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
                poll(nullptr, 0, 50);
            }
            send(SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    bool has_ended() const {
        siginfo_t facts{};
        return waitid(P_PID, static_cast<id_t>(pid_), &facts, WEXITED | WNOHANG | WNOWAIT) == 0 && facts.si_pid == pid_;
    }
    void send(int signal_number) const { kill(own_group_ ? -pid_ : pid_, signal_number); }
    int wait() {
        int status = 0;
        while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t pid_;
    bool own_group_;
};

/// Calls on_line for each whole line; what follows the last newline waits.
struct LineFeed {
    const std::function<void(std::string_view)>& on_line;
    std::string rest;
    void take(std::string_view text) {
        if (!on_line) {
            return;
        }
        rest += text;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
            on_line(std::string_view(rest).substr(0, end));
            rest.erase(0, end + 1);
        }
    }
};

/// One of the child's output pipes.
struct Capture {
    UniqueFd fd;
    std::string* text;
    LineFeed lines;
    void pump() {
        std::array<char, 65536> buffer;
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got > 0) {
            text->append(buffer.data(), static_cast<std::size_t>(got));
            lines.take({buffer.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || errno != EINTR) {
            fd.reset();
        }
    }
};

void feed(UniqueFd& input, std::string_view& text) {
    const ssize_t written = ::write(input.get(), text.data(), text.size());
    if (written > 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (text.empty() || (written < 0 && errno != EINTR && errno != EAGAIN)) {
        input.reset();
    }
}

/// Moves bytes until the child has closed its outputs, or has ended: what a script leaves in the background keeps them open, and may run for ever.
/// Returns false at the deadline.
bool exchange(const Command& command, const Child& child, UniqueFd& input, std::array<Capture, 2>& captures, Clock::time_point deadline) {
    constexpr long long kLookEvery = 500;  // milliseconds
    constexpr std::chrono::seconds kPatience{5};
    std::string_view left = command.input;
    std::optional<Clock::time_point> ended;
    while (captures[0].fd || captures[1].fd) {
        std::array<pollfd, 4> polled{pollfd{captures[0].fd.get(), POLLIN, 0}, pollfd{captures[1].fd.get(), POLLIN, 0},
                                     pollfd{input.get(), POLLOUT, 0}, pollfd{interrupt_fd(), POLLIN, 0}};
        const auto remaining = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (command.time_limit.count() > 0 && remaining <= 0) {
            return false;
        }
        const int wait = static_cast<int>(command.time_limit.count() > 0 ? std::min<long long>(remaining + 1, kLookEvery) : kLookEvery);
        const int ready = poll(polled.data(), polled.size(), wait);
        if (ready < 0 && errno != EINTR) {
            throw system_error("wait for " + command.argv[0], errno);
        }
        check_interrupt();
        if (ended && (ready == 0 || Clock::now() - *ended > kPatience)) {
            return true;  // all that it wrote itself has been read
        }
        if (!ended && child.has_ended()) {
            ended = Clock::now();
        }
        for (std::size_t i = 0; i < captures.size(); ++i) {
            if (polled[i].revents != 0) {
                captures[i].pump();
            }
        }
        if (polled[2].revents != 0) {
            feed(input, left);
        }
    }
    return true;
}

}  // namespace

CommandResult PosixCommandRunner::run(const Command& command) {
    const Prepared prepared = prepare(command);
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Pipe error_output = make_pipe();
    Pipe report = make_pipe();
    const pid_t pid = fork();
    if (pid < 0) {
        throw system_error("start " + prepared.program, errno);
    }
    if (pid == 0) {
        become(command, prepared, input.read_end.get(), output.write_end.get(), error_output.write_end.get(), report.write_end.get());
    }
    Child child(pid, !command.inherit_output);
    for (UniqueFd* fd : {&input.read_end, &output.write_end, &error_output.write_end, &report.write_end}) {
        fd->reset();
    }
    int exec_error = 0;
    if (::read(report.read_end.get(), &exec_error, sizeof exec_error) == sizeof exec_error) {
        child.wait();
        throw system_error("run " + prepared.program, exec_error);
    }
    CommandResult result;
    if (command.inherit_output) {
        result.status = child.wait();
        return result;
    }
    fcntl(input.write_end.get(), F_SETFL, O_NONBLOCK);
    std::array<Capture, 2> captures{Capture{std::move(output.read_end), &result.output, {command.on_line, {}}},
                                    Capture{std::move(error_output.read_end), &result.error_output, {command.on_line, {}}}};
    if (command.input.empty()) {
        input.write_end.reset();
    }
    if (!exchange(command, child, input.write_end, captures, Clock::now() + command.time_limit)) {
        result.timed_out = true;
        child.send(SIGTERM);
        poll(nullptr, 0, 500);
        child.send(SIGKILL);
    }
    result.status = child.wait();
    return result;
}

bool PosixCommandRunner::exists(const std::string& name) { return find_program(Root("/"), name).has_value(); }

}  // namespace nrear::base
