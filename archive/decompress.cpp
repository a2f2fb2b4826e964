// SPDX-License-Identifier: GPL-3.0-or-later
// DecompressInput: one feeding thread reads and cuts members (or inflates by itself what is no member of ours), workers unpack, the caller takes in order.
#include "archive/decompress.h"

#include <libdeflate.h>
#include <zlib.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "archive/compress.h"
#include "archive/gzip_member.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr unsigned kMostThreads = 8;
constexpr unsigned kSlack = 6;
constexpr std::size_t kInputBuffer = kLargestMember + (std::size_t{1} << 20);
constexpr auto kInterruptPoll = std::chrono::milliseconds(100);

Error damaged(std::uint64_t at, std::string_view why) {
    return Error(ErrorKind::kIntegrity, "read the archive", base::cat("at byte ", at, ' ', why), "the archive is damaged: use another backup");
}

/// Looks ahead in a Source, and knows how far it is.
class Lookahead {
public:
    Lookahead(base::Source& in, std::atomic<std::uint64_t>& bytes_read) : in_(in), bytes_read_(bytes_read), buffer_(new std::byte[kInputBuffer]) {}

    /// The next `count` bytes, fewer only at the end.
    base::Bytes peek(std::size_t count) {
        if (end_ - begin_ < count && begin_ > 0) {
            std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        while (end_ - begin_ < count && fill()) {
        }
        return {buffer_.get() + begin_, std::min(count, end_ - begin_)};
    }
    /// Whatever is there, at least one byte but at the end.
    base::Bytes available() {
        if (begin_ == end_) {
            peek(1);
        }
        return {buffer_.get() + begin_, end_ - begin_};
    }
    void consume(std::size_t count) {
        begin_ += count;
        position_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
    }
    std::uint64_t position() const noexcept { return position_; }

private:
    bool fill() {
        const std::size_t got = in_.read({buffer_.get() + end_, std::min(kInputBuffer - end_, kBlockSize)});
        end_ += got;
        bytes_read_.fetch_add(got, std::memory_order_relaxed);
        return got > 0;
    }

    base::Source& in_;
    std::atomic<std::uint64_t>& bytes_read_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t position_ = 0;
};

/// zlib's inflate for gzip streams, one member at a time.
class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, 15 + 16) != Z_OK) {
            throw Error(ErrorKind::kGeneral, "set up decompression", "zlib has no memory");
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    void reset() { inflateReset(&stream_); }
    /// Unpacks from `in` to `out`, drops from both what it used. True at the end of the member. Throws Error.
    bool step(Lookahead& in, base::MutableBytes& out) {
        const auto input = in.available();
        if (input.empty()) {
            throw damaged(in.position(), "it ends in the middle of a gzip stream");
        }
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int result = inflate(&stream_, Z_NO_FLUSH);
        in.consume(input.size() - stream_.avail_in);
        out = out.last(stream_.avail_out);
        if (result != Z_OK && result != Z_STREAM_END) {
            throw damaged(in.position(), base::cat("the gzip stream is broken: ", stream_.msg != nullptr ? stream_.msg : "no reason given"));
        }
        return result == Z_STREAM_END;
    }

private:
    z_stream stream_{};
};

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

void unpack_member(libdeflate_decompressor* decompressor, Slot& slot) {
    const std::uint32_t content = member_content_size(slot.member);
    if (content > kLargestMember) {
        throw damaged(slot.offset, "a gzip member claims an impossible size");
    }
    const auto out = slot.reserve(std::max<std::size_t>(content, 1));
    std::size_t used = 0;
    std::size_t made = 0;
    const auto result = libdeflate_gzip_decompress_ex(decompressor, slot.member.data(), slot.member.size(), out.data(), content, &used, &made);
    if (result != LIBDEFLATE_SUCCESS || used != slot.member.size() || made != content) {
        throw damaged(slot.offset, "a gzip member is damaged (its checksum or structure is wrong)");
    }
    slot.size = content;
}

/// Names what is no gzip and no tar, for a message worth reading.
void refuse_foreign_compression(base::Bytes start) {
    using namespace std::string_view_literals;
    struct Magic {
        std::string_view bytes;
        std::string_view name;
    };
    static constexpr Magic kMagics[]{{"\x28\xb5\x2f\xfd"sv, "zstd"}, {"\xfd\x37zXZ"sv, "xz"},        {"BZh"sv, "bzip2"},
                                     {"\x04\x22\x4d\x18"sv, "lz4"},  {"\x1f\x9d"sv, "compress"}, {"Salted__"sv, "openssl"}};
    for (const auto& magic : kMagics) {
        if (base::as_text(start).starts_with(magic.bytes)) {
            throw Error(ErrorKind::kGeneral, "read the archive", base::cat("it is packed with ", magic.name, ", which nrear does not unpack"),
                        "unpack it to a plain tar first");
        }
    }
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
            changed.notify_all();
        }
        for (auto& thread : threads_) {
            thread.join();
        }
    }

    Slot& slot(std::uint64_t number) { return slots[number % slots.size()]; }

    /// A slot for the feeder to fill; nothing when nobody wants more.
    Slot* next_slot() {
        std::unique_lock lock(mutex);
        // A worker that has not looked at a slot yet must find it as it was, also when the caller is done with it.
        changed.wait(lock, [this] { return stopped || (fed - taken < slots.size() && fed - unpacking < slots.size()); });
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
        changed.notify_all();
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
        changed.notify_all();
    }

    void feed_archive() {
        const auto start = in.peek(kTarBlockSize);
        if (start.empty()) {
            throw damaged(0, "it is empty");
        }
        if (!has_gzip_magic(start)) {
            refuse_foreign_compression(start);
            copy_plain();
            return;
        }
        while (feed_member()) {
        }
    }

    /// False at the end.
    bool feed_member() {
        const auto header = in.peek(kMemberHeaderSize);
        if (!has_gzip_magic(header)) {
            skip_zeros();
            return false;
        }
        const auto length = member_length(header);
        if (!length) {
            return inflate_stream();
        }
        const std::uint64_t offset = in.position();
        const auto member = in.peek(*length);
        if (member.size() < *length) {
            throw damaged(offset + member.size(), "it ends in the middle of a gzip member");
        }
        Slot* mine = next_slot();
        if (mine == nullptr) {
            return false;
        }
        mine->member.assign(member.begin(), member.end());
        mine->offset = offset;
        in.consume(*length);
        hand_over(*mine, false);
        return true;
    }

    /// One foreign gzip member, in blocks. False when nobody wants more.
    bool inflate_stream() {
        inflater.reset();
        for (bool ended_member = false; !ended_member;) {
            Slot* mine = next_slot();
            if (mine == nullptr) {
                return false;
            }
            auto out = mine->reserve(kBlockSize);
            while (!ended_member && !out.empty()) {
                try {
                    ended_member = inflater.step(in, out);
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

    /// Tapes and some tools pad with zeros; anything else behind the last member is not ours.
    void skip_zeros() {
        for (auto bytes = in.available(); !bytes.empty(); bytes = in.available()) {
            for (const std::byte b : bytes) {
                if (b != std::byte{0}) {
                    throw damaged(in.position(), "something follows that is no gzip");
                }
            }
            in.consume(bytes.size());
            const std::lock_guard lock(mutex);
            if (stopped) {
                return;
            }
        }
    }

    void work() noexcept {
        const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(libdeflate_alloc_decompressor(),
                                                                                                         libdeflate_free_decompressor);
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return stopped || unpacking < fed || ended; });
            if (stopped || unpacking == fed) {
                return;
            }
            Slot& mine = slot(unpacking++);
            if (mine.ready) {
                changed.notify_all();
                continue;
            }
            lock.unlock();
            std::exception_ptr error;
            try {
                if (!decompressor) {
                    throw std::bad_alloc();
                }
                unpack_member(decompressor.get(), mine);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            mine.error = error;
            mine.ready = true;
            changed.notify_all();
        }
    }

    /// The slot to read from; nullptr at the end.
    Slot* front() {
        base::check_interrupt();
        std::unique_lock lock(mutex);
        const auto at_hand = [this] { return taken < fed && slot(taken).ready; };
        while (!at_hand() && !(ended && taken == fed)) {
            changed.wait_for(lock, kInterruptPoll);
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
        changed.notify_all();
    }

    static constexpr std::size_t kTarBlockSize = 512;

    std::atomic<std::uint64_t> bytes_read{0};
    Lookahead in;       // of the feeder alone
    Inflater inflater;  // of the feeder alone
    std::vector<Slot> slots;
    std::vector<std::thread> threads_;
    std::mutex mutex;  // guards the counters, ready, ended and the errors; a slot's buffers belong to the stage that the counters say
    std::condition_variable changed;
    std::uint64_t fed = 0;
    std::uint64_t unpacking = 0;
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
