// SPDX-License-Identifier: GPL-3.0-or-later
// The fuzzer's property over its corpus and over damaged copies of it, in seconds: what every build runs.
#include <catch2/catch.hpp>

#include <dirent.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "core/base/fd_stream.h"
#include "tests/fuzz/config/config_property.h"

using nrear::config::broken_property;

namespace {

std::vector<std::string> corpus() {
    const std::string directory = std::string(NREAR_SOURCE_DIR) + "/tests/fuzz/config/corpus";
    std::vector<std::string> texts;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(directory.c_str()), closedir);
    REQUIRE(stream);
    while (const dirent* entry = readdir(stream.get())) {
        if (std::string_view(entry->d_name).ends_with(".conf")) {
            texts.push_back(nrear::base::read_file(directory + "/" + entry->d_name));
        }
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

/// A copy with a few bytes changed, cut, doubled or taken from another text.
std::string damaged(const std::string& text, const std::string& other, std::mt19937& random) {
    constexpr std::string_view kTelling = "'\"\\$`{}()=+;#~\n \t%-@[]*?!&|<>:/\r";
    const auto pick = [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below)(random); };
    std::string copy = text;
    for (std::size_t times = 1 + pick(3); times > 0 && !copy.empty(); --times) {
        const std::size_t at = pick(copy.size() - 1);
        switch (pick(5)) {
            case 0: copy[at] = kTelling[pick(kTelling.size() - 1)]; break;
            case 1: copy.insert(at, 1, kTelling[pick(kTelling.size() - 1)]); break;
            case 2: copy.erase(at, 1 + pick(8)); break;
            case 3: copy.resize(at); break;
            case 4: copy.insert(at, copy.substr(pick(copy.size() - 1), pick(40))); break;
            default: copy.insert(at, other.substr(pick(other.size()), pick(40))); break;
        }
    }
    return copy;
}

}  // namespace

TEST_CASE("the property holds for the corpus and for damaged copies of it") {
    const auto texts = corpus();
    REQUIRE(texts.size() >= 5);
    std::mt19937 random(20221121);  // the same every time
    constexpr int kCopies = 400;
    for (const auto& text : texts) {
        CHECK(broken_property(text).empty());
        for (int i = 0; i < kCopies; ++i) {
            const std::string copy = damaged(text, texts[random() % texts.size()], random);
            const std::string broken = broken_property(copy);
            if (!broken.empty()) {
                FAIL(broken << "\n--- text:\n" << copy);
            }
        }
    }
}

TEST_CASE("every single byte, and every text cut short") {
    for (int byte = 0; byte < 256; ++byte) {
        for (const auto* before : {"", "A=", "A='", "A=\"", "A=( ", "A=${", "A=$", "A=$(", "{ A=", "A=~"}) {
            std::string text = before;
            text += static_cast<char>(byte);
            CHECK(broken_property(text).empty());
        }
    }
    for (const auto& text : corpus()) {
        for (std::size_t length = 0; length < text.size(); length += 7) {
            CHECK(broken_property(std::string_view(text).substr(0, length)).empty());
        }
    }
}
