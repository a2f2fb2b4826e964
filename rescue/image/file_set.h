// SPDX-License-Identifier: GPL-3.0-or-later
// Collects the entries of an image: a file brings its parent directories, every symlink on the way, its libraries, its script interpreter.
// Decides only; nothing is copied here.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/root.h"
#include "rescue/image/libraries.h"
#include "rescue/image/manifest.h"

namespace nrear::image {

class FileSet {
public:
    explicit FileSet(const base::Root& root) : root_(root), libraries_(root) {}

    /// A file, symlink or directory (without what is in it) of the node. False when it does not exist.
    bool add(const std::string& path, const std::string& reason);
    /// A directory with all below it, or a single file. `skip` is asked about every path below; devices, sockets and fifos are left out.
    bool add_tree(const std::string& path, const std::string& reason, const std::function<bool(const std::string&)>& skip);
    /// Like add(), for data: no libraries are looked for.
    bool add_data(const std::string& path, const std::string& reason);
    /// A shared library by its name; of the kind that bash uses; false when no directory of the linker has it.
    bool add_library(const std::string& name, const std::string& reason);

    /// The file `source`, wherever it lies on this machine, under another name in the image; false when it does not exist. Libraries as with add().
    bool add_program_as(const std::string& path, const std::string& source, const std::string& reason);

    void put_directory(const std::string& path, unsigned mode, const std::string& reason);
    void put_file(const std::string& path, std::string content, unsigned mode, const std::string& reason);
    void put_symlink(const std::string& path, std::string target, const std::string& reason);
    void put_device(const std::string& path, unsigned mode, std::uint32_t major_number, std::uint32_t minor_number, const std::string& reason);
    void warn(std::string text) { warnings_.push_back(std::move(text)); }
    bool contains(const std::string& path) const { return entries_.contains(path); }

    /// Sorted. The object is empty afterwards.
    ImageManifest take();

private:
    std::string add_links(const std::string& path, const std::string& reason);
    void add_needs(const std::string& resolved);
    void put(ImageEntry entry);
    void put_parents(const std::string& path);

    const base::Root& root_;
    LibrarySearch libraries_;
    std::map<std::string, ImageEntry> entries_;
    std::set<std::string> examined_;
    std::set<std::string> missing_libraries_;
    std::vector<std::string> warnings_;
};

}  // namespace nrear::image
