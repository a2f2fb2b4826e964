// SPDX-License-Identifier: GPL-3.0-or-later
// DecompressInput: one feeding thread reads and cuts members (or unpacks by itself what is no member of ours), workers unpack, the caller takes in order.
#include "archive/decompress.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/compress.h"
#include "archive/lookahead.h"
#include "archive/member_unpacker.h"
#include "archive/ordered_pipeline.h"
#include "archive/stream_decoder.h"
#include "archive/tar_block.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr unsigned kMostThreads = 8;
constexpr unsigned kSlack = 24;  // blocks ahead of a disk or a line that is slow for a moment

struct Slot {
    std::vector<std::byte> member;
    std::unique_ptr<std::byte[]> block;
    std::size_t room = 0;
    std::size_t size = 0;
    std::uint64_t offset = 0;  ///< of the member in the archive

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

/// Reads and cuts members, and unpacks by itself what is no member of ours.
class Feeder {
public:
    Feeder(base::Source& in, std::atomic<std::uint64_t>& bytes_read, std::vector<Slot>& slots, OrderedPipeline& out) : in_(in, bytes_read), slots_(slots), out_(out) {}

    void run() {
        const auto start = in_.peek(kTarBlock);
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
            const auto length = front_member_length(in_);
            if (!(length ? feed_member(*length) : decode_stream(*kind))) {
                return;
            }
        } while (another_follows(*kind));
    }

private:
    static constexpr std::size_t kLongestMagic = 10;

    /// A slot to fill; nullptr when nobody wants more.
    Slot* next_slot() {
        const auto free = out_.free_slot();
        if (!free) {
            return nullptr;
        }
        slots_[*free].size = 0;
        return &slots_[*free];
    }

    /// False when nobody wants more.
    bool feed_member(std::size_t length) {
        const std::uint64_t offset = in_.position();
        const auto member = in_.peek(length);
        if (member.size() < length) {
            throw damaged_archive(offset + member.size(), "it ends in the middle of a member");
        }
        Slot* mine = next_slot();
        if (mine == nullptr) {
            return false;
        }
        mine->member.assign(member.begin(), member.end());
        mine->offset = offset;
        in_.consume(length);
        out_.hand_over(false);
        return true;
    }

    /// One foreign stream, in blocks. False when nobody wants more.
    bool decode_stream(StreamKind kind) {
        if (!decoder_) {
            decoder_ = make_stream_decoder(kind);
        }
        decoder_->reset();
        for (bool stream_ended = false; !stream_ended;) {
            Slot* mine = next_slot();
            if (mine == nullptr) {
                return false;
            }
            auto room = mine->reserve(kBlockSize);
            while (!stream_ended && !room.empty()) {
                try {
                    stream_ended = decode_some(name_of(kind), room);
                } catch (...) {  // what was unpacked before the damage still counts
                    mine->size = kBlockSize - room.size();
                    out_.hand_over(true);
                    throw;
                }
            }
            mine->size = kBlockSize - room.size();
            out_.hand_over(true);
        }
        return true;
    }

    /// Drops from `room` what it filled. True at the end of the stream.
    bool decode_some(std::string_view name, base::MutableBytes& room) {
        const auto input = in_.available();
        const auto step = decoder_->step(input, room);
        in_.consume(step.used);
        room = room.subspan(step.made);
        if (!step.fault.empty()) {
            throw damaged_archive(in_.position(), base::cat("the ", name, " stream is broken: ", step.fault));
        }
        if (step.used == 0 && step.made == 0 && !step.ended) {
            throw damaged_archive(in_.position(), input.empty() ? base::cat("it ends in the middle of a ", name, " stream") : base::cat("the ", name, " stream does not go on"));
        }
        return step.ended;
    }

    void copy_plain() {
        for (auto bytes = in_.available(); !bytes.empty(); bytes = in_.available()) {
            Slot* mine = next_slot();
            if (mine == nullptr) {
                return;
            }
            const std::size_t count = std::min(bytes.size(), kBlockSize);
            std::memcpy(mine->reserve(kBlockSize).data(), bytes.data(), count);
            mine->size = count;
            in_.consume(count);
            out_.hand_over(true);
        }
    }

    /// Tapes and some tools pad with zeros; anything else behind a stream that is no stream of its kind does not belong there.
    bool another_follows(StreamKind kind) {
        for (auto bytes = in_.available(); !bytes.empty() && !out_.stopped(); bytes = in_.available()) {
            const auto rest = std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{0}; });
            in_.consume(static_cast<std::size_t>(rest - bytes.begin()));
            if (rest != bytes.end()) {
                if (stream_kind(in_.peek(kLongestMagic)) != kind) {
                    throw damaged_archive(in_.position(), base::cat("something follows that is no ", name_of(kind)));
                }
                return true;
            }
        }
        return false;
    }

    Lookahead in_;
    std::unique_ptr<StreamDecoder> decoder_;
    std::vector<Slot>& slots_;
    OrderedPipeline& out_;
};

void unpack(MemberUnpacker& unpacker, Slot& slot) {
    const std::size_t size = MemberUnpacker::content_size(slot.member, slot.offset);
    unpacker.unpack(slot.member, slot.offset, slot.reserve(std::max<std::size_t>(size, 1)).first(size));
    slot.size = size;
}

}  // namespace

struct DecompressInput::Pipeline {
    Pipeline(base::Source& in, unsigned threads)
        : slots(threads + kSlack), items(slots.size(), threads,
                                         {.feed = [this, &in](OrderedPipeline& out) { Feeder(in, bytes_read, slots, out).run(); },
                                          .make_work = [this] { return [this, unpacker = std::make_shared<MemberUnpacker>()](std::size_t slot) { unpack(*unpacker, slots[slot]); }; }}) {}

    std::atomic<std::uint64_t> bytes_read{0};
    std::vector<Slot> slots;
    std::size_t used = 0;   // of the front slot; of the caller alone
    OrderedPipeline items;  // last: its threads use all the others
};

DecompressInput::DecompressInput(base::Source& in, unsigned threads)
    : pipeline_(std::make_unique<Pipeline>(in, std::min(kMostThreads, threads == 0 ? allowed_processors() : threads))) {}

DecompressInput::~DecompressInput() = default;

base::Bytes DecompressInput::chunk() {
    while (const auto front = pipeline_->items.front()) {
        const Slot& slot = pipeline_->slots[*front];
        if (pipeline_->used < slot.size) {
            return {slot.block.get() + pipeline_->used, slot.size - pipeline_->used};
        }
        pipeline_->used = 0;
        pipeline_->items.release();
    }
    return {};
}

void DecompressInput::consume(std::size_t count) { pipeline_->used += count; }

std::uint64_t DecompressInput::bytes_read() const noexcept { return pipeline_->bytes_read.load(std::memory_order_relaxed); }

}  // namespace nrear::archive
