// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/find_members.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "archive/compress.h"
#include "archive/gzip_member.h"
#include "archive/lookahead.h"
#include "archive/member_unpacker.h"
#include "archive/tar_block.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"

namespace nrear::archive {

namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

std::vector<std::byte> read_some(base::RandomAccessSource& in, std::uint64_t offset, std::size_t count) {
    std::vector<std::byte> bytes(count);
    bytes.resize(in.read_at(offset, bytes));
    return bytes;
}

class Finder {
public:
    Finder(base::RandomAccessSource& in, bool salvage) : in_(in), size_(in.size()), salvage_(salvage) {}

    FoundMembers run() {
        found_.framing = framing();
        switch (found_.framing) {
            case Framing::kPlain:
                cut_plain();
                break;
            case Framing::kStream:
                found_.members.push_back({0, size_, 0});
                break;
            default:
                walk();
        }
        return std::move(found_);
    }

private:
    Framing framing() {
        const auto start = read_some(in_, 0, kTarBlock);
        TarHeader header{};
        std::memcpy(&header, start.data(), start.size());
        if (start.size() == kTarBlock && tar_checksum_matches(header)) {
            return Framing::kPlain;
        }
        if (member_length(start)) {
            return Framing::kGzip;
        }
        if (base::as_text(start).starts_with(kZstdMagic) && length_at(0, Framing::kZstd)) {
            return Framing::kZstd;
        }
        // The first header may be what is damaged.
        for (const Framing framing : {Framing::kGzip, Framing::kZstd}) {
            if (salvage_ && next_member(0, framing)) {
                return framing;
            }
        }
        return Framing::kStream;
    }

    void cut_plain() {
        for (std::uint64_t at = 0; at < size_; at += kBlockSize) {
            const std::uint64_t length = std::min<std::uint64_t>(kBlockSize, size_ - at);
            found_.members.push_back({at, length, length});
        }
    }

    void walk() {
        for (std::uint64_t at = 0; at < size_;) {
            base::check_interrupt();
            const auto length = length_at(at, found_.framing);
            if (length && *length <= size_ - at && (!salvage_ || is_credible(at, *length))) {
                add(at, *length);
                at += *length;
            } else if (salvage_) {
                const std::uint64_t next = next_member(at + 1, found_.framing).value_or(size_);
                add_lost(at, next - at);
                at = next;
            } else {
                throw damaged_archive(at, length ? "it ends in the middle of a member" : "there is no member");
            }
        }
    }

    /// The length may be what is damaged: then no member follows, and what stands there is no trailer. (The next member's header may be damaged, too.)
    bool is_credible(std::uint64_t at, std::uint64_t length) {
        if (at + length == size_ || length_at(at + length, found_.framing)) {
            return true;
        }
        return found_.framing == Framing::kZstd || member_content_size(read_some(in_, at + length - kMemberTrailerSize, kMemberTrailerSize)) == kBlockSize;
    }

    std::optional<std::uint64_t> length_at(std::uint64_t at, Framing framing) {
        if (framing == Framing::kGzip) {
            const auto length = member_length(read_some(in_, at, kMemberHeaderSize));
            return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
        }
        RangeSource source(in_, at, std::min<std::uint64_t>(Lookahead::kMost, size_ - at));
        std::atomic<std::uint64_t> counted{0};
        Lookahead ahead(source, counted);
        const auto length = base::as_text(ahead.peek(kZstdMagic.size())) == kZstdMagic ? front_member_length(ahead) : std::nullopt;
        return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
    }

    void add(std::uint64_t at, std::uint64_t length) {
        MemberPlace place{at, length, 0};
        if (found_.framing == Framing::kGzip) {
            const auto trailer = read_some(in_, at + length - kMemberTrailerSize, kMemberTrailerSize);
            place.tar_length = member_content_size(trailer);
            place.crc32 = member_crc(trailer);
        } else {
            place.tar_length = MemberUnpacker::content_size(read_some(in_, at, kMemberHeaderSize), at);
        }
        if (place.tar_length > kLargestMember) {
            if (!salvage_) {
                throw damaged_archive(at, "a member claims an impossible size");
            }
            place.tar_length = kBlockSize;
        }
        found_.members.push_back(place);
    }

    /// As many members as would take this room if they were like the ones before.
    void add_lost(std::uint64_t at, std::uint64_t length) {
        const std::uint64_t usual = found_.members.empty() ? kBlockSize / 3 : std::max<std::uint64_t>(1, at / found_.members.size());
        const std::uint64_t count = std::clamp<std::uint64_t>((length + usual / 2) / usual, 1, length);
        const std::uint64_t pieces = std::max(count, (length + kLargestMember - 1) / kLargestMember);
        for (std::uint64_t i = 0; i < pieces; ++i) {
            const std::uint64_t begin = length / pieces * i;
            const std::uint64_t end = i + 1 == pieces ? length : length / pieces * (i + 1);
            found_.members.push_back({at + begin, end - begin, kBlockSize});
        }
    }

    /// The first place from `from` on where a member starts that another one, or the end, follows.
    std::optional<std::uint64_t> next_member(std::uint64_t from, Framing framing) {
        const std::string_view magic = framing == Framing::kGzip ? kGzipMagic : kZstdMagic;
        RangeSource source(in_, from, size_ - std::min(size_, from));
        std::atomic<std::uint64_t> counted{0};
        Lookahead ahead(source, counted);
        for (;;) {
            base::check_interrupt();
            const auto text = base::as_text(ahead.peek(Lookahead::kMost));
            if (text.size() < kMemberHeaderSize) {
                return std::nullopt;
            }
            const std::size_t at = text.find(magic);
            if (at == std::string_view::npos) {
                ahead.consume(text.size() - std::min(text.size() - 1, magic.size() - 1));
                continue;
            }
            ahead.consume(at);
            const auto length = front_member_length(ahead);
            if (length && goes_on(ahead, *length, magic)) {
                return from + ahead.position();
            }
            ahead.consume(1);
        }
    }

    static bool goes_on(Lookahead& ahead, std::size_t length, std::string_view magic) {
        const auto text = base::as_text(ahead.peek(length + magic.size()));
        return text.size() == length || (text.size() > length && text.substr(length) == magic);
    }

    base::RandomAccessSource& in_;
    std::uint64_t size_;
    bool salvage_;
    FoundMembers found_;
};

}  // namespace

FoundMembers find_members(base::RandomAccessSource& in, bool salvage) { return Finder(in, salvage).run(); }

}  // namespace nrear::archive
