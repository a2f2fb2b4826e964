// SPDX-License-Identifier: GPL-3.0-or-later
// A place whose line may break: everything that was going on goes on when it is back. docs/decisions/resume.md says how and why.
#pragma once

#include "transport/line.h"

namespace nrear::transport {

/// Wraps connections that `connect` makes; the first one is made already. Each operation is done once, as far as anybody can tell: a lost answer to a
/// rename or a removal is recognised. Throws what Line throws when nothing helps.
class LastingTransport final : public Transport {
public:
    LastingTransport(std::unique_ptr<ResumableTransport> first, Line::Connect connect, RetryOptions options);

    std::unique_ptr<base::FinishingSink> create(const std::string& path) override;
    std::unique_ptr<base::RandomAccessSource> open(const std::string& path) override;
    std::optional<FileInfo> stat(const std::string& path) override;
    std::vector<FileInfo> list(const std::string& directory) override;
    void make_directories(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    void remove(const std::string& path) override;
    void remove_directory(const std::string& path) override;
    std::optional<Space> space(const std::string& directory) override;
    std::string description() const override { return line_->description(); }
    std::vector<std::string> warnings() const override { return warnings_; }

private:
    template <class Action>
    auto lasting(Action&& action);

    std::shared_ptr<Line> line_;
    std::vector<std::string> warnings_;
};

}  // namespace nrear::transport
