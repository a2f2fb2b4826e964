// SPDX-License-Identifier: GPL-3.0-or-later
// A place that is written to and read from no faster than told. Directory calls pass freely.
#pragma once

#include <memory>

#include "transport/rate_limit.h"
#include "transport/resumable.h"

namespace nrear::transport {

/// All files of all connections that share `limit` share its rate. Under a LastingTransport what is sent again counts, too.
class LimitedTransport final : public ResumableTransport {
public:
    LimitedTransport(std::unique_ptr<ResumableTransport> inner, std::shared_ptr<RateLimit> limit) : inner_(std::move(inner)), limit_(std::move(limit)) {}

    std::unique_ptr<Upload> start(const std::string& path) override;
    std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) override;
    std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) override;
    std::optional<FileInfo> stat(const std::string& path) override { return inner_->stat(path); }
    std::vector<FileInfo> list(const std::string& directory) override { return inner_->list(directory); }
    void make_directories(const std::string& path) override { inner_->make_directories(path); }
    void rename(const std::string& from, const std::string& to) override { inner_->rename(from, to); }
    void remove(const std::string& path) override { inner_->remove(path); }
    void remove_directory(const std::string& path) override { inner_->remove_directory(path); }
    std::optional<Space> space(const std::string& directory) override { return inner_->space(directory); }
    std::string description() const override { return inner_->description(); }
    std::vector<std::string> warnings() const override { return inner_->warnings(); }

private:
    std::unique_ptr<ResumableTransport> inner_;
    std::shared_ptr<RateLimit> limit_;
};

}  // namespace nrear::transport
