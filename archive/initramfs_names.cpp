// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/initramfs_names.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

using base::cat;

constexpr std::size_t kHeaderSize = 110;
constexpr std::size_t kLongestName = 65536;

Error unreadable(const std::string& path, std::string_view why) { return {ErrorKind::kIntegrity, "read initramfs " + path, std::string(why)}; }

/// Bytes in order, from the file itself or from what unpacks it.
class ByteReader {
public:
    explicit ByteReader(base::Source& source) : source_(source) {}

    /// The next `size` bytes, or fewer at the end.
    std::string_view take(std::size_t size) {
        ensure(size);
        const std::string_view bytes(buffer_.data() + at_, std::min(size, buffer_.size() - at_));
        at_ += bytes.size();
        return bytes;
    }
    std::string_view peek(std::size_t size) {
        const auto bytes = take(size);
        at_ -= bytes.size();
        return bytes;
    }
    bool skip(std::uint64_t size) {
        while (size > 0) {
            const auto bytes = take(static_cast<std::size_t>(std::min<std::uint64_t>(size, kBlock)));
            if (bytes.empty()) {
                return false;
            }
            size -= bytes.size();
        }
        return true;
    }

    // As a Source for what unpacks the rest.
    std::size_t read(base::MutableBytes out) {
        const auto bytes = take(std::min(out.size(), kBlock));
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return bytes.size();
    }

private:
    static constexpr std::size_t kBlock = 65536;

    void ensure(std::size_t size) {
        if (buffer_.size() - at_ >= size) {
            return;
        }
        buffer_.erase(0, at_);
        at_ = 0;
        while (buffer_.size() < size) {
            const std::size_t before = buffer_.size();
            buffer_.resize(before + kBlock);
            const std::size_t got = source_.read(std::as_writable_bytes(std::span(buffer_).subspan(before)));
            buffer_.resize(before + got);
            if (got == 0) {
                return;
            }
        }
    }

    base::Source& source_;
    std::string buffer_;
    std::size_t at_ = 0;
};

/// libarchive's filters over the rest of a ByteReader, its cpio reader unused: concatenated archives are ours to walk.
class Unpacked final : public base::Source {
public:
    Unpacked(ByteReader& packed, std::string path) : packed_(packed), path_(std::move(path)), archive_(archive_read_new(), &archive_read_free), block_(65536) {
        // One by one: "all" includes those that start programs.
        for (const auto support : {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_lzma, archive_read_support_filter_xz,
                                   archive_read_support_filter_zstd, archive_read_support_filter_lz4}) {
            support(archive_.get());
        }
        archive_read_support_format_raw(archive_.get());
        archive_entry* entry = nullptr;
        if (archive_read_open(archive_.get(), this, nullptr, &read_packed, nullptr) != ARCHIVE_OK || archive_read_next_header(archive_.get(), &entry) != ARCHIVE_OK) {
            throw fault();
        }
        if (archive_filter_code(archive_.get(), 0) == ARCHIVE_FILTER_NONE) {
            throw unreadable(path_, "its compression is not known");
        }
    }

    std::size_t read(base::MutableBytes buffer) override {
        const la_ssize_t got = archive_read_data(archive_.get(), buffer.data(), buffer.size());
        if (got < 0) {
            throw fault();
        }
        return static_cast<std::size_t>(got);
    }

private:
    static la_ssize_t read_packed(struct ::archive* /*unused*/, void* self, const void** data) {
        auto* unpacked = static_cast<Unpacked*>(self);
        *data = unpacked->block_.data();
        return static_cast<la_ssize_t>(unpacked->packed_.read(unpacked->block_));
    }
    Error fault() const {
        const char* text = archive_error_string(archive_.get());
        return unreadable(path_, text == nullptr ? "it cannot be unpacked" : text);
    }

    ByteReader& packed_;
    std::string path_;
    std::unique_ptr<struct ::archive, decltype(&archive_read_free)> archive_;
    std::vector<std::byte> block_;
};

std::uint64_t field(std::string_view header, std::size_t number, const std::string& path) {
    const auto value = base::parse_u64(header.substr(6 + number * 8, 8), 16);
    if (!value) {
        throw unreadable(path, "a header of its cpio archive is damaged");
    }
    return *value;
}

bool is_cpio(std::string_view bytes) { return bytes.starts_with("070701") || bytes.starts_with("070702"); }

std::uint64_t padding(std::uint64_t size) { return -size & 3U; }

/// One entry; its name is added. Everything is padded to 4 bytes, counted from the start of the archive, which itself is padded so.
void take_entry(ByteReader& reader, const std::string& path, std::vector<std::string>& names) {
    const std::string header(reader.take(kHeaderSize));
    if (header.size() != kHeaderSize) {
        throw unreadable(path, "it is cut off");
    }
    const std::uint64_t file_size = field(header, 6, path);
    const std::uint64_t name_size = field(header, 11, path);
    if (name_size == 0 || name_size > kLongestName) {
        throw unreadable(path, "a header of its cpio archive is damaged");
    }
    std::string name(reader.take(static_cast<std::size_t>(name_size)));
    if (name.size() != name_size || !reader.skip(padding(kHeaderSize + name_size)) || !reader.skip(file_size + padding(file_size))) {
        throw unreadable(path, "it is cut off");
    }
    name.pop_back();
    if (name != "TRAILER!!!") {
        names.push_back(std::move(name));
    }
}

/// Archives and the zeros between them; stops before anything else.
void take_archives(ByteReader& reader, const std::string& path, std::vector<std::string>& names) {
    while (true) {
        if (is_cpio(reader.peek(6))) {
            take_entry(reader, path, names);
        } else if (const auto zeros = reader.peek(4); !zeros.empty() && zeros.find_first_not_of('\0') == std::string_view::npos) {
            reader.skip(zeros.size());
        } else {
            return;
        }
    }
}

}  // namespace

std::vector<std::string> initramfs_names(const std::string& path) {
    base::FileSource file(path);
    ByteReader reader(file);
    std::vector<std::string> names;
    take_archives(reader, path, names);
    if (!reader.peek(1).empty()) {
        Unpacked unpacked(reader, path);
        ByteReader inner(unpacked);
        take_archives(inner, path, names);
        if (!inner.peek(1).empty()) {
            throw unreadable(path, "there is something in it that is no cpio archive");
        }
    }
    if (names.empty()) {
        throw unreadable(path, "it is empty");
    }
    return names;
}

}  // namespace nrear::archive
