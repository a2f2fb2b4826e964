// SPDX-License-Identifier: GPL-3.0-or-later
// The log: one line a call, to a file. Only cli/ and the workflows write above debug level.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nrear::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Log {
public:
    virtual ~Log() = default;
    /// Safe from every thread. Lines that hold a registered secret are masked.
    virtual void write(LogLevel level, std::string_view line) = 0;
    void debug(std::string_view line) { write(LogLevel::kDebug, line); }
    void info(std::string_view line) { write(LogLevel::kInfo, line); }
    void warning(std::string_view line) { write(LogLevel::kWarning, line); }
    void error(std::string_view line) { write(LogLevel::kError, line); }
};

/// Drops everything.
Log& null_log();

/// "2026-01-31T12:00:00Z INFO  text" lines, mode 0600, an earlier file of that name kept as .old. Throws Error when it cannot be made.
std::unique_ptr<Log> open_log_file(const std::string& path, LogLevel lowest);

/// From now on `secret` is replaced by *** in every log and in mask_secrets(). Secrets shorter than 8 bytes are
/// ignored ("backup" as a password would shred every path): masking is the second line of defence, not to log a secret is the first.
void register_secret(std::string_view secret);
std::string mask_secrets(std::string_view text);

}  // namespace nrear::base
