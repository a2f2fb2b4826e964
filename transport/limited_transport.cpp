// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/limited_transport.h"

#include <algorithm>

namespace nrear::transport {

namespace {

class LimitedUpload final : public Upload {
public:
    LimitedUpload(std::unique_ptr<Upload> inner, std::shared_ptr<RateLimit> limit) : inner_(std::move(inner)), limit_(std::move(limit)) {}
    void write(base::Bytes bytes) override {
        while (!bytes.empty()) {
            const auto part = bytes.first(std::min(bytes.size(), limit_->slice()));
            limit_->take(part.size());
            inner_->write(part);
            bytes = bytes.subspan(part.size());
        }
    }
    void finish() override { inner_->finish(); }
    std::uint64_t confirmed() const override { return inner_->confirmed(); }
    void leave() noexcept override { inner_->leave(); }

private:
    std::unique_ptr<Upload> inner_;
    std::shared_ptr<RateLimit> limit_;
};

class LimitedSource final : public base::RandomAccessSource {
public:
    LimitedSource(std::unique_ptr<base::RandomAccessSource> inner, std::shared_ptr<RateLimit> limit) : inner_(std::move(inner)), limit_(std::move(limit)) {}
    std::size_t read(base::MutableBytes buffer) override {
        const auto count = inner_->read(buffer.first(std::min(buffer.size(), limit_->slice())));
        limit_->take(count);
        return count;
    }
    std::uint64_t size() const override { return inner_->size(); }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
        std::size_t done = 0;
        while (done < buffer.size()) {
            const auto part = buffer.subspan(done, std::min(buffer.size() - done, limit_->slice()));
            const auto count = inner_->read_at(offset + done, part);
            limit_->take(count);
            done += count;
            if (count < part.size()) {
                break;
            }
        }
        return done;
    }

private:
    std::unique_ptr<base::RandomAccessSource> inner_;
    std::shared_ptr<RateLimit> limit_;
};

}  // namespace

std::unique_ptr<Upload> LimitedTransport::start(const std::string& path) { return std::make_unique<LimitedUpload>(inner_->start(path), limit_); }

std::unique_ptr<Upload> LimitedTransport::resume(const std::string& path, std::uint64_t offset) {
    return std::make_unique<LimitedUpload>(inner_->resume(path, offset), limit_);
}

std::unique_ptr<base::RandomAccessSource> LimitedTransport::open_at(const std::string& path, std::uint64_t position) {
    return std::make_unique<LimitedSource>(inner_->open_at(path, position), limit_);
}

}  // namespace nrear::transport
