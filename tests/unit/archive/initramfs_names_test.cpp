// SPDX-License-Identifier: GPL-3.0-or-later
// Initramfs files as distributions make them: cpio archives one behind the other, the last one compressed.
#include "archive/initramfs_names.h"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>
#include <memory>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

using namespace nrear;

namespace {

using Names = std::vector<std::string>;
using AddFilter = int (*)(struct archive*);

/// A newc archive made by libarchive: each file holds its own name some times over, so that names stand at odd places too.
std::string cpio_of(const Names& names, AddFilter filter) {
    std::string out(8 * 1024 * 1024, '\0');
    std::size_t used = 0;
    const std::unique_ptr<struct archive, decltype(&archive_write_free)> writer(archive_write_new(), &archive_write_free);
    archive_write_set_format_cpio_newc(writer.get());
    REQUIRE(filter(writer.get()) == ARCHIVE_OK);
    archive_write_set_bytes_per_block(writer.get(), 0);
    REQUIRE(archive_write_open_memory(writer.get(), out.data(), out.size(), &used) == ARCHIVE_OK);
    for (const auto& name : names) {
        std::string content;
        for (std::size_t i = 0; i < name.size() * 4000; i += name.size()) {
            content += name;
        }
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
        REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
        REQUIRE(archive_write_data(writer.get(), content.data(), content.size()) == static_cast<la_ssize_t>(content.size()));
    }
    REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
    out.resize(used);
    return out;
}

int no_filter(struct archive* writer) { return archive_write_add_filter_none(writer); }

struct File {
    base::TempDir directory{"/tmp"};
    std::string path = directory.path() + "/initrd.img";
    explicit File(const std::string& bytes) { base::write_file(path, bytes); }
};

const Names kMicrocode{"kernel/x86/microcode/AuthenticAMD.bin"};
const Names kMain{"bin/sh", "usr/lib/modules/6.1.0/kernel/drivers/block/virtio_blk.ko", "odd"};
const Names kBoth{kMicrocode[0], kMain[0], kMain[1], kMain[2]};

}  // namespace

TEST_CASE("names of a compressed initramfs, with microcode in front or without") {
    for (const auto filter : {archive_write_add_filter_gzip, archive_write_add_filter_xz, archive_write_add_filter_zstd, archive_write_add_filter_lz4, archive_write_add_filter_bzip2}) {
        CHECK(archive::initramfs_names(File(cpio_of(kMain, filter)).path) == kMain);
        CHECK(archive::initramfs_names(File(cpio_of(kMicrocode, no_filter) + cpio_of(kMain, filter)).path) == kBoth);
    }
}

TEST_CASE("names of uncompressed archives with zeros between them") {
    CHECK(archive::initramfs_names(File(cpio_of(kMicrocode, no_filter) + std::string(508, '\0') + cpio_of(kMain, no_filter)).path) == kBoth);
}

TEST_CASE("an initramfs that is cut off, damaged or something else is not taken for a whole one") {
    const auto gzipped = cpio_of(kMain, archive_write_add_filter_gzip);
    const auto plain = cpio_of(kMain, no_filter);
    auto flipped = gzipped;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x40);
    auto bad_header = plain;
    bad_header[60] = 'z';
    for (const auto& bytes : {std::string(), std::string("no initramfs at all"), gzipped.substr(0, gzipped.size() / 2), flipped, plain.substr(0, 200), bad_header,
                              std::string(512, '\0'), plain + "trailing text"}) {
        INFO("bytes: " << bytes.size());
        const File file(bytes);
        CHECK_THROWS_AS(archive::initramfs_names(file.path), Error);
    }
}
