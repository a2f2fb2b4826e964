// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/elf.h"

#include <elf.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

constexpr std::uint64_t kLargestTable = 64ULL << 20U;  // no string table or section that we read is larger; bounds what a damaged file costs
constexpr std::uint32_t kDlopenNote = 0x407c0c0a;      // type of "FDO" notes that list libraries

// A range of file bytes with numbers of the file's own byte order.
class Fields {
public:
    Fields(std::string bytes, bool big_endian) : bytes_(std::move(bytes)), big_endian_(big_endian) {}

    std::uint64_t number(std::uint64_t offset, unsigned width) const {
        if (offset > bytes_.size() || width > bytes_.size() - offset) {
            return 0;
        }
        std::uint64_t value = 0;
        for (unsigned i = 0; i < width; ++i) {
            const auto at = offset + (big_endian_ ? i : width - 1 - i);
            value = (value << 8U) | static_cast<unsigned char>(bytes_[at]);
        }
        return value;
    }
    std::string text(std::uint64_t offset) const {
        return offset < bytes_.size() ? std::string(bytes_.c_str() + offset) : "";
    }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    bool big_endian_;
};

struct Segment {
    std::uint64_t type = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

struct Section {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

class Reader {
public:
    explicit Reader(base::RandomAccessSource& source) : source_(source) {}

    bool open() {
        const auto head = range(0, sizeof(Elf64_Ehdr));
        if (!head.starts_with(std::string_view(ELFMAG, SELFMAG)) || head.size() < sizeof(Elf32_Ehdr)) {
            return false;
        }
        file.is_64 = head[EI_CLASS] == ELFCLASS64;
        file.big_endian = head[EI_DATA] == ELFDATA2MSB;
        const Fields fields(head, file.big_endian);
        file.machine = static_cast<std::uint16_t>(fields.number(offsetof(Elf64_Ehdr, e_machine), 2));
        word_ = file.is_64 ? 8 : 4;
        const auto field = [&](std::uint64_t in_64, std::uint64_t in_32, unsigned width) { return fields.number(file.is_64 ? in_64 : in_32, width); };
        program_headers_ = field(offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phoff), word_);
        program_header_count_ = field(offsetof(Elf64_Ehdr, e_phnum), offsetof(Elf32_Ehdr, e_phnum), 2);
        section_headers_ = field(offsetof(Elf64_Ehdr, e_shoff), offsetof(Elf32_Ehdr, e_shoff), word_);
        section_header_count_ = field(offsetof(Elf64_Ehdr, e_shnum), offsetof(Elf32_Ehdr, e_shnum), 2);
        section_names_ = field(offsetof(Elf64_Ehdr, e_shstrndx), offsetof(Elf32_Ehdr, e_shstrndx), 2);
        return true;
    }

    std::vector<Segment> segments() {
        const std::uint64_t width = file.is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
        const Fields table(range(program_headers_, program_header_count_ * width), file.big_endian);
        std::vector<Segment> found;
        for (std::uint64_t at = 0; at + width <= table.bytes().size(); at += width) {
            const auto field = [&](std::uint64_t in_64, std::uint64_t in_32) { return table.number(at + (file.is_64 ? in_64 : in_32), word_); };
            found.push_back({table.number(at, 4), field(offsetof(Elf64_Phdr, p_offset), offsetof(Elf32_Phdr, p_offset)),
                             field(offsetof(Elf64_Phdr, p_vaddr), offsetof(Elf32_Phdr, p_vaddr)),
                             field(offsetof(Elf64_Phdr, p_filesz), offsetof(Elf32_Phdr, p_filesz))});
        }
        return found;
    }

    std::optional<Section> section(std::string_view wanted) {
        const std::uint64_t width = file.is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
        const Fields table(range(section_headers_, section_header_count_ * width), file.big_endian);
        const auto place = [&](std::uint64_t index) {
            const auto field = [&](std::uint64_t in_64, std::uint64_t in_32) {
                return table.number(index * width + (file.is_64 ? in_64 : in_32), word_);
            };
            return Section{"", field(offsetof(Elf64_Shdr, sh_offset), offsetof(Elf32_Shdr, sh_offset)),
                           field(offsetof(Elf64_Shdr, sh_size), offsetof(Elf32_Shdr, sh_size))};
        };
        const auto names_at = place(section_names_);
        const Fields names(range(names_at.offset, names_at.size), file.big_endian);
        for (std::uint64_t index = 0; index < section_header_count_; ++index) {
            if (names.text(table.number(index * width, 4)) == wanted) {
                return place(index);
            }
        }
        return std::nullopt;
    }

    std::string range(std::uint64_t offset, std::uint64_t size) {
        const auto end = source_.size();
        if (offset >= end) {
            return "";
        }
        std::string bytes(std::min({size, end - offset, kLargestTable}), '\0');
        bytes.resize(source_.read_at(offset, std::as_writable_bytes(std::span(bytes.data(), bytes.size()))));
        return bytes;
    }

    unsigned word() const { return word_; }

    ElfFile file;

private:
    base::RandomAccessSource& source_;
    unsigned word_ = 8;
    std::uint64_t program_headers_ = 0;
    std::uint64_t program_header_count_ = 0;
    std::uint64_t section_headers_ = 0;
    std::uint64_t section_header_count_ = 0;
    std::uint64_t section_names_ = 0;
};

// DT_STRTAB is an address in memory; the file has it where the segment that holds the address lies.
std::uint64_t file_offset(const std::vector<Segment>& segments, std::uint64_t address) {
    for (const auto& segment : segments) {
        if (segment.type == PT_LOAD && address >= segment.address && address - segment.address < segment.size) {
            return segment.offset + (address - segment.address);
        }
    }
    return address;
}

void read_dynamic(Reader& reader, const std::vector<Segment>& segments, const Segment& dynamic) {
    auto& file = reader.file;
    const Fields table(reader.range(dynamic.offset, dynamic.size), file.big_endian);
    const std::uint64_t width = 2ULL * reader.word();
    std::uint64_t strings_at = 0;
    std::uint64_t strings_size = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> tags;
    for (std::uint64_t at = 0; at + width <= table.bytes().size(); at += width) {
        const auto tag = table.number(at, reader.word());
        const auto value = table.number(at + reader.word(), reader.word());
        if (tag == DT_NULL) {
            break;
        }
        strings_at = tag == DT_STRTAB ? value : strings_at;
        strings_size = tag == DT_STRSZ ? value : strings_size;
        tags.emplace_back(tag, value);
    }
    const Fields strings(reader.range(file_offset(segments, strings_at), strings_size), file.big_endian);
    for (const auto& [tag, value] : tags) {
        switch (tag) {
            case DT_NEEDED: file.needed.push_back(strings.text(value)); break;
            case DT_SONAME: file.soname = strings.text(value); break;
            case DT_RPATH: file.rpath = base::split(strings.text(value), ':'); break;
            case DT_RUNPATH: file.runpath = base::split(strings.text(value), ':'); break;
            default: break;
        }
    }
}

// Notes are name size, description size, type, name, description, each part aligned to four bytes.
void read_dlopen_notes(Reader& reader, const Segment& segment) {
    const Fields notes(reader.range(segment.offset, segment.size), reader.file.big_endian);
    constexpr std::uint64_t kHeader = 12;
    const auto aligned = [](std::uint64_t size) { return (size + 3) & ~std::uint64_t{3}; };
    for (std::uint64_t at = 0; at + kHeader <= notes.bytes().size();) {
        const auto name = aligned(notes.number(at, 4));
        const auto length = notes.number(at + 4, 4);
        if (notes.number(at + 8, 4) == kDlopenNote && notes.text(at + kHeader) == "FDO") {
            const auto parsed = nlohmann::json::parse(notes.text(at + kHeader + name), nullptr, false);
            for (const auto& feature : parsed.is_array() ? parsed : nlohmann::json::array()) {
                const bool wanted = feature.is_object() && feature.value("priority", "recommended") != "suggested";
                if (wanted && feature.contains("soname") && feature["soname"].is_array()) {
                    for (const auto& soname : feature["soname"]) {
                        reader.file.dlopen.push_back(soname.is_string() ? soname.get<std::string>() : "");
                    }
                }
            }
        }
        at += kHeader + name + aligned(length);
    }
}

}  // namespace

std::optional<ElfFile> read_elf(base::RandomAccessSource& source) {
    Reader reader(source);
    if (!reader.open()) {
        return std::nullopt;
    }
    const auto segments = reader.segments();
    for (const auto& segment : segments) {
        if (segment.type == PT_INTERP) {
            reader.file.interpreter = reader.range(segment.offset, segment.size).c_str();  // without the final NUL
        } else if (segment.type == PT_DYNAMIC) {
            read_dynamic(reader, segments, segment);
        } else if (segment.type == PT_NOTE) {
            read_dlopen_notes(reader, segment);
        }
    }
    return std::move(reader.file);
}

std::vector<std::string> read_modinfo(base::RandomAccessSource& module, std::string_view key) {
    Reader reader(module);
    const auto section = reader.open() ? reader.section(".modinfo") : std::nullopt;
    std::vector<std::string> values;
    const auto prefix = base::cat(key, "=");
    for (const auto& line : section ? base::split(reader.range(section->offset, section->size), '\0') : std::vector<std::string>{}) {
        if (line.starts_with(prefix)) {
            values.push_back(line.substr(prefix.size()));
        }
    }
    return values;
}

}  // namespace nrear::image
