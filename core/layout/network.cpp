// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/network.h"

#include "core/layout/json_fields.h"

namespace nrear::layout {

namespace {
constexpr unsigned kVersion = 1;
}

std::string network_to_json(const Network& network) {
    Json json = Json::object();
    json["version"] = kVersion;
    fields(network, JsonWriter{json});
    return json.dump(2) + "\n";
}

Network network_from_json(std::string_view text) {
    const Json json = parse_json(text, "network");
    if (!json.is_object() || read_value<unsigned>(json.value("version", Json()), "network: version") > kVersion) {
        refuse("network", "it was written by a newer nrear");
    }
    return read_value<Network>(json, "network");
}

}  // namespace nrear::layout
