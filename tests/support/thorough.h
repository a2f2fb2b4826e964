// SPDX-License-Identifier: GPL-3.0-or-later
// How often tests with random choices repeat: a few times in every run, many times in scripts/test-long.
#pragma once

#include <cstdlib>

namespace nrear::test {

/// Whether NREAR_TEST_THOROUGH is set.
inline bool thorough() {
    const char* const value = std::getenv("NREAR_TEST_THOROUGH");
    return value != nullptr && *value != '\0';
}

/// `quick` repeats, or `many` in a thorough run.
inline int repeats(int quick, int many) { return thorough() ? many : quick; }

}  // namespace nrear::test
