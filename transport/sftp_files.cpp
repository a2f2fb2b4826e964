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
constexpr std::size_t kLengthField = 4;  // before the data in a kData packet

[[noreturn]] void throw_failed_before(const char* what, const std::string& path) {
    throw Error(ErrorKind::kGeneral, cat(what, " ", base::printable(path)), "an earlier part of it failed");
}

}  // namespace

SftpSink::SftpSink(std::shared_ptr<SftpSession> session, std::string path)
    : session_(std::move(session)), path_(std::move(path)), temporary_(path_ + kTemporarySuffix), window_(session_->calls().wire().limits().window) {
    const auto lock = session_->lock();
    auto& calls = session_->calls();
    session_->settle(path_);
    calls.remove(temporary_);  // what a killed run left
    handle_ = calls.create_exclusively(temporary_);
    block_.reserve(calls.features().largest_write);
}

SftpSink::SftpSink(std::shared_ptr<SftpSession> session, std::string path, std::uint64_t offset)
    : session_(std::move(session)), path_(std::move(path)), temporary_(path_ + kTemporarySuffix), window_(session_->calls().wire().limits().window), sent_(offset) {
    const auto lock = session_->lock();
    auto& calls = session_->calls();
    handle_ = calls.open_to_write(temporary_);
    block_.reserve(calls.features().largest_write);
}

SftpSink::~SftpSink() {
    try {
        const auto lock = session_->lock();
        if (!session_->calls().wire().broken()) {
            close_quietly();
        }
    } catch (...) {
        // The line is gone or too slow: the next run removes the temporary file. A destructor has nobody to tell.
    }
}

void SftpSink::close_quietly() {
    auto& calls = session_->calls();
    const SftpWire::CleanUp clean_up(calls.wire(), kCleanUpTime);
    for (const auto& request : in_flight_) {
        calls.wire().forget(request.id);
    }
    if (!handle_.empty()) {
        calls.close(handle_, temporary_);
    }
    if (!left_) {
        calls.remove(temporary_);
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

void SftpSink::send_block() {
    collect(std::max(window_.size(), block_.size()) - block_.size());
    const auto id = session_->calls().send_write(handle_, sent_, block_);
    in_flight_.push_back({id, block_.size()});
    in_flight_bytes_ += block_.size();
    sent_ += block_.size();
    block_.clear();
}

void SftpSink::collect(std::size_t most_left) {
    auto& wire = session_->calls().wire();
    while (!in_flight_.empty()) {
        std::optional<Packet> reply;
        if (in_flight_bytes_ > most_left) {
            reply = wire.wait(in_flight_.front().id);
        } else {
            reply = wire.poll(in_flight_.front().id);
            if (!reply) {
                return;
            }
        }
        const auto size = in_flight_.front().size;
        in_flight_bytes_ -= size;
        in_flight_.pop_front();
        check(std::move(*reply));
        window_.answered(size, FlightWindow::Clock::now(), wire.round_trip());
    }
}

void SftpSink::check(Packet reply) { session_->calls().expect_ok(std::move(reply), "write to", temporary_); }

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
    if (calls.features().fsync) {
        calls.sync(handle_, temporary_);
    }
    if (const auto there = calls.attributes_of(handle_, temporary_).size; there && *there != sent_) {
        throw Error(ErrorKind::kIntegrity, cat("write ", base::printable(temporary_), " on ", session_->account()),
                    cat("the server holds ", *there, " bytes of ", sent_), "run it again; if it stays, check the disk of the server");
    }
    const auto handle = std::exchange(handle_, {});
    calls.close(handle, temporary_);
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
