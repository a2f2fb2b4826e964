// SPDX-License-Identifier: GPL-3.0-or-later
// DecompressInput on what other programs pack: every kind of stream, whole, joined, cut off, damaged and with something behind. Packed by libarchive and
// zstd; by the programs themselves: tests/integration/archive.
#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "archive/decompress.h"
#include "archive/gzip_sink.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

using namespace std::string_literals;

std::string some_data(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        data[i] = static_cast<char>((i / 50000) % 2 == 0 ? 'a' + random() % 4 : random());
    }
    return data;
}

/// `filter` adds the packing to a raw archive.
std::string packed_by_libarchive(const std::string& data, int (*filter)(struct archive*)) {
    std::string out(data.size() * 2 + 100000, '\0');
    std::size_t used = 0;
    struct archive* archive = archive_write_new();
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    REQUIRE(archive_write_set_format_raw(archive) == ARCHIVE_OK);
    REQUIRE(filter(archive) == ARCHIVE_OK);
    REQUIRE(archive_write_set_bytes_per_block(archive, 0) == ARCHIVE_OK);  // no zeros behind
    REQUIRE(archive_write_open_memory(archive, out.data(), out.size(), &used) == ARCHIVE_OK);
    REQUIRE(archive_write_header(archive, entry) == ARCHIVE_OK);
    REQUIRE(archive_write_data(archive, data.data(), data.size()) == static_cast<la_ssize_t>(data.size()));
    REQUIRE(archive_write_close(archive) == ARCHIVE_OK);
    archive_entry_free(entry);
    archive_write_free(archive);
    out.resize(used);
    return out;
}

/// One frame, as zstd(1) writes it from a pipe: a checksum, but no size of the content.
std::string zstd_stream(const std::string& data) {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
    std::string out(ZSTD_compressBound(data.size()), '\0');
    const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), data.data(), data.size());
    REQUIRE(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

std::string own_zstd(const std::string& data) {
    base::MemoryFile out;
    GzipSink sink(out, {.compression = {Codec::kZstd, 3}, .threads = 2});
    sink.write(base::as_bytes(data));
    sink.finish();
    return out.text();
}

struct Kind {
    std::string name;
    std::function<std::string(const std::string&)> pack;
};

std::vector<Kind> kinds() {
    const auto by_libarchive = [](int (*filter)(struct archive*)) { return [filter](const std::string& data) { return packed_by_libarchive(data, filter); }; };
    return {{"gzip", by_libarchive(archive_write_add_filter_gzip)}, {"bzip2", by_libarchive(archive_write_add_filter_bzip2)},
            {"xz", by_libarchive(archive_write_add_filter_xz)},     {"lz4", by_libarchive(archive_write_add_filter_lz4)},
            {"zstd", zstd_stream},                                  {"own zstd", own_zstd}};
}

/// What came out before the end, or before `error`, which stays empty when all was well.
struct Result {
    std::string data;
    std::string error;
    ErrorKind kind = ErrorKind::kGeneral;
};

Result unpacked(const std::string& archive, std::size_t step = 65536) {
    SteppingSource source(archive, step);
    DecompressInput input(source, 2);
    Result result;
    try {
        for (auto bytes = input.chunk(); !bytes.empty(); bytes = input.chunk()) {
            result.data += base::as_text(bytes);
            input.consume(bytes.size());
        }
    } catch (const Error& error) {
        result.error = error.what();
        result.kind = error.kind();
    }
    return result;
}

bool refused(const Result& result) { return !result.error.empty() && result.kind == ErrorKind::kIntegrity; }

}  // namespace

TEST_CASE("foreign stream: every kind, in pieces of any size") {
    const std::string data = some_data(2300000, 1);
    for (const auto& kind : kinds()) {
        INFO(kind.name);
        const std::string archive = kind.pack(data);
        for (const std::size_t step : {std::size_t{1} << 20, std::size_t{4099}, std::size_t{61}}) {
            const Result result = unpacked(archive, step);
            CHECK(result.error == "");
            CHECK((result.data == data));
        }
        CHECK(unpacked(kind.pack(std::string(1, 'x'))).data == "x");
    }
}

TEST_CASE("foreign stream: several in a row, and zeros behind them") {
    const std::string a = some_data(1200000, 2);
    const std::string b = some_data(77, 3);
    for (const auto& kind : kinds()) {
        INFO(kind.name);
        const Result result = unpacked(kind.pack(a) + kind.pack(b) + kind.pack(a) + std::string(4096, '\0'));
        CHECK(result.error == "");
        CHECK((result.data == a + b + a));
        CHECK((unpacked(kind.pack(b) + std::string(8, '\0') + kind.pack(a)).data == b + a));  // xz allows for it
    }
}

TEST_CASE("foreign stream: cut off anywhere it is never taken for whole") {
    const std::string data = some_data(110000, 4);
    for (const auto& kind : kinds()) {
        const std::string archive = kind.pack(data);
        std::vector<std::size_t> cuts;
        for (std::size_t i = 1; i < 64; ++i) {
            cuts.push_back(archive.size() - i);
            cuts.push_back(i * 7);  // what is shorter than a magic number is "plain"; the tar reader refuses that
        }
        for (std::size_t cut = 500; cut < archive.size(); cut += archive.size() / 151) {
            cuts.push_back(cut);
        }
        for (const std::size_t cut : cuts) {
            INFO(kind.name << " cut at " << cut << " of " << archive.size());
            const Result result = unpacked(archive.substr(0, cut), cut % 2 == 0 ? 65536 : 977);
            CHECK(refused(result));
            CHECK_THAT(result.error, Catch::Contains("it ends in the middle of a") || Catch::Contains("is broken"));
            CHECK((data.compare(0, result.data.size(), result.data) == 0));
        }
    }
}

TEST_CASE("foreign stream: every flipped bit is seen, or means nothing") {
    const std::string data = some_data(110000, 5);
    for (const auto& kind : kinds()) {
        const std::string archive = kind.pack(data);
        int seen = 0;
        for (std::size_t i = 0; i < 300; ++i) {
            std::string broken = archive;
            const std::size_t at = 8 + i * 7919 % (archive.size() - 8);
            broken[at] = static_cast<char>(broken[at] ^ (1 << i % 8));
            INFO(kind.name << ": flipped bit " << i % 8 << " of byte " << at << " of " << archive.size());
            const Result result = unpacked(broken);
            CHECK((refused(result) || (result.error.empty() && result.data == data)));
            seen += result.error.empty() ? 0 : 1;
        }
        INFO(kind.name);
        CHECK(seen > 285);
    }
}

TEST_CASE("foreign stream: what came before the damage was given out") {
    const std::string data = some_data(2200000, 6);
    for (const auto& kind : kinds()) {
        INFO(kind.name);
        const std::string archive = kind.pack(data);
        CHECK(unpacked(archive.substr(0, archive.size() - 1)).data.size() > data.size() / 2);
    }
}

TEST_CASE("foreign stream: what follows an archive is named, also when zeros are between") {
    for (const auto& kind : kinds()) {
        for (const std::string& junk : {"garbage"s, std::string(512, '\0') + "garbage", "\x1f"s, "BZh9 is no magic here"s}) {
            INFO(kind.name << " and " << junk);
            const Result result = unpacked(kind.pack("content") + junk);
            CHECK(refused(result));
            CHECK(result.data == "content");
        }
    }
}

TEST_CASE("foreign stream: frames that are to be skipped") {
    const std::string skipped = "\x5e\x2a\x4d\x18\x03\0\0\0abc"s;
    for (const auto& kind : {Kind{"zstd", zstd_stream}, Kind{"own zstd", own_zstd}}) {
        const Result result = unpacked(skipped + kind.pack("one") + skipped + kind.pack("two") + skipped);
        CHECK(result.error == "");
        CHECK(result.data == "onetwo");
    }
}

TEST_CASE("foreign stream: what nrear does not unpack is refused by name") {
    const std::pair<std::string, std::string> cases[]{{"Salted__12345678"s, "encrypted by openssl, which nrear does not decrypt"},
                                                      {"\x1f\x9d\x90 and so on"s, "packed by compress, which nrear does not unpack"},
                                                      {"\x02\x21\x4c\x18 and so on"s, "lz4 in its old format"},
                                                      {"\x89LZO\0\r\n\x1a\n"s, "lzop"},
                                                      {"LZIP\1 and so on"s, "lzip"},
                                                      {"\x5d\0\0\x80\0\xff\xff"s, "lzma"},
                                                      {"7z\xbc\xaf\x27\x1c"s, "a 7z archive"},
                                                      {"PK\3\4"s, "a zip archive"}};
    for (const auto& [archive, words] : cases) {
        INFO(words);
        const Result result = unpacked(archive);
        CHECK_THAT(result.error, Catch::Contains(words));
        CHECK(result.kind == ErrorKind::kGeneral);
    }
}

TEST_CASE("foreign stream: a plain tar is one, whatever its first name looks like") {
    for (const std::string& name : {"BZh91AY&SY"s, "Salted__"s, "]"s, "PK\3\4"s, "\x28\xb5\x2f\xfd"s, "\x1f\x8b"s}) {
        const std::string tar = make_tar({{file_entry(name, "x"), "x"}});
        CHECK((unpacked(tar).data == tar));
    }
}

TEST_CASE("foreign stream: what asks for gigabytes of memory is refused") {
    const Result zstd = unpacked("\x28\xb5\x2f\xfd\0\xa8\x01\0\0"s);  // a window of 2 GiB, one empty block
    CHECK_THAT(zstd.error, Catch::Contains("its zstd stream needs more than"));
    CHECK(zstd.kind == ErrorKind::kGeneral);
    // xz: the dictionary's size is the fifth byte of the block header, whose last four are its CRC.
    std::string xz = packed_by_libarchive("content", archive_write_add_filter_xz);
    constexpr std::size_t kBlockHeader = 12;
    const std::size_t size = (static_cast<std::size_t>(xz[kBlockHeader]) + 1) * 4;
    xz[kBlockHeader + 4] = 36;  // 1 GiB
    const auto crc = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(xz.data() + kBlockHeader), static_cast<uInt>(size - 4)));
    for (std::size_t i = 0; i < 4; ++i) {
        xz[kBlockHeader + size - 4 + i] = static_cast<char>(crc >> (8 * i));
    }
    CHECK_THAT(unpacked(xz).error, Catch::Contains("its xz stream needs more than"));
}
