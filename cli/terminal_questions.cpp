// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/terminal_questions.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::cli {

namespace {

using base::cat;

/// Echo off, and on again however the scope is left. Keys that would stop or kill the process in between are off too: nothing could restore the echo then.
class EchoOff {
public:
    explicit EchoOff(int fd) : fd_(fd), active_(tcgetattr(fd, &before_) == 0) {
        if (!active_) {
            return;
        }
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
        silent.c_lflag |= ECHONL;
        silent.c_cc[VQUIT] = _POSIX_VDISABLE;
        silent.c_cc[VSUSP] = _POSIX_VDISABLE;
        active_ = tcsetattr(fd_, TCSADRAIN, &silent) == 0;
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;
    ~EchoOff() {
        if (active_) {
            tcsetattr(fd_, TCSADRAIN, &before_);
        }
    }

private:
    int fd_;
    termios before_{};
    bool active_;
};

constexpr std::size_t kLongestAnswer = 4096;

/// With one ": " behind it: an SSH server's own prompts come with theirs.
std::string as_prompt(std::string_view text) {
    text = base::trim(text);
    while (text.ends_with(':') || text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return base::cat(text, ": ");
}

/// By its key, or else by its number in the list.
const base::Choice* find_choice(const std::vector<base::Choice>& choices, const std::string& typed) {
    const auto key = std::find_if(choices.begin(), choices.end(), [&](const base::Choice& choice) { return base::to_lower(choice.key) == typed; });
    if (key != choices.end()) {
        return &*key;
    }
    const auto number = base::parse_u64(typed).value_or(0);
    return number >= 1 && number <= choices.size() ? &choices[number - 1] : nullptr;
}

}  // namespace

TerminalQuestions::TerminalQuestions(base::UniqueFd input, Output& out, QuestionOptions options, base::Log& log)
    : tty_(std::move(input)), out_(out), options_(options), log_(log) {}

void TerminalQuestions::say(const std::string& text) {
    Output(tty_.get(), out_.facts()).write(text);
}

std::optional<std::string> TerminalQuestions::read_line() {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + options_.time_limit;
    std::array<char, kLongestAnswer> buffer{};
    for (;;) {
        if (const auto end = pending_.find('\n'); end != std::string::npos) {
            std::string answer = pending_.substr(0, end);
            pending_.erase(0, end + 1);
            return answer;
        }
        int wait = -1;
        if (options_.time_limit.count() > 0) {
            wait = static_cast<int>(std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count()));
        }
        std::array<pollfd, 2> waits{{{tty_.get(), POLLIN, 0}, {base::interrupt_fd(), POLLIN, 0}}};
        const int ready = poll(waits.data(), waits.size(), wait);
        base::check_interrupt();
        if (ready == 0) {
            say("\n(no answer)\n");
            return std::nullopt;
        }
        if (ready < 0) {
            if (errno == EINTR) {
                continue;
            }
            return std::nullopt;
        }
        const ssize_t got = ::read(tty_.get(), buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0 || pending_.size() > kLongestAnswer) {
            return std::nullopt;
        }
        pending_.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

std::optional<std::string> TerminalQuestions::ask(const std::string& prompt) {
    if (!interactive()) {
        return std::nullopt;
    }
    out_.end_line();
    say(prompt);
    return read_line();
}

std::optional<std::string> TerminalQuestions::secret(const std::string& prompt) {
    if (!interactive()) {
        return std::nullopt;
    }
    log_.info(cat("asked for: ", prompt));
    const EchoOff silent(tty_.get());
    auto answer = ask(as_prompt(prompt));
    if (answer && answer->ends_with('\r')) {
        answer->pop_back();
    }
    return answer;
}

std::optional<std::string> TerminalQuestions::line(const std::string& prompt) {
    auto answer = ask(as_prompt(prompt));
    log_.info(cat("asked: ", prompt, ": ", answer ? base::printable(*answer) : "(no answer)"));
    return answer ? std::optional(std::string(base::trim(*answer))) : std::nullopt;
}

bool TerminalQuestions::confirm(const std::string& question, const std::string& word) {
    const auto answer = ask(cat(question, " (type ", word, " to go on): "));
    const bool yes = answer && base::trim(*answer) == word;
    log_.info(cat("asked: ", question, ": ", yes ? "yes" : "no"));
    return yes;
}

std::string TerminalQuestions::choose(const std::string& question, const std::vector<base::Choice>& choices, const std::string& safe_default) {
    if (!interactive()) {
        log_.info(cat("not asked: ", question, ": ", safe_default));
        return safe_default;
    }
    std::string menu = cat(question, "\n");
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const std::string key = choices[i].key == number ? "" : choices[i].text.empty() ? choices[i].key : choices[i].key + ": ";
        menu += cat("  ", number, ") ", key, choices[i].text, "\n");
    }
    constexpr int kTries = 5;
    std::string prompt = menu;
    for (int i = 0; i < kTries; ++i) {
        const auto answer = ask(cat(prompt, "Your choice [", safe_default, "]: "));
        const std::string typed = base::to_lower(base::trim(answer.value_or("")));
        if (typed.empty()) {
            break;
        }
        if (const base::Choice* choice = find_choice(choices, typed)) {
            log_.info(cat("asked: ", question, ": ", choice->key));
            return choice->key;
        }
        prompt = cat("'", base::printable(typed), "' is none of the choices.\n");
    }
    log_.info(cat("asked: ", question, ": ", safe_default, " (default)"));
    return safe_default;
}

base::UniqueFd open_terminal() {
    base::UniqueFd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!tty && isatty(STDIN_FILENO) == 1) {
        tty.reset(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    }
    return tty;
}

}  // namespace nrear::cli
