// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the shared libraries of a program as the dynamic linker does (ld.so(8)): breadth-first, a library's RUNPATH for its own needs only,
// what is loaded already satisfies by its name. Reads ld.so.conf instead of ld.so.cache: the cache is made of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/root.h"
#include "rescue/image/elf.h"

namespace nrear::image {

struct FoundLibrary {
    std::string path;       ///< as the linker would open it; may be a symlink
    std::string needed_by;
};

struct LibraryResult {
    std::vector<FoundLibrary> found;    ///< the interpreter is among them
    std::vector<std::string> missing;   ///< "libfoo.so.1, needed by /usr/bin/bar"
};

class LibrarySearch {
public:
    explicit LibrarySearch(const base::Root& root);

    /// All libraries of the program or library at `path` (symlinks resolved); none when it is no ELF file.
    LibraryResult libraries_of(const std::string& path);
    /// One library by its name, in the default directories, for programs of the kind of `like` (an ELF file); nothing when there is none.
    std::optional<std::string> find(const std::string& name, const std::string& like);

private:
    struct Loaded;
    const std::optional<ElfFile>& elf(const std::string& path);
    std::optional<std::string> search(const std::string& name, const std::vector<const Loaded*>& chain);
    std::optional<std::string> search_in(const std::vector<std::string>& directories, const std::string& name, const ElfFile& wanted,
                                         const std::string& origin);

    const base::Root& root_;
    std::vector<std::string> directories_;
    std::map<std::string, std::optional<ElfFile>> cache_;  ///< by resolved path
};

/// The directories of /etc/ld.so.conf with its includes, then the built-in ones of every distribution.
std::vector<std::string> library_directories(const base::Root& root);

}  // namespace nrear::image
