// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/layout_json.h"

#include "core/layout/json_fields.h"

namespace nrear::layout {

namespace {

constexpr const char* kFormat = "nrear-layout";
constexpr unsigned kVersion = 1;

/// The word for each alternative of What, in its order.
constexpr const char* kWords[] = {"disk", "partition", "ext", "swap", "mount", "directory", "boot", "foreign"};
static_assert(std::size(kWords) == std::variant_size_v<What>);

Json write_node(const Node& node) {
    Json object = Json::object();
    object["id"] = write_text(node.id);
    object["on"] = write_list(node.on);
    object["is"] = kWords[node.what.index()];
    std::visit([&](const auto& what) { fields(what, JsonWriter{object}); }, node.what);
    return object;
}

template <std::size_t kIndex = 0>
What read_what(const std::string& word, const Json& json, const std::string& where) {
    if constexpr (kIndex < std::variant_size_v<What>) {
        if (word == kWords[kIndex]) {
            return read_value<std::variant_alternative_t<kIndex, What>>(json, where);
        }
        return read_what<kIndex + 1>(word, json, where);
    } else {
        refuse(where, base::cat("this nrear does not know what \"", base::printable(word), "\" is"));
    }
}

Node read_node(const Json& json, const std::string& place) {
    if (!json.is_object()) {
        refuse(place, "expected an object");
    }
    Node node;
    JsonReader{json, place}("id", node.id);
    const std::string where = base::cat("node ", base::printable(node.id));
    JsonReader{json, where}("on", node.on);
    std::string word;
    JsonReader{json, where}("is", word);
    node.what = read_what(word, json, where);
    return node;
}

void check_version(const Json& json) {
    if (!json.is_object() || json.value("format", Json()) != kFormat) {
        refuse("its head", base::cat("it is no ", kFormat));
    }
    const auto version = read_value<unsigned>(json.value("version", Json()), "version");
    if (version > kVersion) {
        throw Error(ErrorKind::kIntegrity, "read the storage layout", base::cat("it has version ", version, ", this nrear reads up to ", kVersion),
                    "use the nrear that made the backup, or a newer one");
    }
}

}  // namespace

std::string to_json(const Layout& layout) {
    Json json = Json::object();
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["host"] = write_value(layout.host);
    json["nodes"] = Json::array();
    for (const auto& node : layout.nodes) {
        json["nodes"].push_back(write_node(node));
    }
    return json.dump(2) + "\n";
}

Layout from_json(std::string_view text) {
    const Json json = parse_json(text, "layout.json");
    check_version(json);
    Layout layout;
    JsonReader{json, "layout.json"}("host", layout.host);
    const auto nodes = json.find("nodes");
    if (nodes == json.end() || !nodes->is_array()) {
        refuse("nodes", "expected a list");
    }
    for (std::size_t i = 0; i < nodes->size(); ++i) {
        layout.nodes.push_back(read_node((*nodes)[i], base::cat("nodes[", i, "]")));
    }
    check(layout);
    return layout;
}

}  // namespace nrear::layout
