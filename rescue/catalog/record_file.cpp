// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/catalog/record_file.h"

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::catalog {

namespace {

/// A record is a kilobyte; the server is not trusted.
constexpr std::uint64_t kLongestRecord = 1024 * 1024;

std::string read_text(transport::Transport& server, const std::string& path) {
    const auto source = server.open(path);
    if (source->size() > kLongestRecord) {
        throw Error(ErrorKind::kIntegrity, "read " + path, base::cat("it has ", base::human_size(source->size()), ": that is no record of a backup"));
    }
    std::string text(static_cast<std::size_t>(source->size()), '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const std::size_t got = source->read(std::as_writable_bytes(std::span(text).subspan(filled)));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    text.resize(filled);
    return text;
}

}  // namespace

record::BackupRecord read_record(transport::Transport& server, const std::string& path) {
    return record::backup_record_from_json(read_text(server, path), path);
}

void write_record(transport::Transport& server, const std::string& path, const record::BackupRecord& record) {
    const auto sink = server.create(path);
    sink->write(base::as_bytes(record::to_json(record)));
    sink->finish();
}

}  // namespace nrear::catalog
