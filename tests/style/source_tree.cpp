// SPDX-License-Identifier: GPL-3.0-or-later
// Walks the working tree itself, so that the tests need no git and see files that are not committed yet.
#include "tests/style/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace nrear::style {
namespace {

namespace fs = std::filesystem;

bool is_foreign(const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory()) {
        return name == ".git" || name == ".cache" || name == "build" || name.starts_with("build-");
    }
    return name == ".git" || name == "compile_commands.json" || name.ends_with(".swp") || name.ends_with("~");
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<SourceFile> walk(const fs::path& root) {
    std::vector<SourceFile> files;
    for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
        if (is_foreign(*it)) {
            it.disable_recursion_pending();
        } else if (it->is_regular_file() && !it->is_symlink()) {
            files.push_back({it->path().lexically_relative(root).string(), read_file(it->path())});
        }
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

}  // namespace

bool SourceFile::under(std::string_view folder) const {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool SourceFile::is_header() const { return path.ends_with(".h"); }

bool SourceFile::is_cpp() const { return is_header() || path.ends_with(".cpp"); }

const std::vector<SourceFile>& source_tree() {
    static const std::vector<SourceFile> files = walk(NREAR_SOURCE_DIR);
    return files;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace nrear::style
