// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_files.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/base/scope_exit.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;

/// Cleaning up after an interruption: the whole program has five seconds.
constexpr std::chrono::milliseconds kCleanUpTime{3000};
/// Opening more channels and handles takes a few round trips each: for a file that is sent at once they would only cost time.
constexpr std::uint64_t kLarge = 4 * 1024 * 1024;
constexpr std::size_t kLengthField = 4;  // before the data in a kData packet

[[noreturn]] void throw_failed_before(const char* what, const std::string& path) {
    throw Error(ErrorKind::kGeneral, cat(what, " ", base::printable(path)), "an earlier part of it failed");
}

}  // namespace

SftpSink::SftpSink(std::shared_ptr<SftpSession> session, std::string path)
    : session_(std::move(session)), path_(std::move(path)), temporary_(path_ + kTemporarySuffix), add_lanes_at_(kLarge), window_(session_->calls().wire().limits().window) {
    const auto lock = session_->lock();
    auto& calls = session_->calls();
    session_->settle(path_);
    calls.remove(temporary_);  // what a killed run left
    lanes_.push_back({&calls, calls.create_exclusively(temporary_)});
    block_.reserve(calls.features().largest_write);
}

SftpSink::SftpSink(std::shared_ptr<SftpSession> session, std::string path, std::uint64_t offset)
    : session_(std::move(session)), path_(std::move(path)), temporary_(path_ + kTemporarySuffix), add_lanes_at_(offset + kLarge),
      window_(session_->calls().wire().limits().window), sent_(offset) {
    const auto lock = session_->lock();
    auto& calls = session_->calls();
    lanes_.push_back({&calls, calls.open_to_write(temporary_)});
    block_.reserve(calls.features().largest_write);
}

SftpSink::~SftpSink() {
    try {
        const auto lock = session_->lock();
        if (!broken()) {
            close_quietly();
        }
    } catch (...) {
        // The line is gone or too slow: the next run removes the temporary file. A destructor has nobody to tell.
    }
}

bool SftpSink::broken() const {
    return std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.calls->wire().broken(); });
}

void SftpSink::close_quietly() {
    std::deque<SftpWire::CleanUp> clean_up;  // one time limit for all
    for (const auto& lane : lanes_) {
        clean_up.emplace_back(lane.calls->wire(), kCleanUpTime);
    }
    for (const auto& request : in_flight_) {
        lanes_[request.lane].calls->wire().forget(request.id);
    }
    for (const auto& lane : lanes_) {
        if (!lane.handle.empty()) {
            lane.calls->close(lane.handle, temporary_);
        }
    }
    if (!left_) {
        session_->calls().remove(temporary_);
    }
}

void SftpSink::write(base::Bytes bytes) {
    const auto lock = session_->lock();
    if (failed_) {
        throw_failed_before("write", temporary_);
    }
    base::ScopeExit failure([this] { failed_ = true; });
    const auto block_size = session_->calls().features().largest_write;
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), block_size - block_.size()));
        block_.insert(block_.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
        if (block_.size() == block_size) {
            send_block();
        }
    }
    failure.dismiss();
}

void SftpSink::add_lanes() {
    add_lanes_at_ = UINT64_MAX;
    const auto& channels = session_->channels();
    for (std::size_t i = 1; i < channels.size(); ++i) {
        try {
            lanes_.push_back({channels[i].get(), channels[i]->open_to_write(temporary_)});
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork) {
                throw;
            }
            return;  // a server that lets nobody else write to a file that is open: those that there are will do
        }
    }
}

/// The one with the least under way; of several, the one whose turn it is.
std::size_t SftpSink::next_lane() const {
    std::size_t best = (lane_ + 1) % lanes_.size();
    for (std::size_t i = 2; i <= lanes_.size(); ++i) {
        if (const auto other = (lane_ + i) % lanes_.size(); lanes_[other].in_flight < lanes_[best].in_flight) {
            best = other;
        }
    }
    return best;
}

void SftpSink::send_block() {
    if (sent_ >= add_lanes_at_) {
        add_lanes();
    }
    collect(std::max(window_.size(), block_.size()) - block_.size());
    lane_ = next_lane();
    auto& lane = lanes_[lane_];
    const auto id = lane.calls->send_write(lane.handle, sent_, block_);
    in_flight_.push_back({lane_, id, block_.size()});
    lane.in_flight += block_.size();
    in_flight_bytes_ += block_.size();
    sent_ += block_.size();
    block_.clear();
}

void SftpSink::collect(std::size_t most_left) {
    while (!in_flight_.empty()) {
        const auto [number, id, size] = in_flight_.front();
        auto& lane = lanes_[number];
        auto& wire = lane.calls->wire();
        auto reply = in_flight_bytes_ > most_left ? std::optional(wire.wait(id)) : wire.poll(id);
        if (!reply) {
            return;
        }
        lane.in_flight -= size;
        in_flight_bytes_ -= size;
        in_flight_.pop_front();
        check(std::move(*reply), *lane.calls);
        window_.answered(size, FlightWindow::Clock::now(), session_->calls().wire().round_trip());
    }
}

void SftpSink::check(Packet reply, SftpCalls& calls) { calls.expect_ok(std::move(reply), "write to", temporary_); }

void SftpSink::finish() {
    const auto lock = session_->lock();
    if (failed_) {
        throw_failed_before("finish", temporary_);
    }
    base::ScopeExit failure([this] { failed_ = true; });
    auto& calls = session_->calls();
    if (!block_.empty()) {
        send_block();
    }
    collect(0);
    auto& handle = lanes_.front().handle;
    if (calls.features().fsync) {
        calls.sync(handle, temporary_);  // fsync(2): the file, whoever has written to it
    }
    if (const auto there = calls.attributes_of(handle, temporary_).size; there && *there != sent_) {
        throw Error(ErrorKind::kIntegrity, cat("write ", base::printable(temporary_), " on ", session_->account()),
                    cat("the server holds ", *there, " bytes of ", sent_), "run it again; if it stays, check the disk of the server");
    }
    for (auto& lane : lanes_) {
        lane.calls->close(std::exchange(lane.handle, {}), temporary_);
    }
    session_->replace(temporary_, path_);
    failure.dismiss();
    left_ = true;
}

SftpSource::SftpSource(std::shared_ptr<SftpSession> session, std::string path, std::uint64_t position)
    : session_(std::move(session)), path_(std::move(path)), asked_to_(position), window_(session_->calls().wire().limits().window) {
    const auto lock = session_->lock();
    auto& calls = session_->calls();
    session_->settle(path_);
    handle_ = calls.open_to_read(path_);
    const auto facts = calls.attributes_of(handle_, path_);
    if (!facts.size) {
        throw_protocol_error("no size with the attributes of a file");
    }
    size_ = *facts.size;
}

SftpSource::~SftpSource() {
    try {
        const auto lock = session_->lock();
        auto& calls = session_->calls();
        if (calls.wire().broken()) {
            return;
        }
        const SftpWire::CleanUp clean_up(calls.wire(), kCleanUpTime);
        forget(ahead_);
        calls.close(handle_, path_);
    } catch (...) {
        // Nothing is lost with a handle of a line that is gone.
    }
}

void SftpSource::forget(const Pieces& pieces) {
    for (const auto& piece : pieces) {
        session_->calls().wire().forget(piece.id);
    }
}

SftpSource::Piece SftpSource::ask(std::uint64_t offset, std::size_t size) { return {session_->calls().send_read(handle_, offset, size), offset, size}; }

Packet SftpSource::take_front(Pieces& pieces) {
    auto& calls = session_->calls();
    auto reply = calls.wire().wait(pieces.front().id);
    const auto piece = pieces.front();
    pieces.pop_front();
    if (reply.type != PacketType::kData) {
        const auto status = status_of(reply);
        if (status.code == StatusCode::kEndOfFile) {
            throw Error(ErrorKind::kGeneral, cat("read ", base::printable(path_), " on ", session_->account()),
                        cat("it ends at ", piece.offset, " bytes, but had ", size_, " when it was opened"), "is somebody writing to it?");
        }
        calls.refuse(status, "read", path_, false);
    }
    PacketReader reader(reply.body);
    const auto data = reader.text();
    if (data.empty() || data.size() > piece.size || !reader.at_end()) {
        throw_protocol_error(cat(data.size(), " bytes of data where ", piece.size, " were asked for"));
    }
    if (data.size() < piece.size) {
        pieces.push_front(ask(piece.offset + data.size(), piece.size - data.size()));
    }
    return reply;
}

void SftpSource::read_ahead() {
    const auto most = session_->calls().features().largest_read;
    session_->calls().wire().widen(window_.size());
    while (asked_to_ < size_ && (ahead_.empty() || ahead_bytes_ + most <= window_.size())) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - asked_to_));
        ahead_.push_back(ask(asked_to_, count));
        asked_to_ += count;
        ahead_bytes_ += count;
    }
}

std::size_t SftpSource::read(base::MutableBytes buffer) {
    if (buffer.empty()) {
        return 0;
    }
    if (current_at_ == current_.body.size()) {
        const auto lock = session_->lock();
        if (failed_) {
            throw_failed_before("read", path_);
        }
        base::ScopeExit failure([this] { failed_ = true; });
        read_ahead();
        if (ahead_.empty()) {
            failure.dismiss();
            return 0;
        }
        current_ = take_front(ahead_);
        current_at_ = kLengthField;
        const auto count = current_.body.size() - kLengthField;
        ahead_bytes_ -= count;
        window_.answered(count, FlightWindow::Clock::now(), session_->calls().wire().round_trip());
        failure.dismiss();
    }
    const auto count = std::min(buffer.size(), current_.body.size() - current_at_);
    std::memcpy(buffer.data(), current_.body.data() + current_at_, count);
    current_at_ += count;
    return count;
}

std::size_t SftpSource::read_at(std::uint64_t offset, base::MutableBytes buffer) {
    const auto lock = session_->lock();
    const auto total = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), offset < size_ ? size_ - offset : 0));
    const auto most = session_->calls().features().largest_read;
    Pieces pieces;
    const base::ScopeExit leftovers([&] { forget(pieces); });
    std::size_t asked = 0;
    std::size_t done = 0;
    while (done < total) {
        while (asked < total && (pieces.empty() || asked - done + most <= window_.size())) {
            pieces.push_back(ask(offset + asked, std::min(most, total - asked)));
            asked += pieces.back().size;
        }
        const auto packet = take_front(pieces);
        const auto count = packet.body.size() - kLengthField;
        std::memcpy(buffer.data() + done, packet.body.data() + kLengthField, count);
        done += count;
    }
    return total;
}

}  // namespace nrear::transport
