// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/file_list.h"

#include "archive/decompress.h"
#include "core/base/fd_stream.h"
#include "core/base/memory_stream.h"
#include "core/base/text.h"

namespace nrear::backup {

namespace {

constexpr std::size_t kFlushAt = 64 << 10;

}  // namespace

FileList::FileList() : gzip_(std::make_unique<archive::GzipSink>(packed_, archive::PackOptions{.threads = 1})) {}

void FileList::add(std::string_view path) {
    pending_ += base::printable(path);
    pending_ += '\n';
    if (pending_.size() >= kFlushAt) {
        flush();
    }
}

void FileList::remark(std::string_view path, std::string_view what) {
    pending_ += base::cat("nrear: ", base::printable(path), ": ", what, "\n");
}

void FileList::flush() {
    gzip_->write(base::as_bytes(pending_));
    pending_.clear();
}

void FileList::write_to(base::Sink& out) {
    flush();
    gzip_->finish();
    base::MemorySource source(packed_.bytes());
    archive::DecompressInput unpacked(source, 1);
    for (auto chunk = unpacked.chunk(); !chunk.empty(); chunk = unpacked.chunk()) {
        out.write(chunk);
        unpacked.consume(chunk.size());
    }
}

}  // namespace nrear::backup
