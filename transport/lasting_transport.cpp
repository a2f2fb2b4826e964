// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/lasting_transport.h"

#include "transport/lasting_files.h"

namespace nrear::transport {

LastingTransport::LastingTransport(std::unique_ptr<ResumableTransport> first, Line::Connect connect, RetryOptions options) : warnings_(first->warnings()) {
    line_ = std::make_shared<Line>(std::move(first), std::move(connect), std::move(options));
}

template <class Action>
auto LastingTransport::lasting(Action&& action) {
    const auto lock = line_->lock();
    auto result = line_->run(std::forward<Action>(action));
    line_->progress();
    return result;
}

std::unique_ptr<base::FinishingSink> LastingTransport::create(const std::string& path) { return std::make_unique<LastingSink>(line_, path); }

std::unique_ptr<base::RandomAccessSource> LastingTransport::open(const std::string& path) { return std::make_unique<LastingSource>(line_, path); }

std::optional<FileInfo> LastingTransport::stat(const std::string& path) {
    return lasting([&](Transport& transport) { return transport.stat(path); });
}

std::vector<FileInfo> LastingTransport::list(const std::string& directory) {
    return lasting([&](Transport& transport) { return transport.list(directory); });
}

void LastingTransport::make_directories(const std::string& path) {
    lasting([&](Transport& transport) { return transport.make_directories(path), true; });
}

void LastingTransport::rename(const std::string& from, const std::string& to) {
    std::optional<FileInfo> before;
    lasting([&](Transport& transport) {
        const auto now = transport.stat(from);
        if (before && !now) {
            if (const auto there = transport.stat(to); there && there->size == before->size) {
                return true;  // the rename that broke off was done; only its answer was lost
            }
        }
        before = now;
        transport.rename(from, to);
        return true;
    });
}

void LastingTransport::remove(const std::string& path) {
    lasting([&](Transport& transport) { return transport.remove(path), true; });
}

void LastingTransport::remove_directory(const std::string& path) {
    lasting([&](Transport& transport) { return transport.remove_directory(path), true; });
}

std::optional<Space> LastingTransport::space(const std::string& directory) {
    return lasting([&](Transport& transport) { return transport.space(directory); });
}

}  // namespace nrear::transport
