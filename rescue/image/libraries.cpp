// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/libraries.h"

#include <fnmatch.h>

#include <algorithm>
#include <deque>
#include <set>

#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

constexpr int kDeepestInclude = 8;

std::string directory_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)); }

void read_ld_so_conf(const base::Root& root, const std::string& path, int depth, std::vector<std::string>& directories) {
    for (const auto& line : base::split_lines(root.read_if_exists(path).value_or(""))) {
        const auto words = base::split_words(line.substr(0, line.find('#')));
        if (words.size() == 2 && words[0] == "include" && depth < kDeepestInclude) {
            const auto pattern = words[1].starts_with('/') ? words[1] : base::cat("/etc/", words[1]);
            const auto directory = directory_of(pattern);
            for (const auto& name : root.list(directory)) {
                const auto included = base::cat(directory, "/", name);
                if (fnmatch(pattern.c_str(), included.c_str(), FNM_PATHNAME) == 0) {
                    read_ld_so_conf(root, included, depth + 1, directories);
                }
            }
        } else if (!words.empty() && words[0].starts_with('/')) {
            directories.push_back(words[0]);
        }
    }
}

}  // namespace

// One object in the order in which the linker loads them, with who asked for it.
struct LibrarySearch::Loaded {
    std::string path;  ///< resolved
    const Loaded* parent = nullptr;
};

std::vector<std::string> library_directories(const base::Root& root) {
    std::vector<std::string> directories;
    read_ld_so_conf(root, "/etc/ld.so.conf", 0, directories);
    for (const char* directory : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"}) {
        directories.emplace_back(directory);
    }
    for (const char* parent : {"/lib", "/usr/lib"}) {  // Debian's multiarch directories
        for (const auto& name : root.list(parent)) {
            if (name.find("-linux-gnu") != std::string::npos && name.find('.') == std::string::npos) {
                directories.push_back(base::cat(parent, "/", name));
            }
        }
    }
    return directories;
}

LibrarySearch::LibrarySearch(const base::Root& root) : root_(root), directories_(library_directories(root)) {}

const std::optional<ElfFile>& LibrarySearch::elf(const std::string& path) {
    const auto [entry, is_new] = cache_.try_emplace(path);
    if (is_new) {
        base::FileSource source(root_.path(path));
        entry->second = read_elf(source);
    }
    return entry->second;
}

std::optional<std::string> LibrarySearch::search_in(const std::vector<std::string>& directories, const std::string& name, const ElfFile& wanted,
                                                    const std::string& origin) {
    for (const auto& directory : directories) {
        const auto expanded = base::replace_all(base::replace_all(directory, "${ORIGIN}", origin), "$ORIGIN", origin);
        const auto path = base::cat(expanded, "/", name);
        const auto resolved = root_.resolve(path);
        if (!resolved || root_.is_directory(*resolved)) {
            continue;
        }
        const auto& found = elf(*resolved);
        if (found && found->is_64 == wanted.is_64 && found->machine == wanted.machine && found->big_endian == wanted.big_endian) {
            return path;
        }
    }
    return std::nullopt;
}

// `chain` is the object that needs the library, then who loaded it, up to the program.
std::optional<std::string> LibrarySearch::search(const std::string& name, const std::vector<const Loaded*>& chain) {
    const auto& needing = chain.front()->path;
    const ElfFile& file = *elf(needing);
    if (name.find('/') != std::string::npos) {
        return root_.exists(name) ? std::optional(name) : std::nullopt;
    }
    if (file.runpath.empty()) {
        // The older RPATH is inherited, unless the heir has a RUNPATH of its own.
        for (const Loaded* ancestor : chain) {
            const auto& rpath = elf(ancestor->path)->rpath;
            if (elf(ancestor->path)->runpath.empty()) {
                if (auto found = search_in(rpath, name, file, directory_of(ancestor->path))) {
                    return found;
                }
            }
        }
    } else if (auto found = search_in(file.runpath, name, file, directory_of(needing))) {
        return found;
    }
    return search_in(directories_, name, file, "");
}

LibraryResult LibrarySearch::libraries_of(const std::string& path) {
    LibraryResult result;
    const auto program = root_.resolve(path);
    if (!program || !elf(*program)) {
        return result;
    }
    if (const auto& interpreter = elf(*program)->interpreter; !interpreter.empty()) {
        if (root_.exists(interpreter)) {
            result.found.push_back({interpreter, path});
        } else {
            result.missing.push_back(base::cat(interpreter, ", needed by ", path));
        }
    }
    std::deque<Loaded> loaded{{*program, nullptr}};  // a deque keeps its elements in place
    std::set<std::string> names;
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        std::vector<const Loaded*> chain;
        for (const Loaded* object = &loaded[i]; object != nullptr; object = object->parent) {
            chain.push_back(object);
        }
        const auto file = *elf(loaded[i].path);
        const auto load = [&](const std::string& name, bool required) {
            if (name.empty() || !names.insert(name).second) {
                return;
            }
            if (const auto found = search(name, chain)) {
                result.found.push_back({*found, loaded[i].path});
                loaded.push_back({*root_.resolve(*found), &loaded[i]});
            } else if (required) {
                result.missing.push_back(base::cat(name, ", needed by ", loaded[i].path));
            }
        };
        std::for_each(file.needed.begin(), file.needed.end(), [&](const std::string& name) { load(name, true); });
        std::for_each(file.dlopen.begin(), file.dlopen.end(), [&](const std::string& name) { load(name, false); });
    }
    return result;
}

std::optional<std::string> LibrarySearch::find(const std::string& name, const std::string& like) {
    const auto resolved = root_.resolve(like);
    if (!resolved || !elf(*resolved)) {
        return std::nullopt;
    }
    return search_in(directories_, name, *elf(*resolved), "");
}

}  // namespace nrear::image
