// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/sftp_packet.h"

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

constexpr std::size_t kLongestMessage = 200;
constexpr std::uint32_t kAttributeSize = 0x1;
constexpr std::uint32_t kAttributeOwner = 0x2;
constexpr std::uint32_t kAttributeMode = 0x4;
constexpr std::uint32_t kAttributeTimes = 0x8;
constexpr std::uint32_t kAttributeExtended = 0x80000000;

std::uint64_t big_endian(base::Bytes bytes) {
    std::uint64_t number = 0;
    for (const auto byte : bytes) {
        number = number << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return number;
}

template <class Number>
void append(std::vector<std::byte>& out, Number number) {
    for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::byte>(number >> shift & 0xff));
    }
}

}  // namespace

void throw_protocol_error(std::string_view what) {
    throw Error(ErrorKind::kNetwork, "talk SFTP with the server", base::cat("it sent ", what),
                "if this server is no OpenSSH, its SFTP part may be at fault");
}

PacketWriter::PacketWriter(PacketType type) : bytes_(4) {
    bytes_.reserve(256);
    bytes_.push_back(static_cast<std::byte>(type));
}

PacketWriter& PacketWriter::u32(std::uint32_t number) {
    append(bytes_, number);
    return *this;
}

PacketWriter& PacketWriter::u64(std::uint64_t number) {
    append(bytes_, number);
    return *this;
}

PacketWriter& PacketWriter::text(std::string_view bytes) {
    u32(static_cast<std::uint32_t>(bytes.size()));
    return raw(base::as_bytes(bytes));
}

PacketWriter& PacketWriter::raw(base::Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
}

std::vector<std::byte> PacketWriter::take() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() - 4);
    for (std::size_t i = 0; i < 4; ++i) {
        bytes_[i] = static_cast<std::byte>(length >> (24 - 8 * i) & 0xff);
    }
    return std::move(bytes_);
}

base::Bytes PacketReader::take(std::size_t count) {
    if (count > rest_.size()) {
        throw_protocol_error("a packet that ends in the middle of a field");
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

std::uint8_t PacketReader::u8() { return static_cast<std::uint8_t>(big_endian(take(1))); }

std::uint32_t PacketReader::u32() { return static_cast<std::uint32_t>(big_endian(take(4))); }

std::uint64_t PacketReader::u64() { return big_endian(take(8)); }

std::string_view PacketReader::text() { return base::as_text(take(u32())); }

Attributes PacketReader::attributes() {
    Attributes attributes;
    const auto flags = u32();
    if (flags & kAttributeSize) {
        attributes.size = u64();
    }
    if (flags & kAttributeOwner) {
        take(8);
    }
    if (flags & kAttributeMode) {
        attributes.mode = u32();
    }
    if (flags & kAttributeTimes) {
        take(4);
        attributes.mtime = u32();
    }
    if (flags & kAttributeExtended) {
        for (auto pairs = u32(); pairs > 0; --pairs) {
            text();
            text();
        }
    }
    return attributes;
}

Status read_status(PacketReader& reader) {
    Status status;
    status.code = static_cast<StatusCode>(reader.u32());
    if (!reader.at_end()) {  // version 3 promises a message, some servers leave it out
        status.message = base::printable(reader.text().substr(0, kLongestMessage));
    }
    return status;
}

void PacketAssembler::feed(base::Bytes bytes) {
    if (start_ == bytes_.size()) {
        bytes_.clear();
        start_ = 0;
    } else if (start_ > kLargestPacket) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
        start_ = 0;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Packet> PacketAssembler::next() {
    const auto rest = base::Bytes(bytes_).subspan(start_);
    if (rest.size() < 4) {
        return std::nullopt;
    }
    const auto length = static_cast<std::size_t>(big_endian(rest.first(4)));
    if (length < 5 || length > kLargestPacket) {  // a type and an id or version at least
        throw_protocol_error(base::cat("a packet of ", length, " bytes"));
    }
    if (rest.size() < 4 + length) {
        return std::nullopt;
    }
    const auto body = rest.subspan(5, length - 1);
    Packet packet{static_cast<PacketType>(rest[4]), {body.begin(), body.end()}};
    start_ += 4 + length;
    return packet;
}

}  // namespace nrear::transport
