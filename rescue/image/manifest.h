// SPDX-License-Identifier: GPL-3.0-or-later
// What the rescue image will hold, decided before a byte of it is written: every entry with the reason it is there. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrear::image {

enum class EntryKind { kDirectory, kFile, kSymlink, kCharacterDevice };

struct ImageEntry {
    std::string path;           ///< absolute, inside the image
    EntryKind kind = EntryKind::kFile;
    unsigned mode = 0;          ///< permission bits, without the type; every entry belongs to root
    std::string source;         ///< of a file: absolute path on the node; "" = it is `content`
    std::string content;        ///< of a file without source; of a symlink its target
    std::uint64_t size = 0;     ///< bytes of a file
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::string reason;         ///< "group: why": "library: needed by /usr/bin/bash"
};

struct ImageManifest {
    std::vector<ImageEntry> entries;    ///< sorted by path, so that a directory comes before what is in it; every path once
    std::vector<std::string> warnings;  ///< what was left out although somebody may expect it
    std::uint64_t content_bytes() const;               ///< of all files
    const ImageEntry* find(const std::string& path) const;  ///< null when it is not there
};

/// One line an entry, for people and for golden files: "f 0755 1265648 /usr/bin/bash  program: everyday tool".
std::string to_text(const ImageManifest& manifest);
/// The same for record::kManifestPath: {"entries": [{"path", "kind", "size", "reason"}]}; rescue/system holds the unpacked image against it.
std::string to_json(const ImageManifest& manifest);

}  // namespace nrear::image
