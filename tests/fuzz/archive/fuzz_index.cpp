// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an index, whole or as the content of one chunk. The only failure allowed is nrear::Error, memory stays bounded, what was read is coherent.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "archive/index.h"
#include "archive/index_columns.h"
#include "core/base/error.h"
#include "core/base/memory_stream.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

void check(const IndexEntry& entry, std::uint64_t end) {
    if (entry.path.empty() || entry.tar_offset < end || entry.tar_length == 0 || entry.mtime.nanoseconds > 999'999'999) {
        std::abort();
    }
}

void read_index(base::Bytes bytes) {
    base::MemorySource source(bytes);
    IndexReader reader(source);
    std::uint64_t end = 0;
    for (IndexEntry entry; reader.next(entry); end = entry.tar_offset + entry.tar_length) {
        check(entry, end);
    }
}

/// What comes out of a chunk goes in again, and out as it was.
void read_entries(const std::string& chunk) {
    EntryCursor cursor(chunk);
    EntryColumns columns;
    std::uint64_t end = 0;
    for (IndexEntry entry; cursor.next(entry); end = entry.tar_offset + entry.tar_length) {
        check(entry, end);
        columns.add(entry);
    }
    EntryCursor before(chunk);
    EntryCursor after(columns.take());
    IndexEntry one;
    IndexEntry two;
    while (before.next(one)) {
        if (!after.next(two) || !(one == two)) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto attempt = [](auto action) {
        try {
            action();
        } catch (const Error&) {
        }
    };
    attempt([&] { read_index(bytes); });
    attempt([&] { read_entries(text); });
    attempt([&] {
        std::vector<MemberPlace> members;
        parse_member_columns(text, members);
    });
    attempt([&] { parse_totals(text); });
    return 0;
}
