// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/location.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;

constexpr std::string_view kForms = "nrear writes to sftp://USER@HOST/PATH, sshfs://USER@HOST/PATH (the same thing) or file:///PATH";

struct ForeignScheme {
    std::string_view name;
    std::string_view instead;
};

/// ReaR's other schemes, and those that people write by mistake.
constexpr std::array kForeignSchemes{
    ForeignScheme{"nfs", "mount the export and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"nfs4", "mount the export and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"cifs", "mount the share and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"smb", "mount the share and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"davfs", "mount the share and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"usb", "mount the device and write file:///MOUNTPOINT/PATH, or use sftp://USER@HOST/PATH"},
    ForeignScheme{"var", "write file:///PATH with the directory that is meant"},
    ForeignScheme{"tape", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"obdr", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"iso", "the archive is not put into the ISO: use sftp://USER@HOST/PATH"},
    ForeignScheme{"rsync", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"scp", "use sftp://USER@HOST/PATH: the same server and account will do"},
    ForeignScheme{"ssh", "use sftp://USER@HOST/PATH: the same server and account will do"},
    ForeignScheme{"fish", "use sftp://USER@HOST/PATH: the same server and account will do"},
    ForeignScheme{"ftp", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"ftps", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"hftp", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"http", "use sftp://USER@HOST/PATH"},
    ForeignScheme{"https", "use sftp://USER@HOST/PATH"},
};

/// The URL as far as it may be shown: what stands between "://" and the last '@' of the authority may hold a password.
std::string shown(std::string_view url) {
    const auto start = url.find("://");
    const auto at = url.rfind('@');
    if (start == std::string_view::npos || at == std::string_view::npos || at < start) {
        return base::printable(url);
    }
    return base::printable(cat(url.substr(0, start + 3), "***", url.substr(at)));
}

class Parser {
public:
    Parser(std::string_view url, std::string_view setting) : url_(url), setting_(setting) {}

    Location parse() {
        if (url_ == "null" || url_ == "null:" || url_ == "null://") {
            return Location{.scheme = Scheme::kNull, .path = ""};
        }
        const auto end = url_.find("://");
        if (end == std::string_view::npos) {
            fail("it has no scheme", std::string(kForms));
        }
        Location location;
        location.scheme = scheme(url_.substr(0, end));
        const auto rest = url_.substr(end + 3);
        const auto slash = rest.find('/');
        location.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
        const auto authority = rest.substr(0, slash);
        if (location.scheme == Scheme::kFile) {
            local_authority(authority);
        } else if (location.scheme == Scheme::kNull) {
            location.path.clear();
        } else {
            remote_authority(authority, location);
        }
        return location;
    }

private:
    Scheme scheme(std::string_view name) const {
        const auto lower = base::to_lower(name);
        if (lower == "sftp") {
            return Scheme::kSftp;
        }
        if (lower == "sshfs") {
            return Scheme::kSshfs;
        }
        if (lower == "file") {
            return Scheme::kFile;
        }
        if (lower == "null") {
            return Scheme::kNull;
        }
        for (const auto& foreign : kForeignSchemes) {
            if (foreign.name == lower) {
                fail(cat(lower, ":// is not supported"), std::string(foreign.instead));
            }
        }
        fail(cat("the scheme '", base::printable(name), "' is unknown"), std::string(kForms));
    }

    void local_authority(std::string_view authority) const {
        if (!authority.empty() && authority != "localhost") {
            fail(cat("file:// takes no host, but '", base::printable(authority), "' stands before the path"), "write file:///PATH, with three slashes");
        }
    }

    void remote_authority(std::string_view authority, Location& location) const {
        const auto at = authority.rfind('@');
        if (at != std::string_view::npos) {
            const auto account = authority.substr(0, at);
            const auto colon = account.find(':');
            location.user = std::string(account.substr(0, colon));
            if (colon != std::string_view::npos) {
                location.password = std::string(account.substr(colon + 1));
            }
            authority.remove_prefix(at + 1);
        }
        if (std::any_of(location.user.begin(), location.user.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
            fail("the user name holds a blank or a control character", std::string(kForms));
        }
        host_and_port(authority, location);
    }

    void host_and_port(std::string_view text, Location& location) const {
        std::string_view port;
        if (!text.empty() && text.front() == '[') {
            const auto close = text.find(']');
            if (close == std::string_view::npos) {
                fail("the '[' before the IPv6 address is never closed", "write sftp://USER@[fd00::1]/PATH");
            }
            location.host = std::string(text.substr(1, close - 1));
            port = text.substr(close + 1);
            if (location.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos && location.host.find('%') == std::string::npos) {
                fail("what stands in brackets is no IPv6 address", "write sftp://USER@[fd00::1]/PATH");
            }
        } else {
            const auto colon = text.rfind(':');
            location.host = std::string(text.substr(0, colon));
            port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
            check_name(location.host);
        }
        if (location.host.empty()) {
            fail("the host is missing", std::string(kForms));
        }
        if (!port.empty()) {
            location.port = port_number(port);
        }
    }

    void check_name(const std::string& host) const {
        if (host.find(':') != std::string::npos) {
            if (url_.find('@') != std::string_view::npos && url_.find('@') > url_.find('/', url_.find("://") + 3)) {
                misplaced_at();
            }
            fail("an IPv6 address must stand in brackets", "write sftp://USER@[fd00::1]/PATH");
        }
        const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        });
        if (!plain || (!host.empty() && host.front() == '-')) {
            fail(cat("'", base::printable(host), "' is no host name"), std::string(kForms));
        }
    }

    std::uint16_t port_number(std::string_view text) const {
        const auto number = text.front() == ':' ? base::parse_u64(text.substr(1)) : std::nullopt;
        if (!number || *number == 0 || *number > 65535) {
            if (url_.rfind('@') != std::string_view::npos && url_.rfind('@') > url_.find('/', url_.find("://") + 3)) {
                misplaced_at();
            }
            fail("the port is no number from 1 to 65535", "write sftp://USER@HOST:2222/PATH");
        }
        return static_cast<std::uint16_t>(*number);
    }

    /// "sftp://user:pa/ss@host/": the first '/' ends the authority, so half a password has been taken for a port.
    [[noreturn]] void misplaced_at() const {
        fail("a '/' stands before the '@'", "a password with '/' cannot be written in a URL: put it into a file and use --password-file or NREAR_PASSWORD_FILE");
    }

    [[noreturn]] void fail(std::string why, std::string hint) const {
        throw Error(ErrorKind::kConfig, cat(setting_, "=", shown(url_)), std::move(why), std::move(hint));
    }

    std::string_view url_;
    std::string_view setting_;
};

}  // namespace

std::string Location::text() const {
    switch (scheme) {
        case Scheme::kNull:
            return "null";
        case Scheme::kFile:
            return "file://" + path;
        case Scheme::kSftp:
        case Scheme::kSshfs:
            break;
    }
    const bool bare_ipv6 = host.find(':') != std::string::npos;
    return cat(scheme == Scheme::kSftp ? "sftp://" : "sshfs://", user, user.empty() ? "" : "@", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "",
               port == 22 ? std::string{} : cat(":", port), path);
}

bool Location::same_account(const Location& other) const {
    const auto remote = [](Scheme s) { return s == Scheme::kSftp || s == Scheme::kSshfs; };
    return remote(scheme) && remote(other.scheme) && account() == other.account() && port == other.port &&
           base::to_lower(host) == base::to_lower(other.host);
}

Location parse_location(std::string_view url, std::string_view setting_name) { return Parser(url, setting_name).parse(); }

}  // namespace nrear::transport
