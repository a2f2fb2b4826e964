// SPDX-License-Identifier: GPL-3.0-or-later
// The packing pipeline: the caller fills blocks, threads pack them, one thread sends them in order. Which member is where is told to a listener, and
// which stage held up the others is measured. Bookkeeping is in member_queue.h, the choice of Codec::kAdaptive in pack_choice.h.
#pragma once

#include <memory>

#include "archive/block_io.h"
#include "archive/pack_options.h"
#include "core/base/byte_stream.h"

namespace nrear::archive {

/// Splits what is written into blocks of kBlockSize, packs them, writes the members to `out`: gzip members, zstd frames, or the blocks themselves for a
/// plain tar. Order: as written. Bound: pack_slots(threads) blocks and their members in flight, and what the compressors of a thread take: with 16 threads
/// 48 MiB and 16 times 3 MiB; zstd above level 5 takes up to 20 MiB a thread, and gets four threads at most. End: the first error of any stage is thrown
/// from write(), space() or finish(); destroying it unfinished drops what is in flight and joins its threads. `out` must outlive it and is written by one
/// thread of ours, which also calls the listener.
class GzipSink final : public base::FinishingSink, public BlockOutput {
public:
    GzipSink(base::Sink& out, PackOptions options);
    ~GzipSink() override;
    void write(base::Bytes bytes) override;
    base::MutableBytes space() override;
    void advance(std::size_t count) override;
    void finish() override;  ///< drains; does not finish `out`
    /// After finish().
    const PackSummary& summary() const noexcept;

private:
    class Pipeline;
    std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace nrear::archive
