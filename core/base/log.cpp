// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include <fcntl.h>

#include <cstdio>
#include <mutex>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::base {

namespace {

struct Secrets {
    std::mutex mutex;
    std::vector<std::string> values;
};

Secrets& secrets() {
    static Secrets instance;
    return instance;
}

std::string_view level_name(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug: return "DEBUG";
        case LogLevel::kInfo: return "INFO ";
        case LogLevel::kWarning: return "WARN ";
        case LogLevel::kError: return "ERROR";
    }
    return "";
}

class NullLog final : public Log {
public:
    void write(LogLevel, std::string_view) override {}
};

class FileLog final : public Log {
public:
    FileLog(std::string path, LogLevel lowest) : path_(std::move(path)), lowest_(lowest) {
        std::rename(path_.c_str(), (path_ + ".old").c_str());
        fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!fd_) {
            throw system_error("open log file " + path_, errno);
        }
    }

    void write(LogLevel level, std::string_view line) override {
        if (level < lowest_) {
            return;
        }
        const std::string text = cat(utc_time(), " ", level_name(level), " ", mask_secrets(line), "\n");
        const std::lock_guard lock(mutex_);
        // A full disk must not stop a backup or a recovery: the log is the one thing that may be lost.
        [[maybe_unused]] const auto written = ::write(fd_.get(), text.data(), text.size());
    }

private:
    std::string path_;
    LogLevel lowest_;
    UniqueFd fd_;
    std::mutex mutex_;
};

}  // namespace

Log& null_log() {
    static NullLog log;
    return log;
}

std::unique_ptr<Log> open_log_file(const std::string& path, LogLevel lowest) {
    return std::make_unique<FileLog>(path, lowest);
}

void register_secret(std::string_view secret) {
    constexpr std::size_t kShortest = 8;
    if (secret.size() < kShortest) {
        return;
    }
    const std::lock_guard lock(secrets().mutex);
    secrets().values.emplace_back(secret);
}

std::string mask_secrets(std::string_view text) {
    std::string out = mask_url_passwords(text);
    const std::lock_guard lock(secrets().mutex);
    for (const auto& secret : secrets().values) {
        out = replace_all(std::move(out), secret, "***");
    }
    return out;
}

}  // namespace nrear::base
