// SPDX-License-Identifier: GPL-3.0-or-later
// libFuzzer's door to the configuration reader: fuzz_config tests/fuzz/config/corpus
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/config/config_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string broken = nrear::config::broken_property({reinterpret_cast<const char*>(data), size});
    if (!broken.empty()) {
        std::fprintf(stderr, "%s\n", broken.c_str());
        std::abort();
    }
    return 0;
}
