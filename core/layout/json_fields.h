// SPDX-License-Identifier: GPL-3.0-or-later
// Visitors for fields.h that write and read JSON. Included by .cpp files of this folder only.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/fields.h"

namespace nrear::layout {

using Json = nlohmann::ordered_json;  // fields stay in the order of fields.h

[[noreturn]] inline void refuse(const std::string& where, const std::string& why) {
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

// JSON is UTF-8; a label or a path may be any bytes: those that are not UTF-8 travel as {"hex": "…"}.
inline Json write_text(const std::string& text) {
    return base::is_utf8(text) ? Json(text) : Json{{"hex", base::to_hex(std::as_bytes(std::span(text.data(), text.size())))}};
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
        return write_text(value);
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

inline std::string read_text(const Json& json, const std::string& where) {
    if (json.is_string()) {
        return json.get<std::string>();
    }
    if (!json.is_object() || json.size() != 1 || !json.contains("hex") || !json["hex"].is_string()) {
        refuse(where, "expected a text");
    }
    const auto digits = json["hex"].get<std::string>();
    std::string text;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const auto byte = base::parse_u64(digits.substr(i, 2), 16);
        if (!byte) {
            refuse(where, "expected hex digits");
        }
        text += static_cast<char>(*byte);
    }
    return text;
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
inline Json parse_json(std::string_view text, const std::string& where) {
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        refuse(where, error.what());
    }
}

}  // namespace nrear::layout
