// SPDX-License-Identifier: GPL-3.0-or-later
// A directory of this machine as a place for backups: file:// URLs, disks and shares that somebody has mounted.
#pragma once

#include "transport/resumable.h"

namespace nrear::transport {

/// Error kinds as with a server: a full disk is kNoSpaceRemote, since it is the place of the backup that is full; a share whose server does not answer
/// is kNetwork.
class LocalTransport final : public ResumableTransport {
public:
    std::unique_ptr<Upload> start(const std::string& path) override;
    std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) override;
    std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) override;
    std::optional<FileInfo> stat(const std::string& path) override;
    std::vector<FileInfo> list(const std::string& directory) override;
    void make_directories(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    void remove(const std::string& path) override;
    void remove_directory(const std::string& path) override;
    std::optional<Space> space(const std::string& directory) override;
    std::string description() const override { return "this machine's own files"; }
};

}  // namespace nrear::transport
