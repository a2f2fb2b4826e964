// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/tar_reader.h"

#include <cstring>

#include "archive/entry_path.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::uint64_t kLargestExtension = std::uint64_t{16} << 20;  // of an extended header, a long name or a sparse map
constexpr std::size_t kMostExtents = 1 << 20;

/// The tail of an old GNU sparse header, and the blocks that continue it.
struct GnuSparse {
    char offset[12];
    char length[12];
};
constexpr std::size_t kGnuSparseAt = 386;
constexpr std::size_t kGnuExtendedAt = 482;
constexpr std::size_t kGnuRealSizeAt = 483;
constexpr std::size_t kGnuExtendedInBlock = 504;

bool is_file_type(char type) {
    // POSIX: what is not known is a regular file.
    return std::string_view("123456D").find(type) == std::string_view::npos;
}

EntryType entry_type(char type) {
    switch (type) {
        case '1': return EntryType::kHardLink;
        case '2': return EntryType::kSymlink;
        case '3': return EntryType::kCharDevice;
        case '4': return EntryType::kBlockDevice;
        case '5':
        case 'D': return EntryType::kDirectory;  // D: with a list of its names, which is of no use here
        case '6': return EntryType::kFifo;
        default: return EntryType::kFile;
    }
}

std::string header_path(const TarHeader& header) {
    const std::string_view name = tar_text(header.name);
    const std::string_view prefix = tar_text(header.prefix);
    // GNU's own format has other things where POSIX has the prefix.
    const bool posix = std::memcmp(header.magic, "ustar", 6) == 0;
    return posix && !prefix.empty() ? base::cat(prefix, '/', name) : std::string(name);
}

}  // namespace

bool TarReader::next(Entry& entry) {
    skip(data_left_ + padding_);
    data_left_ = padding_ = 0;
    pax_ = global_;
    long_name_.clear();
    long_link_.clear();
    entry_offset_ = position_;
    for (TarHeader header;;) {
        if (!read_header(header)) {
            return false;
        }
        if (!read_extension(header)) {
            fill(entry, header);
            last_path_ = entry.path;
            return true;
        }
    }
}

bool TarReader::read_header(TarHeader& header) {
    read_exactly(std::as_writable_bytes(std::span(&header, 1)));
    const auto block = std::as_bytes(std::span(&header, 1));
    if (is_zero_block(block)) {
        read_exactly(std::as_writable_bytes(std::span(&header, 1)));
        if (!is_zero_block(block)) {
            damaged("a single block of zeros is in the middle of it");
        }
        return false;
    }
    if (!tar_checksum_matches(header)) {
        damaged("a header's checksum is wrong");
    }
    return true;
}

/// True when the header was no member by itself, but something about the next one.
bool TarReader::read_extension(const TarHeader& header) {
    const std::uint64_t size = header_number(header.size, "size");
    switch (header.type) {
        case 'x':
        case 'X':
            read_pax_records(read_text(size, "extended header"), pax_);
            return true;
        case 'g':
            read_pax_records(read_text(size, "global header"), global_);
            pax_ = global_;
            return true;
        case 'L':
            long_name_ = read_text(size, "long name").c_str();
            return true;
        case 'K':
            long_link_ = read_text(size, "long link name").c_str();
            return true;
        case 'V':  // the volume's label
            skip(tar_padded(size));
            return true;
        case 'M':
            damaged("it is the continuation of another volume");
        default:
            return false;
    }
}

void TarReader::fill(Entry& entry, const TarHeader& header) {
    entry = Entry{};
    entry.type = entry_type(header.type);
    entry.path = long_name_.empty() ? header_path(header) : long_name_;
    entry.link_target = long_link_.empty() ? std::string(tar_text(header.link_name)) : long_link_;
    entry.mode = static_cast<std::uint32_t>(header_number(header.mode, "mode") & 07777);
    entry.uid = owner_id(pax_.uid.value_or(header_number(header.uid, "uid")));
    entry.gid = owner_id(pax_.gid.value_or(header_number(header.gid, "gid")));
    entry.mtime.seconds = get_tar_number(header.mtime).value_or(0);
    if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
        entry.device_major = static_cast<std::uint32_t>(header_number(header.device_major, "device number"));
        entry.device_minor = static_cast<std::uint32_t>(header_number(header.device_minor, "device number"));
    }
    data_left_ = pax_.size.value_or(header_number(header.size, "size"));
    const bool old_directory = is_file_type(header.type) && header.type != 'S' && entry.path.ends_with('/');
    if (old_directory) {
        entry.type = EntryType::kDirectory;
    }
    // Links carry data only where the pax header says so; other kinds may name a size, but have none. 'D' is followed by its list.
    const bool link_data = entry.type == EntryType::kHardLink && pax_.any;
    if (!is_file_type(header.type) && header.type != 'D' && !link_data) {
        data_left_ = 0;
    }
    padding_ = tar_padded(data_left_) - data_left_;
    offset_ = 0;
    apply_pax(entry);
    entry.size = entry.type == EntryType::kFile ? data_left_ : 0;
    read_sparse(entry, header);
    if (entry.path.empty()) {
        damaged("a member has no name");
    }
    entry.path = entry_path(entry.path, entry.type);
    if (entry.type == EntryType::kHardLink) {
        entry.link_target = entry_path(entry.link_target, EntryType::kFile);
    }
}

void TarReader::apply_pax(Entry& entry) {
    if (pax_.path) {
        entry.path = std::move(*pax_.path);
    }
    if (pax_.sparse_name) {
        entry.path = std::move(*pax_.sparse_name);
    }
    if (pax_.link_path) {
        entry.link_target = std::move(*pax_.link_path);
    }
    entry.mtime = pax_.mtime.value_or(entry.mtime);
    entry.xattrs = std::move(pax_.xattrs);
    entry.acl_access = std::move(pax_.acl_access);
    entry.acl_default = std::move(pax_.acl_default);
    entry.inode_flags = pax_.inode_flags;
}

void TarReader::read_sparse(Entry& entry, const TarHeader& header) {
    sparse_ = false;
    extents_.clear();
    if (entry.type != EntryType::kFile) {
        return;
    }
    if (header.type == 'S') {
        read_old_gnu_map(entry, header);
    } else if (pax_.sparse_major == 1) {
        read_gnu_1_0_map(entry);
    } else if (pax_.has_sparse_map) {
        entry.extents = std::move(pax_.sparse_map);
    } else {
        return;
    }
    if (header.type != 'S') {
        if (!pax_.sparse_size) {
            damaged("a sparse file has no size");
        }
        entry.size = *pax_.sparse_size;
    }
    entry.sparse = true;
    check_map(entry);
    std::erase_if(entry.extents, [](const Extent& extent) { return extent.length == 0; });  // GNU tar marks the end with one
    sparse_ = true;
    extents_ = entry.extents;
    extent_ = 0;
    extent_done_ = 0;
}

void TarReader::read_old_gnu_map(Entry& entry, const TarHeader& header) {
    char block[kTarBlock];
    std::memcpy(block, &header, kTarBlock);
    entry.size = header_number(std::span(block).subspan(kGnuRealSizeAt, 12), "size of a sparse file");
    const auto take = [&](std::size_t at, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            GnuSparse part;
            std::memcpy(&part, block + at + i * sizeof part, sizeof part);
            if (part.length[0] == '\0' && part.offset[0] == '\0') {
                return;
            }
            entry.extents.push_back({header_number(part.offset, "sparse map"), header_number(part.length, "sparse map")});
        }
    };
    take(kGnuSparseAt, 4);
    bool more = block[kGnuExtendedAt] != '\0';
    while (more && entry.extents.size() < kMostExtents) {
        read_exactly(std::as_writable_bytes(std::span(block)));
        take(0, 21);
        more = block[kGnuExtendedInBlock] != '\0';
    }
}

void TarReader::read_gnu_1_0_map(Entry& entry) {
    std::string line;
    std::uint64_t used = 0;
    base::Bytes block_rest;
    std::array<std::byte, kTarBlock> block;
    const auto next_number = [&]() -> std::uint64_t {
        line.clear();
        for (;;) {
            if (block_rest.empty()) {
                if (used + kTarBlock > data_left_ + padding_ || used >= kLargestExtension) {
                    damaged("the map of a sparse file does not end");
                }
                read_exactly(block);
                used += kTarBlock;
                block_rest = block;
            }
            const char c = static_cast<char>(block_rest[0]);
            block_rest = block_rest.subspan(1);
            if (c == '\n') {
                break;
            }
            line += c;
            if (line.size() > 20) {
                damaged("the map of a sparse file is malformed");
            }
        }
        const auto value = base::parse_u64(line);
        if (!value || *value > INT64_MAX) {
            damaged("the map of a sparse file is malformed");
        }
        return *value;
    };
    const std::uint64_t count = next_number();
    if (count > kMostExtents) {
        damaged("the map of a sparse file is too large");
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t offset = next_number();
        entry.extents.push_back({offset, next_number()});
    }
    if (used > data_left_) {
        damaged("the map of a sparse file does not end");
    }
    data_left_ -= used;
}

void TarReader::check_map(const Entry& entry) const {
    std::uint64_t sum = 0;
    std::uint64_t end = 0;
    for (const auto& extent : entry.extents) {
        if (extent.offset < end || extent.length > static_cast<std::uint64_t>(INT64_MAX) - extent.offset) {
            damaged("the map of a sparse file is not in order");
        }
        end = extent.offset + extent.length;
        sum += extent.length;
    }
    if (sum != data_left_ || end > entry.size) {
        damaged("the map of a sparse file does not fit its data");
    }
}

TarReader::Data TarReader::data() {
    if (sparse_) {
        while (extent_ < extents_.size() && extent_done_ == extents_[extent_].length) {
            ++extent_;
            extent_done_ = 0;
        }
    }
    if (data_left_ == 0) {
        return {};
    }
    auto bytes = in_.chunk();
    if (bytes.empty()) {
        damaged("it ends in the middle of a file");
    }
    std::uint64_t most = data_left_;
    std::uint64_t at = offset_;
    if (sparse_) {
        most = extents_[extent_].length - extent_done_;
        at = extents_[extent_].offset + extent_done_;
    }
    return {at, bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most)))};
}

void TarReader::consume(std::size_t count) {
    if (digest_ != nullptr) {
        digest_->data(in_.chunk().first(count));
    }
    in_.consume(count);
    position_ += count;
    data_left_ -= count;
    offset_ += count;
    extent_done_ += count;
}

void TarReader::finish() {
    for (auto bytes = in_.chunk(); !bytes.empty(); bytes = in_.chunk()) {
        if (!is_zero_block(bytes)) {
            damaged("something follows its end");
        }
        in_.consume(bytes.size());
        position_ += bytes.size();
    }
}

void TarReader::read_exactly(base::MutableBytes to) {
    while (!to.empty()) {
        const auto bytes = in_.chunk();
        if (bytes.empty()) {
            damaged("it ends before its end marker");
        }
        const std::size_t count = std::min(bytes.size(), to.size());
        std::memcpy(to.data(), bytes.data(), count);
        in_.consume(count);
        position_ += count;
        to = to.subspan(count);
    }
}

std::string TarReader::read_text(std::uint64_t size, const char* what) {
    if (size > kLargestExtension) {
        damaged(base::cat("its ", what, " is ", size, " bytes long"));
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    read_exactly(std::as_writable_bytes(std::span(text)));
    skip(tar_padded(size) - size);
    return text;
}

void TarReader::skip(std::uint64_t count) {
    while (count > 0) {
        const auto bytes = in_.chunk();
        if (bytes.empty()) {
            damaged("it ends in the middle of a file");
        }
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), count));
        in_.consume(now);
        position_ += now;
        count -= now;
    }
}

std::uint64_t TarReader::header_number(std::span<const char> field, const char* what) const {
    const auto value = get_tar_number(field);
    if (!value || *value < 0) {
        damaged(base::cat("a header's ", what, " is no number"));
    }
    return static_cast<std::uint64_t>(*value);
}

/// Cut to 32 bits, a number that is too large would be somebody else, root for one; and chown(2) takes the largest for "as it is".
std::uint32_t TarReader::owner_id(std::uint64_t number) const {
    if (number >= UINT32_MAX) {
        damaged(base::cat("an owner or group is ", number, ", which no system has"));
    }
    return static_cast<std::uint32_t>(number);
}

void TarReader::damaged(std::string_view why) const {
    throw Error(ErrorKind::kIntegrity, "read the archive",
                base::cat("at byte ", position_, " of the unpacked tar ", why, last_path_.empty() ? "" : base::cat(" (after ", base::printable(last_path_), ")")),
                "the archive is damaged or incomplete: use another backup");
}

}  // namespace nrear::archive
