// SPDX-License-Identifier: GPL-3.0-or-later
// The threads around MemberQueue. Each waits for its own turn only: the caller for room, the packers for blocks, the sender for members.
#include "archive/gzip_sink.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "archive/packer.h"
#include "archive/thread_priority.h"
#include "archive/worker_threads.h"
#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kLastSmallZstdLevel = 5;      // those above take up to 20 MiB a thread,
constexpr unsigned kMostLargePackers = 4;   // so they get few
constexpr auto kInterruptPoll = std::chrono::milliseconds(100);

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

/// The bytes of one place of the queue. They belong to the stage that the queue says.
struct Buffers {
    std::unique_ptr<std::byte[]> block;  // not initialised: zero-filling costs more than compressing small files
    std::size_t filled = 0;
    std::unique_ptr<std::byte[]> room;
    base::Bytes member;
};

unsigned packers_wanted(const PackOptions& options) {
    const unsigned wanted = options.threads == 0 ? allowed_processors() : options.threads;
    const auto& [codec, level] = options.compression;
    if (codec == Codec::kZstd && level > kLastSmallZstdLevel) {
        return std::min(wanted, kMostLargePackers);
    }
    // A plain tar needs none, but for the one that passes its blocks on.
    return codec == Codec::kNone ? 1 : std::min(wanted, kMostPackers);
}

}  // namespace

class GzipSink::Pipeline {
public:
    Pipeline(base::Sink& out, PackOptions options);
    ~Pipeline();
    Buffers& current();
    void hand_over();
    void drain();
    const PackSummary& summary() const noexcept { return summary_; }

private:
    std::function<void()> packing();
    std::function<void()> guarded(std::function<void()> work);
    void stop() noexcept;
    void wake_all() noexcept;
    void throw_error();
    void wait_for_caller(std::unique_lock<std::mutex>& lock, const auto& ready);
    void account() noexcept;
    void pack_blocks(Packer& packer);
    void note_packed(std::uint64_t number, std::size_t grade, const Packer::Member& member, double time);
    void send_members();
    void send(const Buffers& buffers);

    base::Sink& out_;
    PackOptions options_;
    std::uint64_t sent_bytes_ = 0;  // of the sending thread

    std::mutex mutex_;  // guards all below
    std::condition_variable room_;
    std::condition_variable blocks_;
    std::condition_variable members_;
    MemberQueue queue_;
    std::vector<Buffers> buffers_;
    PackChoice choice_;
    PackSummary summary_;
    Clock::time_point accounted_ = Clock::now();
    bool has_room_ = false;  // of the caller alone
    bool ended_ = false;
    bool stopped_ = false;
    std::exception_ptr error_;
    WorkerThreads threads_;
};

GzipSink::Pipeline::Pipeline(base::Sink& out, PackOptions options)
    : out_(out), options_(std::move(options)), queue_(pack_slots(packers_wanted(options_))), buffers_(pack_slots(packers_wanted(options_))),
      choice_(grades_of(options_.compression)) {
    try {
        threads_.start(packing());
        threads_.start(guarded([this] { send_members(); }));
        for (unsigned more = packers_wanted(options_); more > 1 && threads_.try_start(packing()); --more) {
        }
    } catch (...) {  // no thread to be had: those that started must not outlive us
        stop();
        threads_.join();
        throw;
    }
}

GzipSink::Pipeline::~Pipeline() {
    stop();
    threads_.join();
}

std::function<void()> GzipSink::Pipeline::packing() {
    return guarded([this, packer = std::make_shared<Packer>(grades_of(options_.compression))] {
        lower_this_thread(options_.nice);
        pack_blocks(*packer);
    });
}

/// The work of a thread, whose error ends the others.
std::function<void()> GzipSink::Pipeline::guarded(std::function<void()> work) {
    return [this, work = std::move(work)]() noexcept {
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            error_ = error_ ? error_ : std::current_exception();
            stopped_ = true;
            wake_all();
        }
    };
}

void GzipSink::Pipeline::stop() noexcept {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_all();
}

void GzipSink::Pipeline::wake_all() noexcept {
    room_.notify_all();
    blocks_.notify_all();
    members_.notify_all();
}

void GzipSink::Pipeline::throw_error() {
    if (error_) {
        std::rethrow_exception(error_);
    }
}

/// The caller waits so: an interruption reaches it, and so does an error of a thread.
void GzipSink::Pipeline::wait_for_caller(std::unique_lock<std::mutex>& lock, const auto& ready) {
    while (!stopped_ && !ready()) {
        room_.wait_for(lock, kInterruptPoll);
        base::check_interrupt();
    }
    throw_error();
}

/// The time since the last change of the queue goes to the stage that held up the others; called before each change.
void GzipSink::Pipeline::account() noexcept {
    const auto now = Clock::now();
    summary_.times.add(queue_.limiting(), seconds(now - accounted_));
    accounted_ = now;
}

/// What is being filled; waits until there is room.
Buffers& GzipSink::Pipeline::current() {
    Buffers& mine = buffers_[queue_.slot_of(queue_.next_to_fill())];  // changed by the caller alone
    if (!has_room_) {
        std::unique_lock lock(mutex_);
        wait_for_caller(lock, [this] { return !queue_.full(); });
        has_room_ = true;
        mine.filled = 0;
        if (!mine.block) {
            mine.block.reset(new std::byte[kBlockSize]);
        }
    }
    return mine;
}

void GzipSink::Pipeline::hand_over() {
    const std::lock_guard lock(mutex_);
    throw_error();
    account();
    queue_.fill(buffers_[queue_.slot_of(queue_.next_to_fill())].filled);
    has_room_ = false;
    blocks_.notify_one();
}

void GzipSink::Pipeline::pack_blocks(Packer& packer) {
    std::unique_lock lock(mutex_);
    for (;;) {
        blocks_.wait(lock, [this] { return stopped_ || queue_.can_pack() || ended_; });
        if (stopped_ || !queue_.can_pack()) {
            return;
        }
        account();
        const std::uint64_t number = queue_.start_packing();
        Buffers& mine = buffers_[queue_.slot_of(number)];
        const std::size_t grade = choice_.choose(mine.filled, queue_.ahead_of(number));
        if (grade > 0) {
            queue_.take_time(number);
        }
        lock.unlock();
        const auto started = Clock::now();
        const auto member = packer.pack({mine.block.get(), mine.filled}, grade, mine.room);
        mine.member = member.bytes;
        const double time = seconds(Clock::now() - started);
        lock.lock();
        note_packed(number, grade, member, time);
    }
}

void GzipSink::Pipeline::note_packed(std::uint64_t number, std::size_t grade, const Packer::Member& member, double time) {
    account();
    queue_.finish_packing(number, member.bytes.size());
    const std::size_t tar_bytes = buffers_[queue_.slot_of(number)].filled;
    if (member.stored) {
        choice_.stored(tar_bytes, member.bytes.size());
        ++summary_.stored;
    } else {
        choice_.packed(grade, tar_bytes, member.bytes.size(), time);
        summary_.harder += grade > 0 ? 1 : 0;
    }
    if (queue_.can_send()) {
        members_.notify_one();
    }
}

void GzipSink::Pipeline::send_members() {
    auto idle_since = Clock::now();
    std::unique_lock lock(mutex_);
    for (;;) {
        members_.wait(lock, [this] { return stopped_ || queue_.can_send() || (ended_ && queue_.drained()); });
        if (stopped_ || !queue_.can_send()) {
            return;
        }
        account();
        const Buffers& next = buffers_[queue_.slot_of(queue_.start_sending())];
        const std::size_t length = next.member.size();
        lock.unlock();
        const auto started = Clock::now();
        send(next);
        const auto ended = Clock::now();
        lock.lock();
        account();
        queue_.finish_sending();
        ++summary_.members;
        choice_.sent(length, seconds(started - idle_since), seconds(ended - started));
        idle_since = ended;
        room_.notify_one();
    }
}

void GzipSink::Pipeline::send(const Buffers& buffers) {
    out_.write(buffers.member);
    const MemberPlace place{sent_bytes_, buffers.member.size(), buffers.filled};
    sent_bytes_ += place.length;
    if (options_.on_member) {
        options_.on_member(place);
    }
}

void GzipSink::Pipeline::drain() {
    if (has_room_ || queue_.next_to_fill() == 0) {
        current();  // nothing at all is one empty member: an empty file is no gzip file
        hand_over();
    }
    {
        std::unique_lock lock(mutex_);
        ended_ = true;
        wake_all();
        wait_for_caller(lock, [this] { return queue_.drained(); });
        wake_all();
    }
    threads_.join();
    throw_error();
}

GzipSink::GzipSink(base::Sink& out, PackOptions options) : pipeline_(std::make_unique<Pipeline>(out, std::move(options))) {}

GzipSink::~GzipSink() = default;

base::MutableBytes GzipSink::space() {
    Buffers& current = pipeline_->current();
    return {current.block.get() + current.filled, kBlockSize - current.filled};
}

void GzipSink::advance(std::size_t count) {
    Buffers& current = pipeline_->current();
    current.filled += count;
    if (current.filled == kBlockSize) {
        pipeline_->hand_over();
    }
}

void GzipSink::write(base::Bytes bytes) { put(*this, bytes); }

void GzipSink::finish() { pipeline_->drain(); }

const PackSummary& GzipSink::summary() const noexcept { return pipeline_->summary(); }

}  // namespace nrear::archive
