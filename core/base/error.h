// SPDX-License-Identifier: GPL-3.0-or-later
// Errors that stop a workflow. What went wrong with a single file is not an Error: it is a returned warning.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nrear {

/// What kind of thing failed; cli/ maps each kind to one documented exit code.
enum class ErrorKind {
    kGeneral,
    kUsage,
    kConfig,
    kLocked,
    kAuthentication,
    kHostKey,
    kNoSpaceLocal,
    kNoSpaceRemote,
    kNetwork,
    kIntegrity,
    kLayout,     ///< the storage layout cannot be made again
    kWrongDisk,  ///< a disk was refused or not matched
    kHook,
};

/// "what: why (while doing this, while doing that)", and a hint that says what to do about it.
class Error : public std::runtime_error {
public:
    /// `what_failed` names the operation and its object; `why` the reason ("" when what_failed says it all).
    Error(ErrorKind kind, std::string what_failed, std::string why = {}, std::string hint = {});

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& what_failed() const noexcept { return what_failed_; }
    const std::string& why() const noexcept { return why_; }
    const std::string& hint() const noexcept { return hint_; }
    const std::vector<std::string>& context() const noexcept { return context_; }

    /// Adds "while <doing>" on the way up, innermost first.
    void add_context(std::string doing);
    const char* what() const noexcept override { return text_.c_str(); }

private:
    void compose();

    ErrorKind kind_;
    std::string what_failed_;
    std::string why_;
    std::string hint_;
    std::vector<std::string> context_;
    std::string text_;
};

/// SIGINT or SIGTERM arrived. Deliberately no Error: only main() catches it, after every destructor has cleaned up.
class Interrupted {
public:
    explicit Interrupted(int signal_number) noexcept : signal_number_(signal_number) {}
    int signal_number() const noexcept { return signal_number_; }

private:
    int signal_number_;
};

/// Error whose reason is an errno value; `what_failed` as in Error ("open /etc/fstab"). ENOSPC and EDQUOT become kNoSpaceLocal.
[[nodiscard]] Error system_error(std::string what_failed, int error_number, std::string hint = {});

/// Runs `action`; an Error that leaves it says "while <doing>".
template <class Action>
decltype(auto) with_context(std::string_view doing, Action&& action) {
    try {
        return std::forward<Action>(action)();
    } catch (Error& error) {
        error.add_context(std::string(doing));
        throw;
    }
}

}  // namespace nrear
