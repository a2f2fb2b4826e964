// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/known_hosts.h"

#include <libssh/libssh.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/base/wildcards.h"

namespace nrear::transport {

namespace {

using base::cat;

/// known_hosts type and the algorithms that show such a key. ssh-rsa with SHA-1 stays out.
struct KeyType {
    std::string_view type;
    std::string_view algorithms;
};
constexpr std::array kKeyTypes{
    KeyType{"ssh-ed25519", "ssh-ed25519"},
    KeyType{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"},
    KeyType{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"},
    KeyType{"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"},
    KeyType{"ssh-rsa", "rsa-sha2-512,rsa-sha2-256"},
};

/// HMAC-SHA1 of the name, keyed with a salt: libssh computes it. It wants a whole line, so it gets one with any valid key.
bool hashed_matches(const std::string& field, const std::string& name) {
    constexpr std::string_view kAnyKey = " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    ssh_knownhosts_entry* entry = nullptr;
    const auto line = cat(field, kAnyKey);
    const int result = ssh_known_hosts_parse_line(name.c_str(), line.c_str(), &entry);
    if (result == SSH_OK) {
        ssh_knownhosts_entry_free(entry);
    }
    return result == SSH_OK;
}

bool names_host(const std::string& field, const std::string& name) {
    if (field.front() == '|') {
        return hashed_matches(field, name);
    }
    bool found = false;
    for (const auto& pattern : base::split(base::to_lower(field), ',')) {
        if (!pattern.empty() && pattern.front() == '!') {
            if (base::matches_wildcards(std::string_view(pattern).substr(1), name)) {
                return false;
            }
        } else if (base::matches_wildcards(pattern, name)) {
            found = true;
        }
    }
    return found;
}

bool is_base64(std::string_view text) {
    return text.size() >= 16 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == std::string_view::npos;
}

}  // namespace

std::string known_hosts_name(std::string_view host, std::uint16_t port) {
    const auto lower = base::to_lower(host);
    return port == 22 ? lower : cat("[", lower, "]:", port);
}

std::vector<KnownHost> find_known_hosts(std::string_view text, const std::string& file, std::string_view host, std::uint16_t port) {
    const auto name = known_hosts_name(host, port);
    std::vector<KnownHost> found;
    std::size_t number = 0;
    for (const auto& line : base::split_lines(text)) {
        ++number;
        auto words = base::split_words(line);
        if (words.empty() || words.front().front() == '#') {
            continue;
        }
        const bool revoked = words.front() == "@revoked";
        if (words.front().front() == '@') {
            if (!revoked) {
                continue;
            }
            words.erase(words.begin());
        }
        if (words.size() >= 3 && is_base64(words[2]) && names_host(words[0], name)) {
            found.push_back({{words[1], words[2]}, revoked, file, number});
        }
    }
    return found;
}

std::string host_key_algorithms(const std::vector<KnownHost>& known) {
    std::vector<std::string> first;
    std::vector<std::string> rest;
    for (const auto& type : kKeyTypes) {
        const bool is_known = std::any_of(known.begin(), known.end(), [&](const KnownHost& k) { return !k.revoked && k.key.type == type.type; });
        (is_known ? first : rest).emplace_back(type.algorithms);
    }
    first.insert(first.end(), rest.begin(), rest.end());
    return base::join(first, ",");
}

HostKeyJudgement judge_host_key(const std::vector<KnownHost>& known, const HostKey& shown) {
    const auto equal = [&](const KnownHost& k) { return k.key.type == shown.type && k.key.base64 == shown.base64; };
    for (const auto& entry : known) {
        if (entry.revoked && equal(entry)) {
            return {HostKeyVerdict::kRevoked, entry};
        }
    }
    const KnownHost* other = nullptr;
    for (const auto& entry : known) {
        if (entry.revoked) {
            continue;
        }
        if (equal(entry)) {
            return {HostKeyVerdict::kKnown, entry};
        }
        if (other == nullptr || (entry.key.type == shown.type && other->key.type != shown.type)) {
            other = &entry;
        }
    }
    if (other != nullptr) {
        return {HostKeyVerdict::kChanged, *other};
    }
    return {HostKeyVerdict::kUnknown, std::nullopt};
}

}  // namespace nrear::transport
