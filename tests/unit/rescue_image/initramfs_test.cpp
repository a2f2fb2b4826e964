// SPDX-License-Identifier: GPL-3.0-or-later
// The initramfs's bytes: cpio entries, and gzip members as the kernel's small gunzip takes them.
#include "rescue/image/initramfs.h"

#include <zstd.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/memory_stream.h"
#include "fake_root.h"
#include "rescue/image/gzip_header.h"

using nrear::image::EntryKind;
using nrear::image::ImageEntry;
using nrear::image::ImageManifest;
using nrear::image::InitramfsCodec;
using nrear::image::InitramfsOptions;
using nrear::image::without_extra_field;
using nrear::test::FakeRoot;

namespace {

struct CpioEntry {
    std::string name;
    std::uint64_t mode = 0;
    std::string content;
};

// Reads newc as init/initramfs.c does: headers at multiples of four, until the trailer.
std::vector<CpioEntry> read_cpio(const std::string& bytes) {
    std::vector<CpioEntry> entries;
    const auto field = [&](std::size_t at, std::size_t index) { return std::stoull(bytes.substr(at + 6 + 8 * index, 8), nullptr, 16); };
    for (std::size_t at = 0; at + 110 <= bytes.size();) {
        if (bytes[at] == '\0') {
            ++at;
            continue;
        }
        REQUIRE(at % 4 == 0);
        REQUIRE(bytes.substr(at, 6) == "070701");
        CpioEntry entry;
        entry.mode = field(at, 1);
        const auto size = field(at, 6);
        const auto name_size = field(at, 11);
        entry.name = bytes.substr(at + 110, name_size - 1);
        const auto content_at = (at + 110 + name_size + 3) / 4 * 4;
        entry.content = bytes.substr(content_at, size);
        at = (content_at + size + 3) / 4 * 4;
        if (entry.name == "TRAILER!!!") {
            return entries;
        }
        entries.push_back(entry);
    }
    FAIL("no trailer");
    return entries;
}

ImageEntry entry(const std::string& path, EntryKind kind, unsigned mode, const std::string& content = "") {
    ImageEntry made;
    made.path = path;
    made.kind = kind;
    made.mode = mode;
    made.content = content;
    made.size = kind == EntryKind::kFile ? content.size() : 0;
    made.reason = "test: x";
    return made;
}

ImageManifest small_image() {
    ImageManifest manifest;
    manifest.entries = {entry("/dev", EntryKind::kDirectory, 0755), entry("/dev/null", EntryKind::kCharacterDevice, 0666),
                        entry("/etc", EntryKind::kDirectory, 0755), entry("/etc/name", EntryKind::kFile, 0600, "controller-0\n"),
                        entry("/init", EntryKind::kSymlink, 0777, "/usr/sbin/nrear")};
    manifest.entries[1].device_major = 1;
    manifest.entries[1].device_minor = 3;
    return manifest;
}

std::string write(const FakeRoot& node, const ImageManifest& manifest, const InitramfsOptions& options) {
    nrear::base::MemoryFile sink;
    const auto report = nrear::image::write_initramfs(node.root(), manifest, options, sink);
    CHECK(report.bytes == sink.size());
    CHECK(report.entries == manifest.entries.size());
    return sink.text();
}

}  // namespace

TEST_CASE("entries arrive as the kernel reads them") {
    const FakeRoot node;
    node.file("/usr/bin/tool", "the tool's bytes");
    auto manifest = small_image();
    manifest.entries.push_back(entry("/usr/bin/tool", EntryKind::kFile, 0755));
    manifest.entries.back().source = "/usr/bin/tool";
    const auto entries = read_cpio(write(node, manifest, {.codec = InitramfsCodec::kNone}));
    REQUIRE(entries.size() == 6);
    CHECK(entries[0].name == "dev");
    CHECK(entries[0].mode == (S_IFDIR | 0755U));
    CHECK(entries[1].mode == (S_IFCHR | 0666U));
    CHECK(entries[3].content == "controller-0\n");
    CHECK(entries[3].mode == (S_IFREG | 0600U));
    CHECK(entries[4].content == "/usr/sbin/nrear");
    CHECK(entries[5].content == "the tool's bytes");
}

TEST_CASE("the same bytes on any number of threads, and headers without extra field") {
    const FakeRoot node;
    auto manifest = small_image();
    std::string noise;
    for (unsigned i = 0; i < 3'000'000; ++i) {
        noise += static_cast<char>((i * i) >> 7U);
    }
    manifest.entries.push_back(entry("/noise", EntryKind::kFile, 0644, noise));
    for (int i = 0; i < 20; ++i) {
        manifest.entries.push_back(entry("/z" + std::to_string(100 + i), EntryKind::kFile, 0644, noise.substr(0, 300'000)));
    }
    const auto zstd_one = write(node, manifest, {.codec = InitramfsCodec::kZstd, .threads = 1});
    const auto zstd_four = write(node, manifest, {.codec = InitramfsCodec::kZstd, .threads = 4});
    CHECK((zstd_one == zstd_four));
    const auto one = write(node, manifest, {.threads = 1});
    const auto four = write(node, manifest, {.threads = 4});
    CHECK((one == four));
    CHECK(one.size() < noise.size() * 3);
    CHECK(one.substr(0, 4) == std::string("\x1f\x8b\x08\x00", 4));
}

TEST_CASE("zstd: independent frames of whole entries, with small windows and checksums, that give back every byte") {
    const FakeRoot node;
    auto manifest = small_image();
    std::string noise;
    for (unsigned i = 0; i < 3'000'001; ++i) {
        noise += static_cast<char>((i * i) >> 7U);
    }
    for (int i = 0; i < 5; ++i) {
        manifest.entries.push_back(entry("/z" + std::to_string(i), EntryKind::kFile, 0644, noise));
    }
    const auto packed = write(node, manifest, {.codec = InitramfsCodec::kZstd});
    std::string cpio;
    int frames = 0;
    for (std::size_t at = 0; at < packed.size(); ++frames) {
        // What unzstd() of lib/decompress_unzstd.c does with each: find its end, unpack it alone; the loop around it wants the state between two entries.
        const auto length = ZSTD_findFrameCompressedSize(packed.data() + at, packed.size() - at);
        REQUIRE(ZSTD_isError(length) == 0);
        CHECK((static_cast<unsigned char>(packed[at + 4]) & 4U) != 0);  // RFC 8878 3.1.1.1.1: Content_Checksum_flag
        const auto size = ZSTD_getFrameContentSize(packed.data() + at, length);
        REQUIRE(size < (64U << 20U));
        std::string content(static_cast<std::size_t>(size), '\0');
        const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
        REQUIRE(ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23)) == 0);
        ZSTD_inBuffer in{packed.data() + at, length, 0};
        ZSTD_outBuffer out{content.data(), content.size(), 0};
        REQUIRE(ZSTD_decompressStream(context.get(), &out, &in) == 0);
        CHECK(content.size() % 4 == 0);
        CHECK(content.substr(0, 6) == "070701");
        cpio += content;
        at += length;
    }
    CHECK(frames == 3);
    const auto entries = read_cpio(cpio);
    REQUIRE(entries.size() == manifest.entries.size());
    CHECK((entries.back().content == noise));
}

TEST_CASE("a large file travels unpacked between members, at a multiple of four") {
    const FakeRoot node;
    const std::string large(33U << 20U, 'L');
    node.file("/opt/large", large);
    auto manifest = small_image();
    manifest.entries.push_back(entry("/opt/large", EntryKind::kFile, 0644));
    manifest.entries.back().source = "/opt/large";
    const auto codec = GENERATE(InitramfsCodec::kGzip, InitramfsCodec::kZstd);
    const auto bytes = write(node, manifest, {.codec = codec});
    const auto at = bytes.find("070701");
    REQUIRE(at != std::string::npos);
    CHECK(at % 4 == 0);
    const auto content = bytes.find("LLLL");
    CHECK(bytes.compare(content, large.size(), large) == 0);
    const auto after = (content + large.size() + 3) / 4 * 4;
    CHECK(bytes.substr(after, 2) == (codec == InitramfsCodec::kZstd ? "\x28\xb5" : "\x1f\x8b"));
}

TEST_CASE("a file that vanished is named") {
    const FakeRoot node;
    auto manifest = small_image();
    manifest.entries.push_back(entry("/opt/gone", EntryKind::kFile, 0644));
    manifest.entries.back().source = "/opt/gone";
    nrear::base::MemoryFile sink;
    CHECK_THROWS_WITH(nrear::image::write_initramfs(node.root(), manifest, {}, sink), Catch::Contains("/opt/gone into the rescue image"));
}

TEST_CASE("what a sink throws arrives") {
    class BadSink final : public nrear::base::Sink {
        void write(nrear::base::Bytes) override { throw nrear::Error(nrear::ErrorKind::kNoSpaceLocal, "write", "full"); }
    };
    const FakeRoot node;
    BadSink sink;
    CHECK_THROWS_WITH(nrear::image::write_initramfs(node.root(), small_image(), {}, sink), "write: full");
}

TEST_CASE("the extra field is cut out of a gzip member") {
    const std::string head("\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
    const std::string bare("\x1f\x8b\x08\x00\0\0\0\0\0\xff", 10);
    CHECK(without_extra_field(head + std::string("\x03\0abc", 5) + "data") == bare + "data");
    CHECK(without_extra_field(bare + "data") == bare + "data");
    CHECK_THROWS_AS(without_extra_field(head + std::string("\xff\x00yz", 4)), nrear::Error);
}
