// SPDX-License-Identifier: GPL-3.0-or-later
// GzipSink: caller -> blocks -> packing threads -> one writing thread. Slots form a ring; three counters say how far each stage is.
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "archive/compress.h"
#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

constexpr unsigned kMostThreads = 16;  // 16 of them outrun any disk, and bound the memory
constexpr unsigned kSlack = 8;         // blocks that may wait for a slow line while the packers go on
constexpr auto kInterruptPoll = std::chrono::milliseconds(100);

struct Slot {
    std::unique_ptr<std::byte[]> block;  // new[] without initialisation: zero-filling costs more than compressing small files
    std::unique_ptr<std::byte[]> member;
    std::size_t block_size = 0;
    base::Bytes packed_bytes;  // in `member`, or the block itself
    bool packed = false;
};

}  // namespace

struct GzipSink::Pipeline {
    Pipeline(base::Sink& sink, const Compression& compression, unsigned threads, MemberListener listener) : out(sink), on_member(std::move(listener)) {
        std::vector<std::unique_ptr<BlockCompressor>> compressors;
        for (unsigned i = 0; i < threads; ++i) {
            compressors.push_back(compression.codec == Codec::kNone ? nullptr : make_block_compressor(compression));
        }
        slots.resize(threads + kSlack);
        try {
            for (auto& compressor : compressors) {
                workers.emplace_back([this, owned = std::move(compressor)] { guarded([&] { pack_blocks(owned.get()); }); });
            }
            workers.emplace_back([this] { guarded([this] { write_members(); }); });
        } catch (...) {  // no thread to be had: those that started must not outlive us
            stop();
            join();
            throw;
        }
    }

    ~Pipeline() {
        stop();
        join();
    }

    template <class Work>
    void guarded(Work work) noexcept {
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!error) {
                error = std::current_exception();
            }
            stopped = true;
            changed.notify_all();
        }
    }

    void stop() noexcept {
        const std::lock_guard lock(mutex);
        stopped = true;
        changed.notify_all();
    }

    void join() noexcept {
        for (auto& worker : workers) {
            if (worker.joinable()) {
                worker.join();
            }
        }
    }

    Slot& slot(std::uint64_t number) { return slots[number % slots.size()]; }

    void pack_blocks(BlockCompressor* compressor) {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return stopped || packing < filled || ended; });
            if (stopped || packing == filled) {
                return;
            }
            Slot& mine = slot(packing++);
            lock.unlock();
            pack(mine, compressor);
            lock.lock();
            mine.packed = true;
            changed.notify_all();
        }
    }

    static void pack(Slot& slot, BlockCompressor* compressor) {
        const base::Bytes block(slot.block.get(), slot.block_size);
        if (compressor == nullptr) {
            slot.packed_bytes = block;
            return;
        }
        const std::size_t bound = compressor->bound(kBlockSize);
        if (!slot.member) {
            slot.member.reset(new std::byte[bound]);
        }
        slot.packed_bytes = {slot.member.get(), compressor->compress(block, {slot.member.get(), bound})};
    }

    void write(const Slot& slot) {
        out.write(slot.packed_bytes);
        const MemberPlace place{archive_bytes, slot.packed_bytes.size(), slot.block_size};
        archive_bytes += place.length;
        if (on_member) {
            on_member(place);
        }
    }

    void write_members() {
        for (;;) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return stopped || (written < filled && slot(written).packed) || (ended && written == filled); });
            if (stopped || written == filled) {
                return;
            }
            Slot& next = slot(written);
            lock.unlock();
            write(next);
            lock.lock();
            next.packed = false;
            ++written;
            changed.notify_all();
        }
    }

    void throw_error() {
        if (error) {
            std::rethrow_exception(error);
        }
    }

    /// The slot that is being filled; waits until one is free.
    Slot& current() {
        if (!has_slot) {
            std::unique_lock lock(mutex);
            while (!stopped && filled - written == slots.size()) {
                changed.wait_for(lock, kInterruptPoll);
                base::check_interrupt();
            }
            throw_error();
            has_slot = true;
            slot(filled).block_size = 0;
        }
        Slot& mine = slot(filled);
        if (!mine.block) {
            mine.block.reset(new std::byte[kBlockSize]);
        }
        return mine;
    }

    void hand_over() {
        const std::lock_guard lock(mutex);
        throw_error();
        ++filled;
        has_slot = false;
        changed.notify_all();
    }

    void drain() {
        if (has_slot || filled == 0) {
            current();  // nothing at all is one empty member: an empty file is no gzip file
            hand_over();
        }
        std::unique_lock lock(mutex);
        ended = true;
        changed.notify_all();
        while (!stopped && written < filled) {
            changed.wait_for(lock, kInterruptPoll);
            base::check_interrupt();
        }
        lock.unlock();
        join();
        throw_error();
    }

    base::Sink& out;
    MemberListener on_member;         // of the writing thread, as is the next
    std::uint64_t archive_bytes = 0;
    std::vector<Slot> slots;
    std::vector<std::thread> workers;
    std::mutex mutex;  // guards all below; a slot's buffers belong to the stage that the counters say
    std::condition_variable changed;
    std::uint64_t filled = 0;
    std::uint64_t packing = 0;
    std::uint64_t written = 0;
    bool has_slot = false;  // of the caller alone
    bool ended = false;
    bool stopped = false;
    std::exception_ptr error;
};

GzipSink::GzipSink(base::Sink& out, const Compression& compression, unsigned threads, MemberListener on_member)
    : pipeline_(std::make_unique<Pipeline>(out, compression, std::min(kMostThreads, threads == 0 ? allowed_processors() : threads), std::move(on_member))) {}

GzipSink::~GzipSink() = default;

base::MutableBytes GzipSink::space() {
    Slot& slot = pipeline_->current();
    return {slot.block.get() + slot.block_size, kBlockSize - slot.block_size};
}

void GzipSink::advance(std::size_t count) {
    Slot& slot = pipeline_->current();
    slot.block_size += count;
    if (slot.block_size == kBlockSize) {
        pipeline_->hand_over();
    }
}

void GzipSink::write(base::Bytes bytes) { put(*this, bytes); }

void GzipSink::finish() { pipeline_->drain(); }

}  // namespace nrear::archive
