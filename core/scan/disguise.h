// SPDX-License-Identifier: GPL-3.0-or-later
// Replaces what identifies a machine or its owner in a recorded host: the same thing gets the same replacement everywhere, of the same form.
// What is learnt first (serials, WWNs, names) is replaced wherever it stands as a word; addresses are known by their form. UUIDs stay: they are random
// numbers that say nothing, and names of devices are derived from them in too many ways.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::scan {

class Disguise {
public:
    /// A serial number, a WWN in any spelling ("naa.5000…", "0x5000…", "35000…"), an iSCSI name. Shorter than 5 characters, or one character repeated: stays.
    void learn_identifier(std::string_view identifier);
    /// The name of a host or a domain. "localhost" and the like stay.
    void learn_name(std::string_view name);
    /// Looks for all of the above in a file of the host that is recorded under `path`.
    void learn_from(std::string_view path, std::string_view content);

    /// The text without what was learnt, without addresses of networks (MAC; IPv4 and IPv6 but for documentation, loopback and netmasks), iSCSI names,
    /// users and passwords in options and URLs. IPv4 and IPv6 addresses keep their last parts, so that what was one subnet stays one.
    std::string apply(const std::string& text);

    /// What was learnt alone, byte for byte: for superblocks and the like, whose length and numbers must stay.
    std::string apply_to_bytes(const std::string& bytes) const { return replace_learnt(bytes); }

private:
    using Replace = std::function<std::string(const std::string&)>;
    void learn(std::string_view word, std::string_view letters);
    void learn_udev(std::string_view content);
    void learn_servers(std::string_view content);
    bool knows_part_of(std::string_view text) const;
    std::string replace_learnt(const std::string& text) const;
    std::string hardware_addresses(const std::string& run, char separator);
    std::string ipv4(const std::string& run);
    std::string ipv6(const std::string& run);
    std::string numbered(const std::string& kind, const std::string& original);

    std::map<std::string, std::string, std::less<>> learnt_;
    std::set<std::string, std::less<>> handed_out_;
    std::map<std::string, std::map<std::string, std::size_t>> numbers_;  ///< of things known by their form, by kind
};

}  // namespace nrear::scan
