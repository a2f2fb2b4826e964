// SPDX-License-Identifier: GPL-3.0-or-later
// Files on an SFTP server as streams: many requests in flight both ways, so that neither distance nor the server's disk makes us wait for each.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "transport/flight_window.h"
#include "transport/resumable.h"
#include "transport/sftp_session.h"

namespace nrear::transport {

/// Writes to a temporary name; finish() checks the size, syncs and gives the file its name. A large file is written over all channels of the session, each with a
/// handle of its own; what counts as confirmed is the front of the file without a gap.
class SftpSink final : public Upload {
public:
    SftpSink(std::shared_ptr<SftpSession> session, std::string path);
    /// Goes on with the temporary file that is there.
    SftpSink(std::shared_ptr<SftpSession> session, std::string path, std::uint64_t offset);
    SftpSink(const SftpSink&) = delete;
    SftpSink& operator=(const SftpSink&) = delete;
    ~SftpSink() override;
    void write(base::Bytes bytes) override;
    void finish() override;
    std::uint64_t confirmed() const override { return sent_ - in_flight_bytes_; }
    void leave() noexcept override { left_ = true; }

private:
    /// One of the channels, with the file open.
    struct Lane {
        SftpCalls* calls;
        std::string handle;
        std::size_t in_flight = 0;
    };
    struct InFlight {
        std::size_t lane = 0;
        SftpWire::RequestId id = 0;
        std::size_t size = 0;
    };

    void add_lanes();
    std::size_t next_lane() const;
    void send_block();
    void collect(std::size_t most_left);
    void check(Packet reply, SftpCalls& calls);
    bool broken() const;
    void close_quietly();

    std::shared_ptr<SftpSession> session_;
    std::string path_;
    std::string temporary_;
    std::vector<Lane> lanes_;          ///< the first is of session_->calls()
    std::size_t lane_ = 0;             ///< over which the last block went
    std::uint64_t add_lanes_at_;       ///< offset from which the file counts as large
    std::vector<std::byte> block_;     ///< not sent yet, less than one request
    std::deque<InFlight> in_flight_;
    std::size_t in_flight_bytes_ = 0;
    FlightWindow window_;
    std::uint64_t sent_ = 0;
    bool failed_ = false;              ///< something of it is missing on the server: finish() must not succeed
    bool left_ = false;                ///< the temporary file is not ours to remove any more
};

/// Reads ahead while it is read from front to back.
class SftpSource final : public base::RandomAccessSource {
public:
    SftpSource(std::shared_ptr<SftpSession> session, std::string path, std::uint64_t position = 0);
    SftpSource(const SftpSource&) = delete;
    SftpSource& operator=(const SftpSource&) = delete;
    ~SftpSource() override;
    std::size_t read(base::MutableBytes buffer) override;
    std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override;

private:
    struct Piece {
        SftpWire::RequestId id = 0;
        std::uint64_t offset = 0;
        std::size_t size = 0;
    };
    using Pieces = std::deque<Piece>;

    Piece ask(std::uint64_t offset, std::size_t size);
    /// The data of the oldest piece; where the server sent less than was asked, the rest is asked for again, first in line.
    Packet take_front(Pieces& pieces);
    void read_ahead();
    void forget(const Pieces& pieces);

    std::shared_ptr<SftpSession> session_;
    std::string path_;
    std::string handle_;
    std::uint64_t size_ = 0;
    Pieces ahead_;
    std::uint64_t asked_to_ = 0;       ///< offset behind the last piece of ahead_
    std::size_t ahead_bytes_ = 0;
    FlightWindow window_;
    bool failed_ = false;              ///< a piece is missing: going on would leave a hole
    Packet current_;                   ///< the piece that read() hands out now
    std::size_t current_at_ = 0;
};

}  // namespace nrear::transport
