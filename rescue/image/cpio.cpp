// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/cpio.h"

#include <sys/stat.h>

#include <array>
#include <limits>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

struct Fields {
    std::uint32_t inode = 0;
    std::uint32_t mode = 0;
    std::uint32_t links = 1;
    std::uint32_t time = 0;
    std::uint32_t size = 0;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
};

std::string make_header(const Fields& fields, std::string_view name) {
    std::string text = "070701";
    constexpr std::uint32_t kRoot = 0;
    const std::array<std::uint32_t, 13> numbers{fields.inode, fields.mode, kRoot, kRoot, fields.links, fields.time, fields.size, 0, 0,
                                                fields.device_major, fields.device_minor, static_cast<std::uint32_t>(name.size() + 1), 0};
    for (const auto number : numbers) {
        text += base::hex(number, 8);
    }
    text += name;
    text += '\0';
    text.append(CpioFormat::padding(text.size()), '\0');
    return text;
}

std::uint32_t type_bits(EntryKind kind) {
    switch (kind) {
        case EntryKind::kDirectory: return S_IFDIR;
        case EntryKind::kFile: return S_IFREG;
        case EntryKind::kSymlink: return S_IFLNK;
        case EntryKind::kCharacterDevice: return S_IFCHR;
    }
    return 0;
}

}  // namespace

std::string CpioFormat::header(const ImageEntry& entry, std::uint64_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max()) {
        throw Error(ErrorKind::kGeneral, base::cat("put ", base::printable(entry.path), " into the rescue image"), "files there are smaller than 4 GiB",
                    "leave it out by COPY_AS_IS_EXCLUDE");
    }
    Fields fields;
    fields.inode = ++inode_;
    fields.mode = type_bits(entry.kind) | entry.mode;
    fields.links = entry.kind == EntryKind::kDirectory ? 2 : 1;
    fields.time = static_cast<std::uint32_t>(seconds_);
    fields.size = static_cast<std::uint32_t>(size);
    fields.device_major = entry.device_major;
    fields.device_minor = entry.device_minor;
    const auto name = std::string_view(entry.path).substr(1);
    if (entry.kind != EntryKind::kSymlink) {
        return make_header(fields, name);
    }
    fields.size = static_cast<std::uint32_t>(entry.content.size());
    return base::cat(make_header(fields, name), entry.content, std::string(padding(entry.content.size()), '\0'));
}

std::string CpioFormat::trailer() const { return make_header({}, "TRAILER!!!"); }

}  // namespace nrear::image
