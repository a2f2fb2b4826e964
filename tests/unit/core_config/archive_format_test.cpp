// SPDX-License-Identifier: GPL-3.0-or-later
// What BACKUP_PROG_COMPRESS_OPTIONS may say, how it is understood, and what is written instead of what cannot be done.
#include "core/config/archive_format.h"

#include <catch2/catch.hpp>

#include "core/base/text.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;
using Catch::Contains;
using Packing = ArchiveFormat::Packing;

namespace {

ArchiveFormat format_of(const std::string& options, const std::string& suffix = ".gz") {
    return archive_format(read("BACKUP_PROG_COMPRESS_OPTIONS=( " + options + " )\nBACKUP_PROG_COMPRESS_SUFFIX=" + suffix + "\n").settings);
}

struct Refusal {
    std::string why;
    std::string hint;
};

Refusal refusal_of(const std::string& options, const std::string& suffix = ".gz") {
    try {
        format_of(options, suffix);
    } catch (const nrear::Error& error) {
        CHECK(error.kind() == nrear::ErrorKind::kConfig);
        return {error.what(), error.hint()};
    }
    FAIL("accepted: " << options << " with " << suffix);
    return {};
}

}  // namespace

TEST_CASE("every spelling of gzip") {
    for (const auto* options : {"--gzip", "-z", "--gunzip", "--use-compress-program=gzip", "--use-compress-program=pigz", "'--use-compress-program=pigz -k'",
                                "--use-compress-program pigz", "-I pigz", "-Ipigz", "'-I /usr/bin/igzip'", "-I /usr/bin/gzip"}) {
        INFO(options);
        const auto format = format_of(options);
        CHECK(format.packing == Packing::kGzip);
        CHECK_FALSE(format.level);
        CHECK_FALSE(format.threads);
    }
}

TEST_CASE("every spelling of zstd") {
    for (const auto* options : {"--zstd", "--use-compress-program=zstd", "-I zstdmt", "'--use-compress-program=/usr/bin/pzstd -q'"}) {
        INFO(options);
        CHECK(format_of(options, ".zst").packing == Packing::kZstd);
    }
    CHECK(format_of("--zstd", ".tzst").packing == Packing::kZstd);
}

TEST_CASE("levels and threads") {
    CHECK(format_of("'--use-compress-program=pigz -9'").level == 9);
    CHECK(format_of("--gzip -1").level == 1);
    CHECK(format_of("-I 'gzip --best'").level == 9);
    CHECK(format_of("-I 'gzip --fast'").level == 1);
    CHECK(format_of("-I 'zstd -19'", ".zst").level == 19);
    CHECK(format_of("-I 'pigz -p 4'").threads == 4U);
    CHECK(format_of("-I 'pigz -p12 -3'").threads == 12U);
    CHECK(format_of("-I 'pigz -p12 -3'").level == 3);
    CHECK(format_of("-I 'pigz --processes 2'").threads == 2U);
    CHECK(format_of("-I 'zstd -T2'", ".zst").threads == 2U);
    CHECK(format_of("-I 'zstd --threads=5 -7'", ".zst").threads == 5U);
    CHECK_FALSE(format_of("-I 'zstd -T0'", ".zst").threads);
    CHECK(format_of("-I 'zstd --single-thread'", ".zst").threads == 1U);
}

TEST_CASE("nothing is a plain tar") { CHECK(format_of("", "").packing == Packing::kNone); }

TEST_CASE("formats that are not written are refused by name") {
    const std::vector<std::pair<std::string, std::string>> foreign{
        {"--bzip2", "bzip2"}, {"-j", "bzip2"},   {"--xz", "xz"},         {"-J", "xz"},     {"--lzma", "lzma"},
        {"--lzop", "lzop"},   {"-Z", "compress"}, {"-I lz4", "'lz4'"},    {"-I /opt/brotli", "'brotli'"}, {"--use-compress-program=pbzip2", "'pbzip2'"},
        {"-I", "'-I'"}};
    for (const auto& [options, name] : foreign) {
        const auto refusal = refusal_of(options);
        CHECK_THAT(refusal.why, Contains(name + " is not supported"));
        CHECK_THAT(refusal.hint, Contains("( --gzip )") && Contains("( --zstd )"));
    }
}

TEST_CASE("options that would be lost are refused") {
    CHECK_THAT(refusal_of("-I 'gzip --rsyncable'").why, Contains("'--rsyncable' is an option of gzip that nrear does not know"));
    CHECK_THAT(refusal_of("-I 'zstd --long=31'", ".zst").why, Contains("'--long=31'"));
    CHECK_THAT(refusal_of("-I 'pigz -11'").why, Contains("levels are 1 to 9"));
    CHECK_THAT(refusal_of("-I 'zstd -22'", ".zst").why, Contains("levels are 1 to 19"));
    CHECK_THAT(refusal_of("-I 'pigz -p'").why, Contains("needs a number"));
    CHECK_THAT(refusal_of("-I 'zstd --fast'", ".zst").why, Contains("'--fast'"));
}

TEST_CASE("a suffix that belongs to another format is refused") {
    CHECK_THAT(refusal_of("--zstd", ".gz").hint, Contains(R"(write BACKUP_PROG_COMPRESS_SUFFIX=".zst")"));
    CHECK_THAT(refusal_of("--gzip", ".zst").hint, Contains(R"(write BACKUP_PROG_COMPRESS_SUFFIX=".gz")"));
    CHECK_THAT(refusal_of("--gzip", ".bz2").hint, Contains(R"(write BACKUP_PROG_COMPRESS_SUFFIX=".gz")"));
    CHECK_THAT(refusal_of("--gzip", "").hint, Contains("BACKUP_PROG_COMPRESS_OPTIONS=( ) for a plain tar"));
    CHECK_THAT(refusal_of("", ".gz").hint, Contains(R"(write BACKUP_PROG_COMPRESS_SUFFIX="")"));
}

TEST_CASE("THREADS counts more than pigz -p; numbers out of range are refused") {
    const std::string pigz = "BACKUP_PROG_COMPRESS_OPTIONS=( --use-compress-program='pigz -p 4' )\n";
    CHECK(archive_format(read(pigz).settings).threads == 4U);
    CHECK(archive_format(read(pigz + "THREADS=2\n").settings).threads == 2U);
    CHECK(archive_format(read(pigz + "THREADS=0\n").settings).threads == 4U);
    CHECK(archive_format(read("").settings).nice == 10);
    CHECK(archive_format(read("NICE=0\n").settings).nice == 0);
    for (const auto* wrong : {"NICE=20\n", "NICE=-5\n", "NICE=low\n", "THREADS=many\n", "THREADS=100000\n"}) {
        INFO(wrong);
        CHECK_THROWS_AS(archive_format(read(wrong).settings), nrear::Error);
    }
}
