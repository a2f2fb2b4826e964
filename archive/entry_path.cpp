// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/entry_path.h"

#include "core/base/text.h"

namespace nrear::archive {

std::string plain_path(std::string_view path) {
    std::string text;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const auto name = path.substr(0, slash);
        if (!name.empty() && name != ".") {
            text.append(text.empty() ? "" : "/").append(name);
        }
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    return text;
}

std::string entry_path(std::string_view path, EntryType type) {
    std::string text = plain_path(path);
    if (text.empty()) {
        return "./";
    }
    return type == EntryType::kDirectory ? text + '/' : text;
}

std::string absolute_path(std::string_view path) { return path == "./" ? "/" : base::cat('/', path); }

}  // namespace nrear::archive
