// SPDX-License-Identifier: GPL-3.0-or-later
// Text of any bytes in JSON.
#include "core/base/json_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace nrear::base {

TEST_CASE("text of any bytes goes into JSON and comes back") {
    for (const std::string& text : {std::string(), std::string("plain"), std::string("größe"), std::string("\xff\xfe"), std::string("a\0b", 3), std::string("{\"hex\":1}")}) {
        const auto json = json_text<nlohmann::json>(text);
        CHECK(text_from_json(nlohmann::json::parse(json.dump())) == text);
        CHECK(text_from_json(json_text<nlohmann::ordered_json>(text)) == text);
    }
    CHECK(json_text<nlohmann::json>("\xff").dump() == R"({"hex":"ff"})");
}

TEST_CASE("what is no text in JSON is none") {
    for (const char* text : {"1", "null", "[]", "{}", R"({"hex":1})", R"({"hex":"0"})", R"({"hex":"zz"})", R"({"hex":"00","more":1})"}) {
        INFO(text);
        CHECK_FALSE(text_from_json(nlohmann::json::parse(text)));
    }
}

}  // namespace nrear::base
