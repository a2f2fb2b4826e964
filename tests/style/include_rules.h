// SPDX-License-Identifier: GPL-3.0-or-later
// Who may include what: the picture of docs/architecture.md as data. The tests hold sources and document against it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::style {

struct FolderRule {
    std::string_view folder;
    std::vector<std::string_view> folders;    // may be included, besides the folder itself
    std::vector<std::string_view> libraries;  // external libraries that live in this folder alone
};

// From the bottom of the house to the top.
const std::vector<FolderRule>& folder_rules();

// Where a file of `folder` breaks the rules by including `header` (the text between the quotes or brackets), why; else nothing.
std::optional<std::string> include_fault(std::string_view includer, std::string_view header, bool quoted);

// The rules as the Markdown table of docs/architecture.md.
std::string rules_as_markdown();

}  // namespace nrear::style
