// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an archive whose index is to be made again, strictly and salvaging, and then read by that index. The only failure allowed is nrear::Error.
#include <cstdint>
#include <cstdlib>

#include "archive/entry_reading.h"
#include "archive/rebuild_index.h"
#include "core/base/error.h"
#include "core/base/memory_stream.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

void rebuild(base::MemorySource& archive, bool salvage) {
    base::MemoryFile index;
    base::NullProgress progress;
    const auto summary = rebuild_index(archive, index, {1, salvage}, progress);
    RangeSource first(index);
    const auto facts = read_index(first, [](const IndexEntry&) {});
    if (facts.totals.entries != summary.entries) {
        std::abort();
    }
    const auto tar = open_tar(archive, facts.map, facts.map.all(), 1);
    RangeSource second(index);
    read_index(second, [&](const IndexEntry& place) {
        const auto result = read_entry(*tar, place, [](Entry&, TarReader&) {});
        if (!salvage && result.state != EntryState::kWhole) {
            std::abort();  // what was just read without fault
        }
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    base::MemorySource archive(std::as_bytes(std::span(data, size)));
    for (const bool salvage : {false, true}) {
        try {
            rebuild(archive, salvage);
        } catch (const Error&) {
        }
    }
    return 0;
}
