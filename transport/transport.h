// SPDX-License-Identifier: GPL-3.0-or-later
// A place for backups, whatever it is made of. The contract, held by one test suite for every implementation:
// - A name is visible only when its sink's finish() has returned: bytes go to a temporary name beside it, are synced, then renamed over it.
// - Replacing is atomic: until finish() the earlier file stays whole. A sink destroyed unfinished removes its temporary file if the line still lives.
// - Every wait has a deadline. Errors: kNetwork (line broken, time-out), kAuthentication, kHostKey, kNoSpaceRemote, kGeneral (no such path, permission).
// - Paths are absolute on the place. Not safe for use from several threads at once.
// - Open files may outlive their transport.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::transport {

struct FileInfo {
    std::string name;         ///< last component
    std::uint64_t size = 0;   ///< bytes
    std::int64_t mtime = 0;   ///< seconds since 1970
    bool is_directory = false;
};

struct Space {
    std::uint64_t available = 0;  ///< bytes that this user may still write
    std::uint64_t total = 0;
};

/// Ending of temporary names: "backup.tar.gz" is written as "backup.tar.gz.nrear-part".
inline constexpr const char* kTemporarySuffix = ".nrear-part";

class Transport {
public:
    virtual ~Transport() = default;
    virtual std::unique_ptr<base::FinishingSink> create(const std::string& path) = 0;  ///< the directory must exist; the file's mode is 0600
    virtual std::unique_ptr<base::RandomAccessSource> open(const std::string& path) = 0;
    virtual std::optional<FileInfo> stat(const std::string& path) = 0;     ///< nothing when there is no such file
    virtual std::vector<FileInfo> list(const std::string& directory) = 0;  ///< sorted by name
    virtual void make_directories(const std::string& path) = 0;            ///< like mkdir -p, mode 0750 for new ones
    virtual void rename(const std::string& from, const std::string& to) = 0;  ///< replaces `to` atomically where the server can
    virtual void remove(const std::string& path) = 0;                      ///< a missing file is no error
    virtual void remove_directory(const std::string& path) = 0;            ///< an empty one; a missing one is no error, one with something in it is
    virtual std::optional<Space> space(const std::string& directory) = 0;  ///< nothing when the place cannot tell
    /// What it is for people: "backup@undercloud-0 (192.168.24.1) by SFTP".
    virtual std::string description() const = 0;
    /// What this place cannot promise, in sentences for the end of a run ("the server lacks fsync@openssh.com: …"); mostly none.
    virtual std::vector<std::string> warnings() const { return {}; }
};

}  // namespace nrear::transport
