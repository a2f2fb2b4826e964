// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include <cstdlib>

#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/text.h"

namespace nrear::test {

std::string golden_difference(const std::string& path, const std::string& text) {
    const char* accept = std::getenv("NREAR_TEST_ACCEPT");
    if (accept != nullptr && std::string_view(accept) == "1") {
        base::write_file(path, text, 0644);
        return "";
    }
    const auto expected = base::Root("/").read_if_exists(path);
    if (!expected) {
        return path + " does not exist";
    }
    if (*expected == text) {
        return "";
    }
    const auto want = base::split_lines(*expected);
    const auto have = base::split_lines(text);
    std::size_t line = 0;
    while (line < want.size() && line < have.size() && want[line] == have[line]) {
        ++line;
    }
    const auto at = [&](const std::vector<std::string>& lines) { return line < lines.size() ? lines[line] : std::string("(end)"); };
    return base::cat(path, ":", line + 1, "\n  expected: ", at(want), "\n  found:    ", at(have));
}

}  // namespace nrear::test
