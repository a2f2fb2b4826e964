// SPDX-License-Identifier: GPL-3.0-or-later
// Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02 and OpenSSH's PROTOCOL): to bytes and back. No input or output here.
// What a server sent is judged like what an enemy sent: every length is checked, every copy bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::transport {

enum class PacketType : std::uint8_t {
    kInit = 1,
    kVersion = 2,
    kOpen = 3,
    kClose = 4,
    kRead = 5,
    kWrite = 6,
    kFstat = 8,
    kOpendir = 11,
    kReaddir = 12,
    kRemove = 13,
    kMkdir = 14,
    kRmdir = 15,
    kStat = 17,
    kRename = 18,
    kStatus = 101,
    kHandle = 102,
    kData = 103,
    kName = 104,
    kAttributes = 105,
    kExtended = 200,
    kExtendedReply = 201,
};

enum class StatusCode : std::uint32_t {
    kOk = 0,
    kEndOfFile = 1,
    kNoSuchFile = 2,
    kPermissionDenied = 3,
    kFailure = 4,
    kBadMessage = 5,
    kNoConnection = 6,
    kConnectionLost = 7,
    kUnsupported = 8,
};

/// The largest packet that is taken from a server: the data of one read and some more, as OpenSSH's own limit.
inline constexpr std::size_t kLargestPacket = 256 * 1024 + 1024;

/// Error (kNetwork) for a server that does not keep to the protocol; `what` as in "a reply to nothing that was asked".
[[noreturn]] void throw_protocol_error(std::string_view what);

/// Builds one packet, its length field included.
class PacketWriter {
public:
    explicit PacketWriter(PacketType type);
    PacketWriter& u32(std::uint32_t number);
    PacketWriter& u64(std::uint64_t number);
    PacketWriter& text(std::string_view bytes);  ///< length and bytes
    PacketWriter& raw(base::Bytes bytes);        ///< bytes alone
    /// The whole packet; call once, last.
    std::vector<std::byte> take();

private:
    std::vector<std::byte> bytes_;
};

/// Size, mode and time of a file, as far as the server tells them.
struct Attributes {
    std::optional<std::uint64_t> size;
    std::optional<std::uint32_t> mode;   ///< st_mode
    std::optional<std::uint32_t> mtime;  ///< seconds since 1970
};

/// Reads the fields of one packet in order. Every call throws Error (kNetwork) when the packet ends too early.
class PacketReader {
public:
    explicit PacketReader(base::Bytes body) : rest_(body) {}
    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t u64();
    std::string_view text();  ///< length and bytes; lives as long as the packet
    Attributes attributes();
    bool at_end() const { return rest_.empty(); }

private:
    base::Bytes take(std::size_t count);
    base::Bytes rest_;
};

struct Status {
    StatusCode code = StatusCode::kOk;
    std::string message;  ///< the server's own words, at most 200 bytes, printable
};

/// The fields of a kStatus packet after its id.
Status read_status(PacketReader& reader);

struct Packet {
    PacketType type{};
    std::vector<std::byte> body;  ///< what follows the type byte
};

/// Cuts a stream of bytes into packets. Holds at most one packet and what was fed last.
class PacketAssembler {
public:
    void feed(base::Bytes bytes);
    /// The next whole packet; nothing when more bytes are needed. Throws Error (kNetwork) for an impossible length.
    std::optional<Packet> next();

private:
    std::vector<std::byte> bytes_;
    std::size_t start_ = 0;
};

}  // namespace nrear::transport
