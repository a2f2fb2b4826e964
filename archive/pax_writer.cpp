// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/pax_writer.h"

#include <cstring>

#include "archive/inode_flags.h"
#include "archive/tar_block.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr std::uint64_t kLargestOctalSize = 077777777777;  // 8 GiB - 1
constexpr std::uint32_t kLargestOctalId = 07777777;
constexpr std::size_t kRecordSize = 20 * kTarBlock;  // tar's usual blocking; the end is padded to it

char type_flag(EntryType type) {
    switch (type) {
        case EntryType::kFile: return '0';
        case EntryType::kHardLink: return '1';
        case EntryType::kSymlink: return '2';
        case EntryType::kCharDevice: return '3';
        case EntryType::kBlockDevice: return '4';
        case EntryType::kDirectory: return '5';
        case EntryType::kFifo: return '6';
    }
    return '0';
}

void copy_text(std::span<char> field, std::string_view text) { std::memcpy(field.data(), text.data(), std::min(field.size(), text.size())); }

/// Puts the path into name, or prefix and name; false when it doesn't fit.
bool put_path(TarHeader& header, std::string_view path) {
    if (path.size() <= sizeof header.name) {
        copy_text(header.name, path);
        return true;
    }
    if (path.size() > sizeof header.prefix + 1 + sizeof header.name) {
        return false;
    }
    // The last '/' that leaves a name of at least one and at most 100 bytes.
    const std::size_t slash = path.find('/', path.size() - sizeof header.name - 1);
    if (slash == std::string_view::npos || slash == 0 || slash > sizeof header.prefix || slash + 1 == path.size()) {
        return false;
    }
    copy_text(header.prefix, path.substr(0, slash));
    copy_text(header.name, path.substr(slash + 1));
    return true;
}

std::string_view base_name(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path.substr(path.rfind('/') + 1);
}

/// A short stand-in for a path that only unaware readers see.
std::string stand_in(std::string_view directory, std::string_view path) {
    return base::cat(directory, '/', base_name(path).substr(0, 100 - directory.size() - 1));
}

std::string pax_time(const Timestamp& time) {
    // A decimal fraction has one sign for both parts: -1.5 is 500 ms after -2 s.
    const bool negative = time.seconds < 0 && time.nanoseconds > 0;
    const std::int64_t whole = negative ? time.seconds + 1 : time.seconds;
    const std::uint32_t part = negative ? 1'000'000'000 - time.nanoseconds : time.nanoseconds;
    std::string text = negative && whole == 0 ? "-0" : std::to_string(whole);
    if (part != 0) {
        std::string digits = std::to_string(part);
        digits.insert(0, 9 - digits.size(), '0');
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
    return text;
}

/// GNU tar's way to keep '=' out of keywords.
std::string xattr_keyword(const std::string& name) {
    return "SCHILY.xattr." + (name.find_first_of("%=") == std::string::npos ? name : base::replace_all(base::replace_all(name, "%", "%25"), "=", "%3D"));
}

void append_attributes(std::string& records, const Entry& entry) {
    for (const auto& xattr : entry.xattrs) {
        append_pax_record(records, xattr_keyword(xattr.name), xattr.value);
        if (xattr.name == "security.selinux") {  // what tar --selinux looks for, without the kernel's NUL at the end
            append_pax_record(records, "RHT.security.selinux", std::string_view(xattr.value).substr(0, xattr.value.find('\0')));
        }
    }
    if (!entry.acl_access.empty()) {
        append_pax_record(records, "SCHILY.acl.access", entry.acl_access);
    }
    if (!entry.acl_default.empty()) {
        append_pax_record(records, "SCHILY.acl.default", entry.acl_default);
    }
    if (entry.inode_flags != 0) {
        append_pax_record(records, "comment", base::cat(kInodeFlagsComment, inode_flags_text(entry.inode_flags)));
    }
}

void append_raw_text(std::string& records, std::string_view keyword, std::string_view value) {
    if (!base::is_utf8(value) && records.find(" hdrcharset=") == std::string::npos) {
        append_pax_record(records, "hdrcharset", "BINARY");
    }
    append_pax_record(records, keyword, value);
}

/// The map of GNU.sparse 1.0: number of extents, then offset and length of each, one number a line, padded to a block.
/// A hole at the end needs an empty extent behind it: GNU tar makes the file as long as the map, whatever realsize says.
void make_sparse_map(std::string& map, const Entry& entry) {
    const bool ends_in_hole = entry.extents.empty() || entry.extents.back().offset + entry.extents.back().length < entry.size;
    map = base::cat(entry.extents.size() + (ends_in_hole ? 1 : 0), '\n');
    for (const auto& extent : entry.extents) {
        map += base::cat(extent.offset, '\n', extent.length, '\n');
    }
    if (ends_in_hole) {
        map += base::cat(entry.size, "\n0\n");
    }
    map.resize(tar_padded(map.size()), '\0');
}

std::uint64_t stored_size(const Entry& entry) {
    std::uint64_t size = 0;
    for (const auto& extent : entry.extents) {
        size += extent.length;
    }
    return size;
}

void put_numbers(TarHeader& header, std::string& records, const Entry& entry, std::uint64_t data_size) {
    put_tar_number(header.mode, entry.mode);
    put_tar_number(header.uid, entry.uid);
    put_tar_number(header.gid, entry.gid);
    put_tar_number(header.size, data_size);
    put_tar_number(header.device_major, entry.device_major);
    put_tar_number(header.device_minor, entry.device_minor);
    if (data_size > kLargestOctalSize) {
        append_pax_record(records, "size", std::to_string(data_size));
    }
    if (entry.uid > kLargestOctalId) {
        append_pax_record(records, "uid", std::to_string(entry.uid));
    }
    if (entry.gid > kLargestOctalId) {
        append_pax_record(records, "gid", std::to_string(entry.gid));
    }
    const bool plain_time = entry.mtime.seconds >= 0 && static_cast<std::uint64_t>(entry.mtime.seconds) <= kLargestOctalSize;
    put_tar_number(header.mtime, plain_time ? static_cast<std::uint64_t>(entry.mtime.seconds) : 0);
    if (!plain_time || entry.mtime.nanoseconds != 0) {
        append_pax_record(records, "mtime", pax_time(entry.mtime));
    }
}

void seal(TarHeader& header) {
    std::memcpy(header.magic, "ustar", 6);
    std::memcpy(header.version, "00", 2);
    set_tar_checksum(header);
}

base::Bytes bytes_of(const TarHeader& header) { return std::as_bytes(std::span(&header, 1)); }

}  // namespace

void append_pax_record(std::string& records, std::string_view keyword, std::string_view value) {
    const std::size_t rest = 1 + keyword.size() + 1 + value.size() + 1;
    std::size_t digits = 1;
    while (std::to_string(rest + digits).size() > digits) {
        ++digits;
    }
    base::detail::append(records, rest + digits);
    records += ' ';
    records += keyword;
    records += '=';
    records += value;
    records += '\n';
}

void PaxWriter::begin(const Entry& entry) {
    const bool is_file = entry.type == EntryType::kFile;
    const bool sparse = is_file && entry.sparse;
    if (index_ != nullptr) {
        index_->begin(entry, bytes_);
    }
    records_.clear();
    map_.clear();
    TarHeader header{};
    if (sparse) {
        make_sparse_map(map_, entry);
        append_pax_record(records_, "GNU.sparse.major", "1");
        append_pax_record(records_, "GNU.sparse.minor", "0");
        append_raw_text(records_, "GNU.sparse.name", entry.path);
        append_pax_record(records_, "GNU.sparse.realsize", std::to_string(entry.size));
        put_path(header, stand_in("GNUSparseFile.0", entry.path));
    } else if (!put_path(header, entry.path)) {
        append_raw_text(records_, "path", entry.path);
        put_path(header, stand_in("PaxLongName", entry.path));
    }
    copy_text(header.link_name, entry.link_target);
    if (entry.link_target.size() > sizeof header.link_name) {
        append_raw_text(records_, "linkpath", entry.link_target);
    }
    data_left_ = sparse ? stored_size(entry) : is_file ? entry.size : 0;
    header.type = type_flag(entry.type);
    put_numbers(header, records_, entry, map_.size() + data_left_);
    append_attributes(records_, entry);
    seal(header);
    if (!records_.empty()) {
        put_extended_header(entry.path, records_);
    }
    put_counted(bytes_of(header));
    put_counted(base::as_bytes(map_));
    if (index_ != nullptr && !is_file) {
        index_->end(bytes_);
    }
}

void PaxWriter::put_extended_header(const std::string& path, const std::string& records) {
    TarHeader header{};
    put_path(header, stand_in("PaxHeaders", path));
    header.type = 'x';
    put_tar_number(header.mode, 0600);
    put_tar_number(header.uid, 0);
    put_tar_number(header.gid, 0);
    put_tar_number(header.size, records.size());
    put_tar_number(header.mtime, 0);
    put_tar_number(header.device_major, 0);
    put_tar_number(header.device_minor, 0);
    seal(header);
    put_counted(bytes_of(header));
    put_counted(base::as_bytes(records));
    put_zeros_counted(tar_padded(records.size()) - records.size());
}

base::MutableBytes PaxWriter::space() {
    if (data_left_ == 0) {
        return {};
    }
    const auto room = out_.space();
    room_ = room.data();
    return room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), data_left_)));
}

void PaxWriter::advance(std::size_t count) {
    if (index_ != nullptr) {
        index_->data({room_, count});  // before the room goes to the packers
    }
    out_.advance(count);
    bytes_ += count;
    data_left_ -= count;
}

void PaxWriter::pad(std::uint64_t count) {
    if (index_ != nullptr) {
        index_->zeros(count);
    }
    put_zeros_counted(count);
    data_left_ -= count;
}

void PaxWriter::end() {
    pad(data_left_);
    put_zeros_counted(tar_padded(bytes_) - bytes_);
    if (index_ != nullptr) {
        index_->end(bytes_);
    }
}

void PaxWriter::finish() {
    put_zeros_counted(2 * kTarBlock);
    put_zeros_counted((kRecordSize - bytes_ % kRecordSize) % kRecordSize);
}

void PaxWriter::put_counted(base::Bytes bytes) {
    put(out_, bytes);
    bytes_ += bytes.size();
}

void PaxWriter::put_zeros_counted(std::uint64_t count) {
    put_zeros(out_, count);
    bytes_ += count;
}

}  // namespace nrear::archive
