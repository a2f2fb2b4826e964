// SPDX-License-Identifier: GPL-3.0-or-later
// The requests of SFTP version 3 and of OpenSSH's extensions, one function each, and what a refusal means to people.
// Sources: draft-ietf-secsh-filexfer-02; OpenSSH's PROTOCOL, section 4.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "transport/sftp_wire.h"
#include "transport/transport.h"

namespace nrear::transport {

/// What this server can do and how much it takes at a time.
struct SftpFeatures {
    bool fsync = false;
    bool posix_rename = false;
    bool statvfs = false;
    std::size_t largest_read = 0;   ///< bytes of data in one request
    std::size_t largest_write = 0;
};

/// What statvfs@openssh.com tells about a file system.
struct FileSystemFacts {
    Space space;
    bool out_of_inodes = false;
    bool read_only = false;
};

struct DirectoryEntry {
    std::string name;
    Attributes attributes;
};

/// Every call throws Error: kGeneral (no such file, permission denied, …), kNoSpaceRemote, kNetwork; and Interrupted.
class SftpCalls {
public:
    using RequestId = SftpWire::RequestId;

    /// Exchanges versions and asks for limits. `account` is for messages: "backup@undercloud-0".
    SftpCalls(std::unique_ptr<ByteChannel> channel, WireLimits limits, std::string account);

    const SftpFeatures& features() const { return features_; }
    SftpWire& wire() { return wire_; }

    std::string open_to_read(const std::string& path);             ///< a handle
    std::string create_exclusively(const std::string& path);       ///< a handle to write to; mode 0600; fails where something has that name
    std::string open_to_write(const std::string& path);            ///< a handle to a file that is there; its content stays
    void close(const std::string& handle, const std::string& path);
    void sync(const std::string& handle, const std::string& path);  ///< only with features().fsync
    Attributes attributes_of(const std::string& handle, const std::string& path);
    std::optional<Attributes> stat(const std::string& path);        ///< follows symlinks; nothing when there is no such file
    std::vector<DirectoryEntry> list(const std::string& directory);  ///< without "." and ".."
    void make_directory(const std::string& path);                   ///< mode 0750
    bool remove(const std::string& path);                           ///< false when there is no such file
    bool remove_directory(const std::string& path);                 ///< an empty one; false when there is no such directory
    void rename(const std::string& from, const std::string& to);    ///< fails where `to` exists
    void posix_rename(const std::string& from, const std::string& to);  ///< replaces `to`; only with features().posix_rename
    std::optional<FileSystemFacts> file_system(const std::string& path);  ///< nothing where the server cannot tell

    /// Requests that are answered later, by wire().wait(): kStatus for a write, kData or kStatus for a read.
    RequestId send_write(const std::string& handle, std::uint64_t offset, base::Bytes bytes);
    RequestId send_read(const std::string& handle, std::uint64_t offset, std::size_t count);

    /// Throws unless the reply is a kStatus that says kOk. `what` as in "write /data/x".
    void expect_ok(Packet reply, const std::string& what, const std::string& path);
    /// The Error for a refused request. A bare "failure" on something that writes is looked into: full, out of inodes, read-only.
    [[noreturn]] void refuse(const Status& status, const std::string& what, const std::string& path, bool writes);

private:
    Packet ask(PacketType type, const std::string& first, const std::string& second, std::size_t largest_reply = 4096);
    Packet ask_extended(const std::string& name, const std::string& first, const std::string& second = {});
    std::string handle_of(Packet reply, const std::string& what, const std::string& path, bool writes);
    void set_limits(bool asked_for);

    SftpWire wire_;
    std::string account_;
    SftpFeatures features_;
};

/// The status packet of a reply that may hold nothing else. Throws Error (kNetwork).
Status status_of(const Packet& reply);

}  // namespace nrear::transport
