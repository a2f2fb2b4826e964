// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/efi_load_option.h"

#include <cctype>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::layout {

namespace {

constexpr std::size_t kNodeHead = 4;         // type, subtype, length
constexpr std::size_t kHardDriveNode = 42;
constexpr std::size_t kSignature = 16;
constexpr std::uint64_t kMedia = 4, kHardDrive = 1, kFilePath = 4;
constexpr std::uint64_t kEnd = 0x7f, kEndEntire = 0xff;
constexpr std::uint64_t kDosTable = 1, kGptTable = 2;         // partition format
constexpr std::uint64_t kDosSignature = 1, kGuidSignature = 2;  // signature type

/// Little-endian numbers and slices of bytes that may end too soon: then everything is refused.
class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    std::optional<std::uint64_t> number(std::size_t width) {
        const auto raw = take(width);
        return raw ? std::optional(base::little_endian(*raw, 0, width)) : std::nullopt;
    }
    std::optional<std::string_view> take(std::size_t length) {
        if (length > bytes_.size()) {
            return std::nullopt;
        }
        const auto out = bytes_.substr(0, length);
        bytes_.remove_prefix(length);
        return out;
    }
    std::string_view rest() const { return bytes_; }

private:
    std::string_view bytes_;
};

void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0U | code >> 6U);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0U | code >> 12U);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0U | code >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

/// UTF-16 up to and with its NUL, as UTF-8; nothing when there is no NUL, or a surrogate stands alone.
std::optional<std::string> read_text(Reader& reader) {
    std::string out;
    for (;;) {
        const auto unit = reader.number(2);
        if (!unit) {
            return std::nullopt;
        }
        if (*unit == 0) {
            return out;
        }
        auto code = static_cast<std::uint32_t>(*unit);
        if (code >= 0xd800 && code < 0xe000) {
            const auto low = reader.number(2);
            if (code >= 0xdc00 || !low || *low < 0xdc00 || *low >= 0xe000) {
                return std::nullopt;
            }
            code = 0x10000 + ((code - 0xd800) << 10U) + static_cast<std::uint32_t>(*low - 0xdc00);
        }
        append_utf8(out, code);
    }
}

/// Well-formed UTF-8 to UTF-16 with a NUL.
std::string utf16(const std::string& text) {
    if (!base::is_utf8(text) || text.find('\0') != std::string::npos) {
        throw Error(ErrorKind::kIntegrity, "write a UEFI boot entry", base::cat("\"", base::printable(text), "\" is no text"));
    }
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        }
        i += length;
        if (code >= 0x10000) {
            base::append_little_endian(out, 0xd800 + ((code - 0x10000) >> 10U), 2);
            code = 0xdc00 + ((code - 0x10000) & 0x3ffU);
        }
        base::append_little_endian(out, code, 2);
    }
    base::append_little_endian(out, 0, 2);
    return out;
}

/// Order of a GUID's bytes in its text: the first three groups are little-endian (UEFI, appendix A).
constexpr std::size_t kGuidOrder[kSignature] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

std::string guid_text(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < kSignature; ++i) {
        out += i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "";
        out += base::hex(static_cast<unsigned char>(bytes[kGuidOrder[i]]), 2);
    }
    return out;
}

/// Pairs of hex digits, '-' between them passed over; nothing when anything else is in it.
std::optional<std::string> bytes_of_hex(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
            digits += c;
        } else if (c != '-') {
            return std::nullopt;
        }
    }
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        out += static_cast<char>(base::parse_u64(digits.substr(i, 2), 16).value_or(0));
    }
    return digits.size() % 2 == 0 ? std::optional(out) : std::nullopt;
}

std::optional<EfiPartition> read_partition(std::string_view body) {
    Reader reader(body);
    EfiPartition partition;
    const auto number = reader.number(4);
    const auto start = reader.number(8);
    const auto size = reader.number(8);
    const auto signature = reader.take(kSignature);
    const auto format = reader.number(1);
    const auto type = reader.number(1);
    if (!number || !start || !size || !signature || !format || !type) {
        return std::nullopt;
    }
    partition.number = static_cast<std::uint32_t>(*number);
    partition.start = *start;
    partition.size = *size;
    if (*format == kGptTable && *type == kGuidSignature) {
        partition.uuid = guid_text(*signature);
    } else if (*format == kDosTable && *type == kDosSignature) {
        partition.uuid = base::cat(base::hex(*Reader(*signature).number(4), 8), "-", base::hex(*number, 2));
    } else {
        return std::nullopt;
    }
    return partition;
}

std::string partition_node(const EfiPartition& partition) {
    std::string out;
    base::append_little_endian(out, kMedia, 1);
    base::append_little_endian(out, kHardDrive, 1);
    base::append_little_endian(out, kHardDriveNode, 2);
    base::append_little_endian(out, partition.number, 4);
    base::append_little_endian(out, partition.start, 8);
    base::append_little_endian(out, partition.size, 8);
    constexpr std::size_t kDosId = 4;
    const auto raw = bytes_of_hex(partition.uuid);
    if (raw && raw->size() == kSignature) {
        for (std::size_t i = 0; i < kSignature; ++i) {
            out += (*raw)[kGuidOrder[i]];  // the order is its own inverse
        }
        base::append_little_endian(out, kGptTable, 1);
        base::append_little_endian(out, kGuidSignature, 1);
    } else if (raw && raw->size() == kDosId + 1) {
        out.append(raw->rend() - kDosId, raw->rend());
        base::append_little_endian(out, 0, 8);
        base::append_little_endian(out, 0, kSignature - kDosId - 8);
        base::append_little_endian(out, kDosTable, 1);
        base::append_little_endian(out, kDosSignature, 1);
    } else {
        throw Error(ErrorKind::kIntegrity, "write a UEFI boot entry", base::cat("\"", base::printable(partition.uuid), "\" is no partition UUID"));
    }
    return out;
}

struct Head {
    std::uint32_t attributes = 0;
    std::string label;
    std::string_view path;  ///< the list of device paths
    std::string_view optional_data;
};

std::optional<Head> read_head(std::string_view bytes) {
    Reader reader(bytes);
    const auto attributes = reader.number(4);
    const auto path_length = reader.number(2);
    auto label = path_length ? read_text(reader) : std::nullopt;
    const auto path = label ? reader.take(static_cast<std::size_t>(*path_length)) : std::nullopt;
    if (!attributes || !path) {
        return std::nullopt;
    }
    return Head{static_cast<std::uint32_t>(*attributes), *std::move(label), *path, reader.rest()};
}

}  // namespace

std::optional<EfiLoadOption> parse_load_option(std::string_view bytes) {
    const auto head = read_head(bytes);
    if (!head) {
        return std::nullopt;
    }
    EfiLoadOption option{head->attributes, head->label, {}, "", std::string(head->optional_data)};
    std::optional<EfiPartition> partition;
    for (Reader reader(head->path);;) {
        const auto type = reader.number(1);
        const auto subtype = reader.number(1);
        const auto length = reader.number(2);
        const auto body = length && *length >= kNodeHead ? reader.take(static_cast<std::size_t>(*length) - kNodeHead) : std::nullopt;
        if (!body) {
            return std::nullopt;
        }
        if (*type == kEnd) {
            break;  // further paths of the list are the firmware's own remarks
        }
        if (*type == kMedia && *subtype == kHardDrive && body->size() == kHardDriveNode - kNodeHead && !partition) {
            partition = read_partition(*body);
        } else if (*type == kMedia && *subtype == kFilePath && partition) {
            Reader file(*body);
            const auto name = read_text(file);
            if (!name) {
                return std::nullopt;
            }
            option.loader += (option.loader.empty() || option.loader.ends_with('\\') || name->starts_with('\\') ? "" : "\\") + *name;
        } else if (partition) {
            return std::nullopt;  // something else inside the partition
        }
    }
    if (!partition || option.loader.empty()) {
        return std::nullopt;
    }
    option.partition = *std::move(partition);
    return option;
}

std::string build_load_option(const EfiLoadOption& option) {
    std::string path = partition_node(option.partition);
    const auto loader = utf16(option.loader);
    constexpr std::size_t kLongest = 0xffff - kNodeHead - kHardDriveNode - kNodeHead;
    if (loader.size() > kLongest) {
        throw Error(ErrorKind::kIntegrity, "write a UEFI boot entry", "the name of its loader is too long");
    }
    base::append_little_endian(path, kMedia, 1);
    base::append_little_endian(path, kFilePath, 1);
    base::append_little_endian(path, kNodeHead + loader.size(), 2);
    path += loader;
    base::append_little_endian(path, kEnd, 1);
    base::append_little_endian(path, kEndEntire, 1);
    base::append_little_endian(path, kNodeHead, 2);
    std::string out;
    base::append_little_endian(out, option.attributes, 4);
    base::append_little_endian(out, path.size(), 2);
    return out + utf16(option.label) + path + option.optional_data;
}

std::optional<std::string> load_option_label(std::string_view bytes) {
    auto head = read_head(bytes);
    return head ? std::optional(std::move(head->label)) : std::nullopt;
}

std::vector<unsigned> parse_boot_order(std::string_view bytes) {
    std::vector<unsigned> numbers;
    Reader reader(bytes);
    while (const auto number = reader.number(2)) {
        numbers.push_back(static_cast<unsigned>(*number));
    }
    return numbers;
}

std::string build_boot_order(const std::vector<unsigned>& numbers) {
    std::string out;
    for (const auto number : numbers) {
        base::append_little_endian(out, number, 2);
    }
    return out;
}

std::string boot_variable(unsigned number) {
    std::string digits = base::hex(number, 4);
    for (char& c : digits) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return "Boot" + digits;
}

}  // namespace nrear::layout
