// SPDX-License-Identifier: GPL-3.0-or-later
// A part of the storage that must come back and that this version cannot make.
#pragma once

#include <string>

#include "core/layout/fields.h"

namespace nrear::layout {

/// Sits on the devices that it uses. Its presence makes unsupported() speak and make_plan() refuse.
struct Foreign {
    static constexpr const char* kWord = "foreign";  ///< in layout.json
    std::string path;  ///< device: "/dev/mapper/system-root"
    std::string kind;  ///< for people: "XFS file system", "LVM logical volume"
    bool operator==(const Foreign&) const = default;
};

void fields(Either<Foreign> auto& foreign, auto&& visit) {
    visit("path", foreign.path);
    visit("kind", foreign.kind);
}

inline std::string kind_of(const Foreign& foreign) { return foreign.kind; }

}  // namespace nrear::layout
