// SPDX-License-Identifier: GPL-3.0-or-later
// Where a backup is kept: the URLs of BACKUP_URL and OUTPUT_URL, as ReaR reads them (no percent-decoding; the last '@' ends the user part).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nrear::transport {

enum class Scheme { kSftp, kSshfs, kFile, kNull };

struct Location {
    Scheme scheme = Scheme::kSftp;
    std::string user;                     ///< "" = root
    std::optional<std::string> password;  ///< from the URL; never shown
    std::string host;                     ///< name or address, IPv6 without brackets; "" for file and null
    std::uint16_t port = 22;
    std::string path;                     ///< absolute, as written, e.g. "/data/backup/"; "/" when the URL has none; "" for null

    /// The account on the server: `user`, or "root".
    std::string account() const { return user.empty() ? "root" : user; }
    /// "sftp://backup@undercloud-0/data/backup/": for people; never holds the password.
    std::string text() const;
    /// Same server, same account: one connection serves both.
    bool same_account(const Location& other) const;
};

/// Throws Error (kConfig) that names the setting, what is wrong and which schemes there are; nfs, cifs, … are named as not supported.
Location parse_location(std::string_view url, std::string_view setting_name);

}  // namespace nrear::transport
