// SPDX-License-Identifier: GPL-3.0-or-later
// DecompressInput: one feeding thread reads and cuts members (or unpacks by itself what is no member of ours), workers unpack, the caller takes in order.
#include "archive/decompress.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "archive/compress.h"
#include "archive/lookahead.h"
#include "archive/member_unpacker.h"
#include "archive/stream_decoder.h"
#include "archive/tar_block.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr unsigned kMostThreads = 8;
constexpr unsigned kSlack = 24;  // blocks ahead of a disk or a line that is slow for a moment
constexpr auto kInterruptPoll = std::chrono::milliseconds(100);

struct Slot {
    std::vector<std::byte> member;
    std::unique_ptr<std::byte[]> block;
    std::size_t room = 0;
    std::size_t size = 0;
    std::uint64_t offset = 0;  ///< of the member in the archive
    bool ready = false;
    std::exception_ptr error;

    base::MutableBytes reserve(std::size_t bytes) {
        if (room < bytes) {
            block.reset(new std::byte[bytes]);
            room = bytes;
        }
        return {block.get(), bytes};
    }
};

/// What is neither packed in a way that we unpack nor a tar, by name.
void refuse_unreadable(base::Bytes start) {
    const std::string_view kind = unreadable_kind(start);
    if (kind.empty()) {
        return;
    }
    const bool encrypted = kind.starts_with("encrypted");
    throw Error(ErrorKind::kGeneral, "read the archive", base::cat("it is ", kind, ", which nrear does not ", encrypted ? "decrypt" : "unpack"),
                base::cat(encrypted ? "decrypt" : "unpack", " it first, then use what comes out"));
}

bool is_tar(base::Bytes start) {
    TarHeader header;
    if (start.size() < sizeof header) {
        return false;
    }
    std::memcpy(&header, start.data(), sizeof header);
    return tar_checksum_matches(header);
}

}  // namespace

struct DecompressInput::Pipeline {
    Pipeline(base::Source& source, unsigned threads) : in(source, bytes_read), slots(threads + kSlack) {
        try {
            for (unsigned i = 0; i < threads; ++i) {
                threads_.emplace_back([this] { work(); });
            }
            threads_.emplace_back([this] { feed(); });
        } catch (...) {
            stop();
            throw;
        }
    }

    ~Pipeline() { stop(); }

    void stop() noexcept {
        {
            const std::lock_guard lock(mutex);
            stopped = true;
            room.notify_all();
            packed_at_hand.notify_all();
        }
        for (auto& thread : threads_) {
            thread.join();
        }
    }

    Slot& slot(std::uint64_t number) { return slots[number % slots.size()]; }

    /// A slot for the feeder to fill; nothing when nobody wants more.
    Slot* next_slot() {
        std::unique_lock lock(mutex);
        if (fed - taken == slots.size()) {  // then not for one block at a time: each time costs two changes of threads
            room.wait(lock, [this] { return stopped || fed - taken <= slots.size() / 2; });
        }
        if (stopped) {
            return nullptr;
        }
        Slot& mine = slot(fed);
        mine.size = 0;
        mine.ready = false;
        mine.error = nullptr;
        return &mine;
    }

    /// `ready`: unpacked by the feeder itself.
    void hand_over(Slot& mine, bool ready) {
        const std::lock_guard lock(mutex);
        mine.ready = ready;
        ++fed;
        if (!ready) {
            to_unpack.push_back(&mine);
            packed_at_hand.notify_one();
        } else if (&mine == &slot(taken)) {
            front_ready.notify_one();
        }
    }

    void feed() noexcept {
        std::exception_ptr error;
        try {
            feed_archive();
        } catch (...) {
            error = std::current_exception();
        }
        const std::lock_guard lock(mutex);
        final_error = error;
        ended = true;
        packed_at_hand.notify_all();
        front_ready.notify_one();
    }

    void feed_archive() {
        const auto start = in.peek(kTarBlock);
        if (start.empty()) {
            throw damaged_archive(0, "it is empty");
        }
        const auto kind = is_tar(start) ? std::nullopt : stream_kind(start);
        if (!kind) {
            if (!is_tar(start)) {
                refuse_unreadable(start);
            }
            copy_plain();
            return;
        }
        do {
            const auto length = front_member_length(in);
            if (!(length ? feed_member(*length) : decode_stream(*kind))) {
                return;
            }
        } while (another_follows(*kind));
    }

    /// False when nobody wants more.
    bool feed_member(std::size_t length) {
        const std::uint64_t offset = in.position();
        const auto member = in.peek(length);
        if (member.size() < length) {
            throw damaged_archive(offset + member.size(), "it ends in the middle of a member");
        }
        Slot* mine = next_slot();
        if (mine == nullptr) {
            return false;
        }
        mine->member.assign(member.begin(), member.end());
        mine->offset = offset;
        in.consume(length);
        hand_over(*mine, false);
        return true;
    }

    /// One foreign stream, in blocks. False when nobody wants more.
    bool decode_stream(StreamKind kind) {
        if (!decoder) {
            decoder = make_stream_decoder(kind);
        }
        decoder->reset();
        for (bool stream_ended = false; !stream_ended;) {
            Slot* mine = next_slot();
            if (mine == nullptr) {
                return false;
            }
            auto out = mine->reserve(kBlockSize);
            while (!stream_ended && !out.empty()) {
                try {
                    stream_ended = decode_some(name_of(kind), out);
                } catch (...) {  // what was unpacked before the damage still counts
                    mine->size = kBlockSize - out.size();
                    hand_over(*mine, true);
                    throw;
                }
            }
            mine->size = kBlockSize - out.size();
            hand_over(*mine, true);
        }
        return true;
    }

    /// Drops from `out` what it filled. True at the end of the stream.
    bool decode_some(std::string_view name, base::MutableBytes& out) {
        const auto input = in.available();
        const auto step = decoder->step(input, out);
        in.consume(step.used);
        out = out.subspan(step.made);
        if (!step.fault.empty()) {
            throw damaged_archive(in.position(), base::cat("the ", name, " stream is broken: ", step.fault));
        }
        if (step.used == 0 && step.made == 0 && !step.ended) {
            throw damaged_archive(in.position(), input.empty() ? base::cat("it ends in the middle of a ", name, " stream") : base::cat("the ", name, " stream does not go on"));
        }
        return step.ended;
    }

    void copy_plain() {
        for (auto bytes = in.available(); !bytes.empty(); bytes = in.available()) {
            Slot* mine = next_slot();
            if (mine == nullptr) {
                return;
            }
            const std::size_t count = std::min(bytes.size(), kBlockSize);
            std::memcpy(mine->reserve(kBlockSize).data(), bytes.data(), count);
            mine->size = count;
            in.consume(count);
            hand_over(*mine, true);
        }
    }

    /// Tapes and some tools pad with zeros; anything else behind a stream that is no stream of its kind does not belong there.
    bool another_follows(StreamKind kind) {
        for (auto bytes = in.available(); !bytes.empty() && !stopping(); bytes = in.available()) {
            const auto rest = std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{0}; });
            in.consume(static_cast<std::size_t>(rest - bytes.begin()));
            if (rest != bytes.end()) {
                if (stream_kind(in.peek(kLongestMagic)) != kind) {
                    throw damaged_archive(in.position(), base::cat("something follows that is no ", name_of(kind)));
                }
                return true;
            }
        }
        return false;
    }

    bool stopping() {
        const std::lock_guard lock(mutex);
        return stopped;
    }

    void work() noexcept {
        std::unique_ptr<MemberUnpacker> unpacker;
        for (;;) {
            std::unique_lock lock(mutex);
            packed_at_hand.wait(lock, [this] { return stopped || !to_unpack.empty() || ended; });
            if (stopped || to_unpack.empty()) {
                return;
            }
            Slot& mine = *to_unpack.front();
            to_unpack.pop_front();
            lock.unlock();
            std::exception_ptr error;
            try {
                if (!unpacker) {
                    unpacker = std::make_unique<MemberUnpacker>();
                }
                unpack(*unpacker, mine);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            mine.error = error;
            mine.ready = true;
            if (&mine == &slot(taken)) {
                front_ready.notify_one();
            }
        }
    }

    static void unpack(MemberUnpacker& unpacker, Slot& slot) {
        const std::size_t size = MemberUnpacker::content_size(slot.member, slot.offset);
        unpacker.unpack(slot.member, slot.offset, slot.reserve(std::max<std::size_t>(size, 1)).first(size));
        slot.size = size;
    }

    /// The slot to read from; nullptr at the end.
    Slot* front() {
        base::check_interrupt();
        std::unique_lock lock(mutex);
        const auto at_hand = [this] { return taken < fed && slot(taken).ready; };
        while (!at_hand() && !(ended && taken == fed)) {
            front_ready.wait_for(lock, kInterruptPoll);
            base::check_interrupt();
        }
        if (!at_hand()) {
            if (final_error) {
                std::rethrow_exception(final_error);
            }
            return nullptr;
        }
        if (slot(taken).error) {
            std::rethrow_exception(slot(taken).error);
        }
        return &slot(taken);
    }

    void release() {
        const std::lock_guard lock(mutex);
        ++taken;
        if (fed - taken <= slots.size() / 2) {
            room.notify_one();
        }
    }

    static constexpr std::size_t kLongestMagic = 10;

    std::atomic<std::uint64_t> bytes_read{0};
    Lookahead in;                             // of the feeder alone
    std::unique_ptr<StreamDecoder> decoder;  // of the feeder alone
    std::vector<Slot> slots;
    std::vector<std::thread> threads_;
    std::mutex mutex;  // guards the counters, the queue, ready, ended and the errors; a slot's buffers belong to the stage that the counters say
    // Each stage is woken only for what it waits for: with one condition for all, waking took more time than handing over.
    std::condition_variable room;            // for the feeder
    std::condition_variable packed_at_hand;  // for the workers
    std::condition_variable front_ready;     // for the caller
    std::deque<Slot*> to_unpack;
    std::uint64_t fed = 0;
    std::uint64_t taken = 0;
    bool ended = false;
    bool stopped = false;
    std::exception_ptr final_error;
    std::size_t used = 0;  // of the front slot; of the caller alone
};

DecompressInput::DecompressInput(base::Source& in, unsigned threads)
    : pipeline_(std::make_unique<Pipeline>(in, std::min(kMostThreads, threads == 0 ? allowed_processors() : threads))) {}

DecompressInput::~DecompressInput() = default;

base::Bytes DecompressInput::chunk() {
    for (;;) {
        Slot* slot = pipeline_->front();
        if (slot == nullptr) {
            return {};
        }
        if (pipeline_->used < slot->size) {
            return {slot->block.get() + pipeline_->used, slot->size - pipeline_->used};
        }
        pipeline_->used = 0;
        pipeline_->release();
    }
}

void DecompressInput::consume(std::size_t count) { pipeline_->used += count; }

std::uint64_t DecompressInput::bytes_read() const noexcept { return pipeline_->bytes_read.load(std::memory_order_relaxed); }

}  // namespace nrear::archive
