// SPDX-License-Identifier: GPL-3.0-or-later
// Every struct of this folder names its fields once, in a function template beside it:
//   void fields(Either<Disk> auto& disk, auto&& visit) { visit("path", disk.path); … }
// JSON in both directions and the comparison of layouts walk over them, in the order in which the JSON shows them.
#pragma once

#include <type_traits>

namespace nrear::layout {

/// One template for the const and the mutable struct: T is either.
template <class T, class U>
concept Either = std::is_same_v<std::remove_const_t<T>, U>;

}  // namespace nrear::layout
