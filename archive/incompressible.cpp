// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/incompressible.h"

#include <array>
#include <cstdint>

namespace nrear::archive {

namespace {

constexpr std::size_t kSample = std::size_t{16} << 10;

/// The i-th of `count` samples of `size` bytes, spread evenly.
base::Bytes sample(base::Bytes block, std::size_t i, std::size_t count, std::size_t size) {
    return block.subspan((block.size() - size) / (count - 1) * i, size);
}

/// The sum of the squared counts is least when all values are equally frequent; that of random bytes lies a sixty-fourth above it, the sample being small.
/// Text has ten times as much, programs five times.
bool evenly_spread(base::Bytes block) {
    constexpr std::size_t kCount = 4;
    std::array<std::uint32_t, 256> counts{};
    for (std::size_t i = 0; i < kCount; ++i) {
        for (const std::byte value : sample(block, i, kCount, kSample / kCount)) {
            ++counts[std::to_integer<std::size_t>(value)];
        }
    }
    std::uint64_t squares = 0;
    for (const std::uint64_t count : counts) {
        squares += count * count;
    }
    constexpr std::uint64_t kLeast = std::uint64_t{kSample} * kSample / 256;
    return squares < kLeast + kLeast / 8;
}

}  // namespace

bool IncompressibleTest::operator()(base::Bytes block) { return block.size() >= 4 * kSample && evenly_spread(block) && samples_stay_large(block); }

bool IncompressibleTest::samples_stay_large(base::Bytes block) {
    if (!compressor_) {
        compressor_ = make_block_compressor({Codec::kGzipFast, 1});
        room_.resize(compressor_->bound(kSample));
    }
    constexpr std::size_t kCount = 2;
    std::size_t packed = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
        packed += compressor_->compress(sample(block, i, kCount, kSample), room_);
    }
    return packed >= kCount * kSample - kCount * kSample / 50;
}

}  // namespace nrear::archive
