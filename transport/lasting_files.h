// SPDX-License-Identifier: GPL-3.0-or-later
// Files on a place whose line may break while they are written or read: each goes on where it was.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/byte_stream.h"
#include "transport/line.h"
#include "transport/recent_bytes.h"

namespace nrear::transport {

/// Keeps what is not confirmed yet and a little of what is. After a break the size of the temporary file and that little must be on the place as they
/// were sent: then the rest is sent again, at most what was in flight. Otherwise Error (kIntegrity), also when the temporary file is gone.
class LastingSink final : public base::FinishingSink {
public:
    LastingSink(std::shared_ptr<Line> line, std::string path);
    LastingSink(const LastingSink&) = delete;
    LastingSink& operator=(const LastingSink&) = delete;
    void write(base::Bytes bytes) override;
    void finish() override;

private:
    template <class Action>
    void lasting(Action&& action);
    void send_rest();
    void take_up();
    bool was_finished(ResumableTransport& transport);
    void compare(ResumableTransport& transport, const std::string& path, std::uint64_t upto);

    std::shared_ptr<Line> line_;
    std::string path_;
    std::string temporary_;
    std::unique_ptr<Upload> upload_;     ///< empty while there is none on the present connection
    std::uint64_t generation_ = 0;
    RecentBytes kept_;
    std::uint64_t sent_ = 0;             ///< handed to upload_
    std::uint64_t confirmed_ = 0;
    bool finishing_ = false;             ///< the last step was asked for and may have happened
    bool failed_ = false;
    bool done_ = false;
};

/// After a break the file must have the size and the time of its last change that it had when it was opened; otherwise Error (kIntegrity).
class LastingSource final : public base::RandomAccessSource {
public:
    LastingSource(std::shared_ptr<Line> line, std::string path);
    LastingSource(const LastingSource&) = delete;
    LastingSource& operator=(const LastingSource&) = delete;
    std::size_t read(base::MutableBytes buffer) override;
    std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override;

private:
    template <class Action>
    std::size_t lasting(Action&& action);
    void take_up();

    std::shared_ptr<Line> line_;
    std::string path_;
    std::unique_ptr<base::RandomAccessSource> source_;
    std::uint64_t generation_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t size_ = 0;
    std::int64_t mtime_ = 0;
};

}  // namespace nrear::transport
