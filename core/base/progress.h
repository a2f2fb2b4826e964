// SPDX-License-Identifier: GPL-3.0-or-later
// The one narrow observer through which workflows tell what they do. Printers (terminal, plain lines, JSON lines) live in cli/.
#pragma once

#include <cstdint>
#include <string_view>

namespace nrear::base {

class Progress {
public:
    virtual ~Progress() = default;

    /// A step begins ("Create ext4 file system on /dev/vda1"). Steps don't nest; number/total are 1-based, total 0 = unknown.
    virtual void step_started(std::string_view title, std::size_t number, std::size_t total) = 0;
    /// The step ended; `outcome` is "ok" or what a person should know ("skipped: …").
    virtual void step_finished(std::string_view outcome) = 0;

    /// A long transfer begins; total 0 = unknown. `what` as in "Backing up" / "Restoring".
    virtual void transfer_started(std::string_view what, std::uint64_t total_bytes) = 0;
    /// Cheap; call it often, from one thread. Bytes and files so far (absolute, not increments); the printer keeps the time.
    virtual void transfer_at(std::uint64_t bytes, std::uint64_t files) = 0;
    virtual void transfer_finished() = 0;

    /// A line for the person who waits.
    virtual void message(std::string_view line) = 0;
    /// Like message, counted; the end of the run names the number of warnings.
    virtual void warning(std::string_view line) = 0;
};

/// Observes nothing.
class NullProgress final : public Progress {
public:
    void step_started(std::string_view, std::size_t, std::size_t) override {}
    void step_finished(std::string_view) override {}
    void transfer_started(std::string_view, std::uint64_t) override {}
    void transfer_at(std::uint64_t, std::uint64_t) override {}
    void transfer_finished() override {}
    void message(std::string_view) override {}
    void warning(std::string_view) override {}
};

}  // namespace nrear::base
