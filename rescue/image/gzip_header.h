// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's gunzip (lib/decompress_inflate.c) knows ten bytes of header and a file name, but no extra field, which archive/ puts into its members.
#pragma once

#include <string>

namespace nrear::image {

/// The gzip member (RFC 1952) without FEXTRA; as it is when it has none.
std::string without_extra_field(std::string member);

}  // namespace nrear::image
