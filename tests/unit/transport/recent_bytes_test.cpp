// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/recent_bytes.h"

#include <catch2/catch.hpp>

#include "tests/contract/transport_contract.h"

namespace nrear::transport {

namespace {

std::vector<std::byte> collected(const RecentBytes& kept, std::uint64_t from) {
    std::vector<std::byte> all;
    for (auto piece = kept.at(from); !piece.empty(); piece = kept.at(from + all.size())) {
        all.insert(all.end(), piece.begin(), piece.end());
    }
    return all;
}

}  // namespace

TEST_CASE("what is kept of a stream is what was appended, whatever was dropped before it") {
    const auto stream = contract::pattern(3000000);
    RecentBytes kept;
    CHECK(kept.at(0).empty());
    std::uint64_t dropped = 0;
    std::size_t step = 1;
    for (std::size_t at = 0; at < stream.size(); at += step, step = step * 3 % 400000 + 1) {
        step = std::min(step, stream.size() - at);
        kept.append(base::Bytes(stream).subspan(at, step));
        REQUIRE(kept.end() == at + step);
        if (step % 2 == 0) {
            dropped = std::max(dropped, kept.end() - std::min<std::uint64_t>(kept.end(), step * 5));
            kept.drop_before(dropped);
        }
        REQUIRE(kept.begin() == dropped);
        const auto all = collected(kept, dropped);
        REQUIRE(all.size() == kept.end() - dropped);
        REQUIRE(std::equal(all.begin(), all.end(), stream.begin() + static_cast<std::ptrdiff_t>(dropped)));
    }
    kept.drop_before(kept.end() + 10);
    CHECK(kept.begin() == stream.size());
    CHECK(kept.at(kept.begin()).empty());
    kept.append(base::Bytes(stream).first(10));
    CHECK(collected(kept, stream.size()) == std::vector<std::byte>(stream.begin(), stream.begin() + 10));
    kept.drop_before(0);  // does not bring anything back
    CHECK(kept.begin() == stream.size());
}

}  // namespace nrear::transport
