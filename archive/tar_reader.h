// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a tar of any common kind: pax, GNU (long names, old sparse), ustar, v7. Everything in it is foreign: numbers are checked, sizes bounded,
// and where the archive is not whole or not sound it throws. What its paths may do to a file system is the extractor's worry.
//
// libarchive would read these too. We don't use it here: it converts names by locale, does not tell a cut-off archive from a whole one, and
// knows neither our inode flags nor what the link of a fifo is; nearly all of its code is for formats that nobody backs up to.
#pragma once

#include <cstdint>
#include <string>

#include "archive/block_io.h"
#include "archive/entry.h"
#include "archive/entry_indexer.h"
#include "archive/pax_records.h"
#include "archive/tar_block.h"

namespace nrear::archive {

class TarReader {
public:
    /// `position`: where in the unpacked tar `in` is.
    explicit TarReader(BlockInput& in, std::uint64_t position = 0) : in_(in), position_(position) {}

    /// The next member, whatever was left of the data of the one before; false at the end-of-archive marker. However the archive writes them, the
    /// path and the target of a hard link are as Entry has them; they may hold "..". Throws Error (kIntegrity).
    bool next(Entry& entry);

    struct Data {
        std::uint64_t offset = 0;  ///< in the file
        base::Bytes bytes;         ///< empty at the end of the member
    };
    Data data();
    void consume(std::size_t count);

    /// After next() was false: only zeros may follow. Throws Error (kIntegrity).
    void finish();

    /// Where in the unpacked tar the reader is.
    std::uint64_t position() const noexcept { return position_; }
    /// Where the first header of the entry at hand is.
    std::uint64_t entry_offset() const noexcept { return entry_offset_; }
    /// Where the entry at hand ends, its padding included.
    std::uint64_t entry_end() const noexcept { return position_ + data_left_ + padding_; }
    /// Is shown the data that is consumed; nullptr = nobody. Outlives its use.
    void show_data_to(StoredDigest* digest) noexcept { digest_ = digest; }

private:
    void read_exactly(base::MutableBytes to);
    std::string read_text(std::uint64_t size, const char* what);
    void skip(std::uint64_t count);
    bool read_header(TarHeader& header);
    bool read_extension(const TarHeader& header);
    void fill(Entry& entry, const TarHeader& header);
    void apply_pax(Entry& entry);
    void read_sparse(Entry& entry, const TarHeader& header);
    void read_old_gnu_map(Entry& entry, const TarHeader& header);
    void read_gnu_1_0_map(Entry& entry);
    void check_map(const Entry& entry) const;
    std::uint64_t header_number(std::span<const char> field, const char* what) const;
    std::uint32_t owner_id(std::uint64_t number) const;
    [[noreturn]] void damaged(std::string_view why) const;

    BlockInput& in_;
    std::uint64_t position_ = 0;
    std::uint64_t entry_offset_ = 0;
    StoredDigest* digest_ = nullptr;
    std::string last_path_;  ///< for messages
    PaxHeader global_;
    PaxHeader pax_;
    std::string long_name_;
    std::string long_link_;
    // Data of the member at hand:
    std::uint64_t data_left_ = 0;
    std::uint64_t padding_ = 0;
    std::uint64_t offset_ = 0;      ///< in the file, of the next byte
    std::size_t extent_ = 0;        ///< of a sparse file
    std::uint64_t extent_done_ = 0;
    std::vector<Extent> extents_;   ///< empty = not sparse
    bool sparse_ = false;
};

}  // namespace nrear::archive
