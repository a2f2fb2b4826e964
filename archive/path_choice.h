// SPDX-License-Identifier: GPL-3.0-or-later
// Which entries of an archive are meant by the paths and patterns that a person types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nrear::archive {

/// "/etc/ssh", "etc/ssh/" and "./etc/ssh" are the same; a directory means all below it; "*", "?" and "[…]" match within one name, as in a shell,
/// "**" any number of names, none too; what matches may be a directory, too. "/" means everything.
class PathChoice {
public:
    explicit PathChoice(const std::vector<std::string>& patterns);

    /// `path` as in an archive: "etc/ssh/", "./". Notes which patterns have met something.
    bool chooses(std::string_view path);
    /// Those that have met nothing, as they were typed.
    std::vector<std::string> unmet() const;

private:
    struct Pattern {
        std::string typed;
        std::string text;                 ///< without '/' at both ends
        std::vector<std::string> names;   ///< of the text; none when it has no wildcards
        bool met = false;
    };
    std::vector<Pattern> patterns_;
};

}  // namespace nrear::archive
