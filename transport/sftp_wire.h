// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and replies of SFTP over a ByteChannel: ids, matching, deadlines, interruption. What a request means is in sftp_calls.h.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "transport/byte_channel.h"
#include "transport/flight_window.h"
#include "transport/sftp_packet.h"

namespace nrear::transport {

struct WireLimits {
    std::chrono::milliseconds silence{60000};   ///< no byte from the server for so long while we wait for one: the line is dead
    std::chrono::milliseconds request{600000};  ///< the line lives but a request stays unanswered for so long: the server hangs
    std::size_t request_data = SIZE_MAX;        ///< bytes of file data in one request, at most
    WindowBounds window;                        ///< bytes that may be on their way, to us (the window that the channel opens) or from us
    unsigned channels = 0;                      ///< to write a large file over; 0 = as many as the line is long (channels_for())
};

/// Any call may throw Error (kNetwork) or Interrupted. After an Error of its own every further call throws that Error again.
class SftpWire {
public:
    using RequestId = std::uint32_t;

    SftpWire(std::unique_ptr<ByteChannel> channel, WireLimits limits);

    /// Exchanges versions; the names of the server's extensions, each with its data.
    std::unordered_map<std::string, std::string> start();

    /// The next request number. Each is used once: for exactly one send().
    RequestId next_id() { return next_id_++; }
    /// Sends a request whose first field is `id`; its reply may hold `largest_reply` bytes. Waits only while more than a megabyte is unsent.
    void send(RequestId id, std::vector<std::byte> packet, std::size_t largest_reply);
    /// Waits for the reply to `id`; its body begins after the id.
    Packet wait(RequestId id);
    /// The reply if it is here; otherwise takes in what has come, without waiting, and looks once more.
    std::optional<Packet> poll(RequestId id);
    /// The reply will be of no interest.
    void forget(RequestId id);

    /// Sends what there is room for and takes in what has come, without waiting.
    void glance();
    /// Called after each step of a wait and each poll(): there the other channels of the same connection are looked at, so that none stands still while one is
    /// waited for. It must not lead back to this object's wait() or poll().
    void after_steps(std::function<void()> look) { after_step_ = std::move(look); }

    /// Takes in what has come and asks for a sign of life after a while of silence; never waits, never throws: an Error comes with the next call.
    void idle() noexcept;
    const WireLimits& limits() const { return limits_; }
    /// The shortest time from sending a request to taking in its reply; 0 before the first.
    std::chrono::steady_clock::duration round_trip() const { return round_trip_.value_or(std::chrono::steady_clock::duration(0)); }
    /// From now on so many bytes may have been asked for. The channel's window is twice that and never the bound: it is opened anew in halves, and costs no
    /// memory, since nothing comes that was not asked for.
    void widen(std::size_t asked_for) { receive_window_ = std::clamp(2 * asked_for, receive_window_, 2 * limits_.window.most); }
    bool broken() const { return broken_ != nullptr; }

    /// While this lives, waits ignore interruption and end after `limit`: for cleaning up on the way out.
    class CleanUp {
    public:
        CleanUp(SftpWire& wire, std::chrono::milliseconds limit);
        ~CleanUp();
        CleanUp(const CleanUp&) = delete;
        CleanUp& operator=(const CleanUp&) = delete;

    private:
        SftpWire& wire_;
        std::optional<std::chrono::steady_clock::time_point> outer_;
    };

private:
    using Clock = std::chrono::steady_clock;

    struct Outstanding {
        std::size_t largest_reply = 0;
        Clock::time_point sent_at;
        bool forgotten = false;
        std::optional<Packet> reply;
    };

    void wait_until(const std::function<bool()>& done);
    void check_deadlines(Clock::time_point start);
    void step(std::chrono::milliseconds longest);
    std::size_t receive(std::chrono::milliseconds longest);
    void flush();
    void take_in(base::Bytes bytes);
    void accept(Packet packet);
    /// Runs `action`; an Error that leaves it is kept for every later call.
    template <class Action>
    decltype(auto) guarded(Action&& action);

    std::unique_ptr<ByteChannel> channel_;
    WireLimits limits_;
    std::function<void()> after_step_;
    RequestId next_id_ = 1;
    bool started_ = false;
    std::optional<Packet> version_;
    std::unordered_map<RequestId, Outstanding> outstanding_;
    std::vector<std::byte> unsent_;
    std::size_t unsent_start_ = 0;
    PacketAssembler assembler_;
    std::unique_ptr<std::byte[]> buffer_;  ///< what arrives; not initialised, so that only what is used costs memory
    std::size_t receive_window_;
    std::optional<Clock::duration> round_trip_;
    std::uint64_t heard_ = 0;
    Clock::time_point last_heard_;
    Clock::time_point last_ping_;
    std::optional<Clock::time_point> clean_up_until_;
    std::unique_ptr<Error> broken_;
};

}  // namespace nrear::transport
