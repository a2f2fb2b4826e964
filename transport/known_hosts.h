// SPDX-License-Identifier: GPL-3.0-or-later
// Reading known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) and judging a server's key by them. Asks nobody, writes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::transport {

/// A server's public key as known_hosts has it.
struct HostKey {
    std::string type;    ///< "ssh-ed25519"
    std::string base64;
};

/// One line that is about the host asked for.
struct KnownHost {
    HostKey key;
    bool revoked = false;  ///< "@revoked"
    std::string file;
    std::size_t line = 0;  ///< from 1
};

/// The name under which a host stands in known_hosts: "host", or "[host]:port" when the port is not 22.
std::string known_hosts_name(std::string_view host, std::uint16_t port);

/// The lines of `text` (the content of `file`) about this host: plain, with patterns, with '!', hashed. Lines that make no sense
/// and "@cert-authority" (certificates are not supported) are passed over.
std::vector<KnownHost> find_known_hosts(std::string_view text, const std::string& file, std::string_view host, std::uint16_t port);

/// Host key algorithms to ask for, best first: those of keys that are known come before all others, so that a server with
/// several keys shows one that can be checked.
std::string host_key_algorithms(const std::vector<KnownHost>& known);

enum class HostKeyVerdict { kKnown, kUnknown, kChanged, kRevoked };

struct HostKeyJudgement {
    HostKeyVerdict verdict = HostKeyVerdict::kUnknown;
    std::optional<KnownHost> because;  ///< the line that decided, for all but kUnknown
};

/// A key of a type that is not known while others are known counts as changed: the known types were asked for first, so whoever answers has none of them.
HostKeyJudgement judge_host_key(const std::vector<KnownHost>& known, const HostKey& shown);

}  // namespace nrear::transport
