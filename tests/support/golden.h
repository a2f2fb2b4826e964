// SPDX-License-Identifier: GPL-3.0-or-later
// Comparison with a file of expected text. With NREAR_TEST_ACCEPT=1 in the environment the file is written instead: read the difference before committing it.
#pragma once

#include <string>

namespace nrear::test {

/// "" when the file holds exactly `text`, else the first lines that differ.
std::string golden_difference(const std::string& path, const std::string& text);

}  // namespace nrear::test
