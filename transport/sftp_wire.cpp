// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_wire.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kProtocolVersion = 3;
constexpr std::size_t kMostUnsent = 1024 * 1024;
/// Interruption and deadlines are looked at this often.
constexpr milliseconds kStep{200};
constexpr std::size_t kMostExtensions = 256;

}  // namespace

SftpWire::SftpWire(std::unique_ptr<ByteChannel> channel, WireLimits limits)
    : channel_(std::move(channel)), limits_(limits), buffer_(std::make_unique_for_overwrite<std::byte[]>(2 * limits.window.most)), receive_window_(2 * limits.window.least), last_heard_(Clock::now()), last_ping_(last_heard_) {}

template <class Action>
decltype(auto) SftpWire::guarded(Action&& action) {
    if (broken_) {
        throw Error(*broken_);
    }
    try {
        return action();
    } catch (const Error& error) {
        broken_ = std::make_unique<Error>(error);
        channel_->cut();  // a write that the kernel still held would reach the server after a new connection has taken over
        throw;
    }
}

std::unordered_map<std::string, std::string> SftpWire::start() {
    return guarded([&] {
        const auto packet = PacketWriter(PacketType::kInit).u32(kProtocolVersion).take();
        unsent_.insert(unsent_.end(), packet.begin(), packet.end());
        wait_until([&] { return version_.has_value(); });
        started_ = true;
        PacketReader reader(version_->body);
        if (const auto version = reader.u32(); version < kProtocolVersion) {
            throw_protocol_error(base::cat("version ", version, " of the protocol, 3 is needed"));
        }
        std::unordered_map<std::string, std::string> extensions;
        while (!reader.at_end() && extensions.size() < kMostExtensions) {
            std::string name(reader.text());
            extensions.emplace(std::move(name), reader.text());
        }
        return extensions;
    });
}

void SftpWire::send(RequestId id, std::vector<std::byte> packet, std::size_t largest_reply) {
    guarded([&] {
        auto& slot = outstanding_[id];
        slot.largest_reply = largest_reply;
        slot.sent_at = Clock::now();
        unsent_.insert(unsent_.end(), packet.begin(), packet.end());
        flush();
        if (unsent_.size() - unsent_start_ > kMostUnsent) {
            wait_until([&] { return unsent_.size() - unsent_start_ <= kMostUnsent; });
        }
    });
}

Packet SftpWire::wait(RequestId id) {
    return guarded([&] {
        auto& slot = outstanding_.at(id);
        wait_until([&] { return slot.reply.has_value(); });
        Packet reply = std::move(*slot.reply);
        outstanding_.erase(id);
        return reply;
    });
}

std::optional<Packet> SftpWire::poll(RequestId id) {
    return guarded([&] {
        auto& slot = outstanding_.at(id);
        if (!slot.reply) {
            step(milliseconds(0));
        }
        auto reply = std::move(slot.reply);
        if (reply) {
            outstanding_.erase(id);
        }
        return reply;
    });
}

void SftpWire::forget(RequestId id) {
    const auto found = outstanding_.find(id);
    if (found == outstanding_.end()) {
        return;
    }
    if (found->second.reply) {
        outstanding_.erase(found);
    } else {
        found->second.forgotten = true;
    }
}

void SftpWire::idle() noexcept {
    if (broken_) {
        return;
    }
    try {
        guarded([&] {
            step(milliseconds(0));
            const auto now = Clock::now();
            if (const auto rest = limits_.silence / 4; now - last_heard_ > rest && now - last_ping_ > rest) {
                last_ping_ = now;
                channel_->ping();
            }
        });
    } catch (...) {
        // guarded() has kept an Error for the next call; nobody waits here who could be told.
    }
}

void SftpWire::wait_until(const std::function<bool()>& done) {
    const auto start = Clock::now();
    last_heard_ = start;  // silence counts from when somebody waits: before, nothing had to come
    while (!done()) {
        if (!clean_up_until_) {
            base::check_interrupt();
        }
        step(kStep);
        check_deadlines(start);
    }
}

void SftpWire::check_deadlines(Clock::time_point start) {
    const auto now = Clock::now();
    if (clean_up_until_ && now > *clean_up_until_) {
        throw Error(ErrorKind::kNetwork, "clean up on the server", "it did not answer in time");
    }
    const auto silent = now - last_heard_;
    if (silent > limits_.silence) {
        throw Error(ErrorKind::kNetwork, "wait for the server", base::cat("nothing came from it for ", std::chrono::ceil<std::chrono::seconds>(limits_.silence).count(), " seconds"),
                    "check the network and the server, then run it again");
    }
    if (now - start > limits_.request) {
        throw Error(ErrorKind::kNetwork, "wait for the server", base::cat("the line is up, but a request stayed unanswered for ", std::chrono::ceil<std::chrono::seconds>(limits_.request).count(), " seconds"),
                    "check the disk of the server");
    }
    if (const auto rest = limits_.silence / 4; silent > rest && now - last_ping_ > rest) {
        last_ping_ = now;
        channel_->ping();
    }
}

void SftpWire::step(milliseconds longest) {
    flush();
    if (after_step_) {
        // Whatever comes for one of the channels ends the wait: the one that was waited for may be the one that has nothing to come.
        if (receive(milliseconds(0)) == 0) {
            channel_->wait(longest);
            receive(milliseconds(0));
        }
    } else if (unsent_start_ < unsent_.size()) {
        channel_->wait(longest);
        receive(milliseconds(0));
    } else {
        receive(longest);
    }
    flush();
    if (after_step_) {
        after_step_();
    }
}

std::size_t SftpWire::receive(milliseconds longest) {
    const base::MutableBytes buffer(buffer_.get(), receive_window_);
    const auto count = channel_->receive(buffer, longest);
    take_in(buffer.first(count));
    if (channel_->heard() != heard_) {
        heard_ = channel_->heard();
        last_heard_ = Clock::now();
    }
    return count;
}

void SftpWire::glance() {
    guarded([&] {
        flush();
        receive(milliseconds(0));
    });
}

void SftpWire::flush() {
    while (unsent_start_ < unsent_.size()) {
        const auto taken = channel_->send(base::Bytes(unsent_).subspan(unsent_start_));
        if (taken == 0) {
            break;
        }
        unsent_start_ += taken;
    }
    if (unsent_start_ == unsent_.size()) {
        unsent_.clear();
        unsent_start_ = 0;
    } else if (unsent_start_ > kMostUnsent) {
        unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(unsent_start_));
        unsent_start_ = 0;
    }
}

void SftpWire::take_in(base::Bytes bytes) {
    assembler_.feed(bytes);
    while (auto packet = assembler_.next()) {
        accept(std::move(*packet));
    }
}

void SftpWire::accept(Packet packet) {
    if (!started_) {
        if (packet.type != PacketType::kVersion || version_) {
            throw_protocol_error("something else than its version first");
        }
        version_ = std::move(packet);
        return;
    }
    PacketReader reader(packet.body);
    const auto found = outstanding_.find(reader.u32());
    if (found == outstanding_.end()) {
        throw_protocol_error("a reply to nothing that was asked");
    }
    auto& slot = found->second;
    if (slot.reply) {
        throw_protocol_error("two replies to one request");
    }
    packet.body.erase(packet.body.begin(), packet.body.begin() + 4);
    if (packet.body.size() > slot.largest_reply) {
        throw_protocol_error(base::cat("a reply of ", packet.body.size(), " bytes where ", slot.largest_reply, " were the most"));
    }
    if (const auto took = Clock::now() - slot.sent_at; !round_trip_ || took < *round_trip_) {
        round_trip_ = took;
    }
    if (slot.forgotten) {
        outstanding_.erase(found);
    } else {
        slot.reply = std::move(packet);
    }
}

SftpWire::CleanUp::CleanUp(SftpWire& wire, milliseconds limit) : wire_(wire), outer_(wire.clean_up_until_) {
    const auto until = Clock::now() + limit;
    wire_.clean_up_until_ = outer_ ? std::min(*outer_, until) : until;
}

SftpWire::CleanUp::~CleanUp() { wire_.clean_up_until_ = outer_; }

}  // namespace nrear::transport
