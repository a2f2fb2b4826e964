// SPDX-License-Identifier: GPL-3.0-or-later
// The files of the repository as the style tests read them. No rules here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::style {

struct SourceFile {
    std::string path;  // relative to the repository, "core/base/error.h"
    std::string text;

    [[nodiscard]] bool under(std::string_view folder) const;  // under("core/base")
    [[nodiscard]] bool is_cpp() const;                        // .h or .cpp
    [[nodiscard]] bool is_header() const;
};

// Every file of the tree except build directories, the repository's own data and editors' leftovers, sorted by path.
const std::vector<SourceFile>& source_tree();

std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace nrear::style
