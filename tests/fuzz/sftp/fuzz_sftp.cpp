// SPDX-License-Identifier: GPL-3.0-or-later
// A server that answers with whatever the fuzzer likes. The client may throw Error, and nothing else; its memory stays bounded.
// The first byte chooses what is asked; packets of the input get their length field and, mostly, a fitting id, so that the fuzzer gets past the framing.
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "tests/unit/transport/scripted_channel.h"
#include "transport/sftp_calls.h"
#include "transport/sftp_files.h"
#include "transport/sftp_packet.h"

namespace {

using namespace nrear;
using namespace nrear::transport;

/// Input: (length, type, body)*; the reply to the n-th request gets the id n unless the type's highest bit is set.
std::vector<std::byte> packets_from(const std::uint8_t* data, std::size_t size) {
    std::vector<std::byte> stream;
    std::uint32_t id = 1;
    while (size >= 2) {
        const auto length = std::min<std::size_t>(data[0], size - 2);
        const auto type = data[1];
        const bool raw = (type & 0x80) != 0 && type != 200 && type != 201;
        const auto body = std::as_bytes(std::span(data + 2, length));
        PacketWriter packet(static_cast<PacketType>(raw ? type & 0x7f : type));
        if (!raw) {
            packet.u32(id++);
        }
        const auto bytes = packet.raw(body).take();
        stream.insert(stream.end(), bytes.begin(), bytes.end());
        data += 2 + length;
        size -= 2 + length;
    }
    return stream;
}

void ask(SftpCalls& calls, std::uint8_t what) {
    switch (what % 8) {
        case 0:
            calls.stat("/x");
            break;
        case 1:
            calls.list("/x");
            break;
        case 2:
            calls.file_system("/x");
            break;
        case 3:
            calls.make_directory("/x");
            break;
        case 4:
            calls.remove("/x");
            break;
        default: {
            const auto handle = what % 2 == 0 ? calls.open_to_read("/x") : calls.create_exclusively("/x");
            calls.attributes_of(handle, "/x");
            const auto first = calls.send_read(handle, 0, 100);
            const auto second = calls.send_read(handle, 100, 100);
            calls.wire().wait(second);
            calls.wire().wait(first);
            calls.close(handle, "/x");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const WireLimits limits{.silence = std::chrono::milliseconds(1), .request = std::chrono::milliseconds(1), .window = {8192, 8192}};
    PacketWriter version(PacketType::kVersion);
    version.u32(3);
    if ((data[1] & 1) != 0) {
        version.text("limits@openssh.com").text("1");
    }
    version.text("statvfs@openssh.com").text("2");
    try {
        SftpCalls calls(std::make_unique<transport::testing::ScriptedChannel>(version.take(), packets_from(data + 2, size - 2)), limits, "u@h");
        ask(calls, data[0]);
    } catch (const Error& error) {
        if (std::string(error.what()).size() > 4096) {
            std::abort();
        }
    }
    // The same bytes without any help: greeting and framing.
    try {
        SftpWire wire(std::make_unique<transport::testing::ScriptedChannel>(std::vector<std::byte>(std::as_bytes(std::span(data, size)).begin(), std::as_bytes(std::span(data, size)).end())), limits);
        wire.start();
    } catch (const Error&) {
    }
    return 0;
}
