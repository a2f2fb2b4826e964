// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/content_digest.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "archive/entry.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

std::string hex_of(const Sha256Bytes& bytes) { return base::to_hex(bytes); }

/// The digest of a sparse file with this content, of which these extents are stored, given in pieces of `step`.
std::string sparse_digest(const std::string& content, const std::vector<Extent>& extents, std::size_t step) {
    ContentDigest digest;
    digest.start(true);
    for (const auto& extent : extents) {
        for (std::uint64_t at = 0; at < extent.length; at += step) {
            digest.add(extent.offset + at, base::as_bytes(std::string_view(content).substr(extent.offset + at, std::min<std::uint64_t>(step, extent.length - at))));
        }
    }
    return hex_of(digest.finish(content.size()));
}

}  // namespace

TEST_CASE("a file stored whole has the digest that sha256sum prints", "[digest]") {
    ContentDigest digest;
    digest.start(false);
    digest.add(0, base::as_bytes("ab"));
    digest.add(2, base::as_bytes("c"));
    CHECK(hex_of(digest.finish(3)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest.start(false);
    CHECK(hex_of(digest.finish(0)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("what was added before start() does not count", "[digest]") {
    ContentDigest digest;
    digest.start(true);
    digest.add(5, base::as_bytes("left over"));
    digest.start(false);
    digest.add(0, base::as_bytes("abc"));
    CHECK(hex_of(digest.finish(3)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the digest of a sparse file does not depend on where its holes are told to be", "[digest]") {
    std::string content(100'000, '\0');
    content.replace(4096, 5000, std::string(5000, 'a'));
    content.replace(70'001, 3, "xyz");
    const std::string whole = sparse_digest(content, {{0, content.size()}}, 100'000);
    CHECK(sparse_digest(content, {{4096, 5000}, {70'001, 3}}, 777) == whole);
    CHECK(sparse_digest(content, {{4000, 6000}, {70'000, 2}, {70'002, 29'998}}, 4096) == whole);

    std::string other = content;
    other[70'002] = 'Y';
    CHECK(sparse_digest(other, {{0, other.size()}}, 512) != whole);
    CHECK(sparse_digest(content + std::string(1, '\0'), {{4096, 5000}, {70'001, 3}}, 777) != whole);  // only longer
    std::string moved(100'000, '\0');
    moved.replace(8192, 5000, std::string(5000, 'a'));
    moved.replace(70'001, 3, "xyz");
    CHECK(sparse_digest(moved, {{0, moved.size()}}, 4096) != whole);
}

TEST_CASE("the recorded digest of a sparse file", "[digest]") {
    // python3: sha256(pack("<Q", 1) + b"hello".ljust(4096, b"\0") + pack("<Q", 10000))
    CHECK(sparse_digest(std::string(4096, '\0') + "hello" + std::string(10'000 - 4101, '\0'), {{4096, 5}}, 2) ==
          "ffe37de3e2160b8056002d6fa7246da8935a3930ff10d2bfbb6076c9a8b6c75f");
}
