// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/md_facts.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using base::cat;

struct Word {
    std::int64_t number;
    const char* word;
};

constexpr std::array kParity = {
    Word{0, "left-asymmetric"},    Word{1, "right-asymmetric"},    Word{2, "left-symmetric"},      Word{3, "right-symmetric"},
    Word{4, "parity-first"},       Word{5, "parity-last"},         Word{8, "ddf-zero-restart"},    Word{9, "ddf-N-restart"},
    Word{10, "ddf-N-continue"},    Word{16, "left-asymmetric-6"},  Word{17, "right-asymmetric-6"}, Word{18, "left-symmetric-6"},
    Word{19, "right-symmetric-6"}, Word{20, "parity-first-6"},
};

/// Copies near to each other in bits 0 to 7, far ones in 8 to 15, bit 16: far ones by offset. Higher bits are of kernels' experiments.
std::string raid10_word(std::int64_t number) {
    const auto near = number & 0xff;
    const auto far = number >> 8 & 0xff;
    const bool offset = (number >> 16 & 1) != 0;
    if (number < 0 || number >> 17 != 0 || (near > 1 && far > 1) || near == 0 || far == 0) {
        return "";
    }
    return far > 1 ? cat(offset ? "o" : "f", far) : cat("n", near);
}

}  // namespace

MdDetail parse_md_detail(std::string_view text) {
    MdDetail detail;
    for (const auto& line : base::split_lines(text)) {
        const auto equals = line.find('=');
        if (equals == std::string::npos) {
            continue;
        }
        const auto key = line.substr(0, equals);
        const auto value = line.substr(equals + 1);
        std::string* const field = key == "MD_LEVEL" ? &detail.level : key == "MD_METADATA" ? &detail.metadata : key == "MD_UUID" ? &detail.uuid : key == "MD_NAME" ? &detail.name
                                   : key == "MD_CONTAINER" ? &detail.container : nullptr;
        if (field != nullptr) {
            *field = value;
        }
    }
    // 3.x and 4.x write "0.90", others have been seen with the patch level too.
    detail.metadata = detail.metadata.starts_with("0.90") ? "0.90" : detail.metadata;
    return detail;
}

std::string md_layout_word(std::string_view level, std::string_view number) {
    const auto value = base::parse_i64(base::trim(number)).value_or(0);
    std::string word;
    if (level == "raid5" || level == "raid6") {
        const auto* const found = std::find_if(kParity.begin(), kParity.end(), [&](const Word& known) { return known.number == value; });
        word = found == kParity.end() ? "" : found->word;
    } else if (level == "raid10") {
        word = raid10_word(value);
    } else if (level == "raid0") {
        // Which of two layouts members of different size have; arrays older than kernel 5.4 do not say, and equal members have but one.
        return value == 1 ? "original" : value == 2 ? "alternate" : "";
    } else {
        return "";
    }
    if (word.empty()) {
        throw Error(ErrorKind::kLayout, cat("understand a ", level, " array"), cat("its layout ", value, " is not known"));
    }
    return word;
}

std::string md_uuid_of(std::string_view blkid_uuid) {
    const auto digits = base::to_lower(base::replace_all(std::string(blkid_uuid), "-", ""));
    constexpr std::size_t kGroup = 8;
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += kGroup) {
        out += cat(at == 0 ? "" : ":", std::string_view(digits).substr(at, kGroup));
    }
    return out;
}

}  // namespace nrear::scan
