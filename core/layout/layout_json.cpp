// SPDX-License-Identifier: GPL-3.0-or-later
// JSON of all types of this folder: visitors for fields.h that write and read, and the heads of the three formats.
#include "core/layout/layout_json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "core/layout/fields.h"
#include "core/layout/network.h"
#include "core/layout/present_disk.h"

namespace nrear::layout {

namespace {

using Json = nlohmann::ordered_json;  // fields stay in the order of fields.h

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
    throw Error(ErrorKind::kIntegrity, "read the storage layout: " + where, why);
}

template <class Enum>
struct EnumNames;  // specialised below: pairs of value and name

template <>
struct EnumNames<Firmware> {
    static constexpr std::pair<Firmware, const char*> names[] = {{Firmware::kBios, "bios"}, {Firmware::kUefi, "uefi"}};
};

template <>
struct EnumNames<InterfaceKind> {
    static constexpr std::pair<InterfaceKind, const char*> names[] = {{InterfaceKind::kPhysical, "physical"}, {InterfaceKind::kBond, "bond"},
        {InterfaceKind::kBridge, "bridge"}, {InterfaceKind::kVlan, "vlan"}, {InterfaceKind::kOvs, "ovs"}};
};

template <class T>
concept HasFields = requires(T& value) { fields(value, [](const char*, auto&) {}); };

template <class T>
Json write_value(const T& value);

struct JsonWriter {
    Json& object;
    template <class T>
    void operator()(const char* name, const T& field) const {
        object[name] = write_value(field);
    }
    template <class T>
    void operator()(const char* name, const std::optional<T>& field) const {
        if (field) {
            object[name] = write_value(*field);
        }
    }
};

template <class T>
Json write_list(const std::vector<T>& values) {
    Json list = Json::array();
    for (const auto& value : values) {
        list.push_back(write_value(value));
    }
    return list;
}

template <class T>
Json write_value(const T& value) {
    if constexpr (HasFields<const T>) {
        Json object = Json::object();
        fields(value, JsonWriter{object});
        return object;
    } else if constexpr (std::is_enum_v<T>) {
        for (const auto& [known, name] : EnumNames<T>::names) {
            if (known == value) {
                return name;
            }
        }
        return nullptr;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return base::json_text<Json>(value);
    } else if constexpr (std::is_arithmetic_v<T>) {
        return value;
    } else {
        return write_list(value);
    }
}

template <class T>
T read_value(const Json& json, const std::string& where);

struct JsonReader {
    const Json& object;
    const std::string& where;
    template <class T>
    void operator()(const char* name, T& field) const {
        const auto found = object.find(name);
        if (found == object.end()) {
            refuse(where, base::cat("\"", name, "\" is missing"));
        }
        field = read_value<T>(*found, base::cat(where, ": ", name));
    }
    template <class T>
    void operator()(const char* name, std::optional<T>& field) const {
        const auto found = object.find(name);
        field = found == object.end() ? std::nullopt : std::optional<T>(read_value<T>(*found, base::cat(where, ": ", name)));
    }
};

std::string read_text(const Json& json, const std::string& where) {
    auto text = base::text_from_json(json);
    if (!text) {
        refuse(where, "expected a text");
    }
    return *std::move(text);
}

template <class T>
T read_number(const Json& json, const std::string& where) {
    if constexpr (std::is_unsigned_v<T>) {
        if (!json.is_number_unsigned() || json.get<std::uint64_t>() > std::numeric_limits<T>::max()) {
            refuse(where, "expected a number from 0 to " + std::to_string(std::numeric_limits<T>::max()));
        }
    } else if (!json.is_number_integer() || json.get<std::int64_t>() < std::numeric_limits<T>::min() || json.get<std::int64_t>() > std::numeric_limits<T>::max()) {
        refuse(where, "expected a number");
    }
    return json.get<T>();
}

template <class T>
T read_enum(const Json& json, const std::string& where) {
    for (const auto& [value, name] : EnumNames<T>::names) {
        if (json == name) {
            return value;
        }
    }
    refuse(where, "unknown value " + json.dump());
}

template <class T>
T read_value(const Json& json, const std::string& where) {
    if constexpr (HasFields<T>) {
        if (!json.is_object()) {
            refuse(where, "expected an object");
        }
        T value;
        fields(value, JsonReader{json, where});
        return value;
    } else if constexpr (std::is_enum_v<T>) {
        return read_enum<T>(json, where);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return read_text(json, where);
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!json.is_boolean()) {
            refuse(where, "expected true or false");
        }
        return json.get<bool>();
    } else if constexpr (std::is_arithmetic_v<T>) {
        return read_number<T>(json, where);
    } else {
        if (!json.is_array()) {
            refuse(where, "expected a list");
        }
        T list;
        for (std::size_t i = 0; i < json.size(); ++i) {
            list.push_back(read_value<typename T::value_type>(json[i], base::cat(where, "[", i, "]")));
        }
        return list;
    }
}

/// Parses text to JSON. Throws Error(kIntegrity) with the place of the first mistake.
Json parse_json(std::string_view text, const std::string& where) {
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        refuse(where, error.what());
    }
}

constexpr const char* kFormat = "nrear-layout";
constexpr unsigned kVersion = 1;

Json write_node(const Node& node) {
    Json object = Json::object();
    object["id"] = base::json_text<Json>(node.id);
    object["on"] = write_list(node.on);
    std::visit(
        [&](const auto& what) {
            object["is"] = what.kWord;
            fields(what, JsonWriter{object});
        },
        node.what);
    return object;
}

template <std::size_t kIndex = 0>
What read_what(const std::string& word, const Json& json, const std::string& where) {
    if constexpr (kIndex < std::variant_size_v<What>) {
        using Alternative = std::variant_alternative_t<kIndex, What>;
        if (word == Alternative::kWord) {
            return read_value<Alternative>(json, where);
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

std::string present_disks_to_json(const std::vector<PresentDisk>& disks) { return write_list(disks).dump(2) + "\n"; }

std::vector<PresentDisk> present_disks_from_json(std::string_view text) {
    return read_value<std::vector<PresentDisk>>(parse_json(text, "disks"), "disks");
}

}  // namespace nrear::layout
