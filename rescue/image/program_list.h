// SPDX-License-Identifier: GPL-3.0-or-later
// Which programs of the node a person expects in a rescue system, and which data those and the disk tools read. Tables only.
#pragma once

#include <span>
#include <string_view>

namespace nrear::image {

/// Without one of these the rescue system is of no use: the image is refused.
std::span<const std::string_view> essential_programs();
/// Taken where the node has them.
std::span<const std::string_view> everyday_programs();

/// Data that a program reads: taken where `program` is in the image and the node has `path` (a file or a directory).
struct ProgramData {
    std::string_view program;  ///< plain name
    std::string_view path;
};
std::span<const ProgramData> program_data();

/// Terminals that a console may be: names of terminfo entries.
std::span<const std::string_view> terminal_types();

/// Places of udevd, the first that exists is taken.
std::span<const std::string_view> udevd_paths();

}  // namespace nrear::image
