// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold for every file that somebody could hand to the configuration reader.
#pragma once

#include <string>
#include <string_view>

namespace nrear::config {

/// "" when everything holds; otherwise what does not. Lets nothing but crashes and exceptions that nobody expects escape.
std::string broken_property(std::string_view text);

}  // namespace nrear::config
