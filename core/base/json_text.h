// SPDX-License-Identifier: GPL-3.0-or-later
// Text in JSON. JSON is UTF-8; a label, a path or a tool's output may be any bytes: what is not UTF-8 travels as {"hex": "…"}.
// For nlohmann's types of JSON, whichever the caller uses (they are named in .cpp files only).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/text.h"

namespace nrear::base {

template <class Json>
Json json_text(std::string_view text) {
    if (is_utf8(text)) {
        return Json(std::string(text));
    }
    Json object = Json::object();
    object["hex"] = to_hex(std::as_bytes(std::span(text)));
    return object;
}

/// Nothing when it is neither a string nor {"hex": digits}.
template <class Json>
std::optional<std::string> text_from_json(const Json& json) {
    if (json.is_string()) {
        return json.template get<std::string>();
    }
    if (!json.is_object() || json.size() != 1 || !json.contains("hex") || !json["hex"].is_string()) {
        return std::nullopt;
    }
    return from_hex(json["hex"].template get<std::string>());
}

}  // namespace nrear::base
