// SPDX-License-Identifier: GPL-3.0-or-later
// Writes an image as the initramfs that a kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst), packed on all cores.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/byte_stream.h"
#include "core/base/root.h"
#include "rescue/image/kernel.h"
#include "rescue/image/manifest.h"

namespace nrear::image {

struct InitramfsOptions {
    InitramfsCodec codec = InitramfsCodec::kGzip;  ///< Kernel::codec
    std::int64_t created = 0;                      ///< seconds since 1970: the time of every file in it
    unsigned threads = 0;                          ///< 0 = all allowed cores
};

struct ImageReport {
    struct Group {
        std::uint64_t entries = 0;
        std::uint64_t bytes = 0;
    };
    std::uint64_t bytes = 0;              ///< of the initramfs
    std::uint64_t content_bytes = 0;      ///< of the files in it
    std::uint64_t entries = 0;
    std::map<std::string, Group> groups;  ///< by the group of the reason: "driver", "library", "program" …
};

/// The same manifest, files and options give the same bytes. Memory: about 4 MiB a thread, with zstd 80 MiB in all. Throws Error, Interrupted.
ImageReport write_initramfs(const base::Root& root, const ImageManifest& manifest, const InitramfsOptions& options, base::Sink& out);

/// Bytes of disk that the initramfs of this manifest needs at most: to be checked before writing starts.
std::uint64_t largest_initramfs(const ImageManifest& manifest);

}  // namespace nrear::image
