// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an archive: packed in any way that is known or plain, then as tar. The only failure allowed is nrear::Error, memory stays bounded, and what was read is coherent.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "archive/decompress.h"
#include "archive/posix_acl.h"
#include "archive/stream_decoder.h"
#include "archive/tar_reader.h"
#include "core/base/error.h"
#include "core/base/memory_stream.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

class BytesInput final : public BlockInput {
public:
    explicit BytesInput(base::Bytes bytes) : bytes_(bytes) {}
    base::Bytes chunk() override { return bytes_.first(std::min<std::size_t>(bytes_.size(), 700)); }
    void consume(std::size_t count) override { bytes_ = bytes_.subspan(count); }

private:
    base::Bytes bytes_;
};

void read_tar(BlockInput& input) {
    TarReader reader(input);
    Entry entry;
    while (reader.next(entry)) {
        if (entry.path.empty()) {
            std::abort();
        }
        std::uint64_t end = 0;
        for (auto data = reader.data(); !data.bytes.empty(); data = reader.data()) {
            if (data.offset < end || (entry.type == EntryType::kFile && data.offset + data.bytes.size() > entry.size)) {
                std::abort();  // data out of order or behind the end of the file
            }
            end = data.offset + data.bytes.size();
            reader.consume(data.bytes.size());
        }
        acl_xattr_from_text(entry.acl_access, nullptr);
    }
    reader.finish();
}

/// Makes the checksum of whatever looks like a header right: else nothing but the first header would ever be tried.
std::vector<std::byte> with_checksums(base::Bytes bytes) {
    std::vector<std::byte> fixed(bytes.begin(), bytes.end());
    for (std::size_t at = 0; at + kTarBlock <= fixed.size(); at += kTarBlock) {
        TarHeader header;
        std::memcpy(&header, fixed.data() + at, sizeof header);
        if (std::memcmp(header.magic, "ustar", 5) == 0) {
            set_tar_checksum(header);
            std::memcpy(fixed.data() + at, &header, sizeof header);
        }
    }
    return fixed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    try {
        const auto fixed = with_checksums(bytes);
        BytesInput input(fixed);
        read_tar(input);
    } catch (const Error&) {
    }
    if (stream_kind(bytes.first(std::min<std::size_t>(size, 10)))) {
        try {
            base::MemorySource source(bytes);
            DecompressInput input(source, 1);
            read_tar(input);
        } catch (const Error&) {
        }
    }
    return 0;
}
