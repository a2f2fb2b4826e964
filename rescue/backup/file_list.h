// SPDX-License-Identifier: GPL-3.0-or-later
// The list of stored files for backup.log, with what is to be said about some of them. It grows while the archive occupies the line, so it waits in memory, packed (about a tenth of its size).
#pragma once

#include <memory>
#include <string_view>

#include "archive/gzip_sink.h"
#include "core/base/byte_stream.h"
#include "core/base/memory_stream.h"

namespace nrear::backup {

class FileList {
public:
    FileList();
    void add(std::string_view path);
    /// A line about a file, as tar would have said it between the names: "nrear: /path: grew while it was read".
    void remark(std::string_view path, std::string_view what);
    /// Unpacks the list into `out`, one printable line a file. Nothing can be added afterwards.
    void write_to(base::Sink& out);

private:
    void flush();

    base::MemoryFile packed_;
    std::unique_ptr<archive::GzipSink> gzip_;
    std::string pending_;
};

}  // namespace nrear::backup
