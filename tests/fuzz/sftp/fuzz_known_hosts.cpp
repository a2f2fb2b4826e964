// SPDX-License-Identifier: GPL-3.0-or-later
// known_hosts files and URLs with anything in them. Known keys that are found are also fingerprinted, which decodes them.
#include <cstdint>
#include <string_view>

#include "core/base/error.h"
#include "transport/known_hosts.h"
#include "transport/location.h"
#include "transport/ssh_connection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nrear::transport;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto found = find_known_hosts(text, "file", "undercloud-0", 22);
    host_key_algorithms(found);
    judge_host_key(found, {"ssh-ed25519", "AAAA"});
    for (const auto& known : found) {
        fingerprint_of(known.key);
    }
    try {
        const auto location = parse_location(text, "BACKUP_URL");
        parse_location(location.text(), "BACKUP_URL");
    } catch (const nrear::Error&) {
    }
    return 0;
}
