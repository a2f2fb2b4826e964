// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/lvm_label.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

constexpr std::size_t kSector = 512;         // of a label, whatever the disk has
constexpr std::size_t kLabelSectors = 4;     // it is in one of the first
constexpr std::size_t kHeader = 512;         // at the start of a metadata area; the text goes round in the rest
constexpr std::size_t kUuidLength = 32;
constexpr std::uint64_t kLargestText = 64U << 20U;
constexpr std::string_view kMagic = " LVM2 x[5A%r0N*>";

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::kIntegrity, "read the label of an LVM physical volume", why, "see pvck(8)"); }

/// Little-endian numbers in a buffer; never past its end.
class Buffer {
public:
    explicit Buffer(std::string_view bytes) : bytes_(bytes) {}
    std::uint64_t number(std::size_t at, std::size_t width) const {
        return base::little_endian(text(at, width), 0, width);
    }
    std::uint64_t u64(std::size_t at) const { return number(at, 8); }
    std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
    std::string_view text(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) {
            refuse("it is cut off");
        }
        return bytes_.substr(at, size);
    }

private:
    std::string_view bytes_;
};

/// The CRC-32 of LVM: reflected polynomial, its own start value, no inversion at the end.
std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t crc = 0xf597a6cfU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xedb88320U : crc >> 1U;
        }
    }
    return crc;
}

struct Area {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// A list that an entry of zeros ends; `at` goes behind it.
std::vector<Area> read_areas(const Buffer& label, std::size_t& at) {
    std::vector<Area> areas;
    for (;;) {
        const Area area{label.u64(at), label.u64(at + 8)};
        at += 16;
        if (area.offset == 0) {
            return areas;
        }
        areas.push_back(area);
    }
}

std::string with_dashes(std::string_view id) {
    constexpr std::array<std::size_t, 7> kGroups = {6, 4, 4, 4, 4, 4, 6};
    std::string out;
    std::size_t at = 0;
    for (const auto length : kGroups) {
        out += cat(out.empty() ? "" : "-", id.substr(at, length));
        at += length;
    }
    return out;
}

struct Text {
    std::string metadata;
    bool ignored = false;
};

/// The committed text of a metadata area: it may begin near the end and go on behind the header.
Text read_text(const ReadBytes& read, const Area& area) {
    const std::string bytes = read(area.offset, kHeader);
    const Buffer header(bytes);
    if (header.text(4, kMagic.size()) != kMagic || checksum(header.text(4, kHeader - 4)) != header.u32(0)) {
        refuse(cat("the head of its metadata area at byte ", area.offset, " is damaged"));
    }
    constexpr std::size_t kFirstText = 40;
    const auto offset = header.u64(kFirstText);
    const auto size = header.u64(kFirstText + 8);
    const bool ignored = (header.u32(kFirstText + 20) & 1U) != 0;
    if (ignored || size == 0) {
        return {"", ignored};
    }
    if (offset < kHeader || offset >= area.size || size > area.size - kHeader || size > kLargestText) {
        refuse(cat("the text of its metadata area at byte ", area.offset, " is said to lie outside"));
    }
    const auto straight = std::min(size, area.size - offset);
    std::string text = read(area.offset + offset, straight);
    if (straight < size) {
        text += read(area.offset + kHeader, size - straight);
    }
    if (checksum(text) != header.u32(kFirstText + 16)) {
        refuse(cat("the text of its metadata area at byte ", area.offset, " has a wrong checksum"));
    }
    return {text.substr(0, text.find('\0')), false};
}

std::optional<std::string> find_label(const ReadBytes& read) {
    const auto start = read(0, kSector * kLabelSectors);
    for (std::size_t at = 0; at + kSector <= start.size(); at += kSector) {
        auto sector = start.substr(at, kSector);
        if (sector.starts_with("LABELONE") && sector.compare(24, 8, "LVM2 001") == 0) {
            return sector;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<LvmLabel> read_lvm_label(const ReadBytes& read) {
    const auto sector = find_label(read);
    if (!sector) {
        return std::nullopt;
    }
    const Buffer label(*sector);
    if (checksum(label.text(20, kSector - 20)) != label.u32(16)) {
        refuse("its checksum is wrong");
    }
    std::size_t at = label.u32(20);
    LvmLabel found;
    found.uuid = with_dashes(label.text(at, kUuidLength));
    found.size = label.u64(at + kUuidLength);
    at += kUuidLength + 8;
    read_areas(label, at);  // where the extents are: the text says it too
    for (const auto& area : read_areas(label, at)) {
        const auto text = read_text(read, area);
        found.metadata_size = found.metadata_copies == 0 ? area.size : std::min(found.metadata_size, area.size);
        ++found.metadata_copies;
        found.metadata_ignored = found.metadata_ignored || text.ignored;
        found.metadata = found.metadata.empty() ? text.metadata : found.metadata;
    }
    return found;
}

}  // namespace nrear::scan
