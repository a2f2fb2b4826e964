// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256 (FIPS 180-4) and random identifiers, from libcrypto and the kernel.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "core/base/byte_stream.h"

namespace nrear::base {

class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();
    void update(Bytes bytes);
    /// 64 lower-case hex digits; the object starts anew afterwards.
    std::string finish();
    /// The same as 32 bytes.
    std::array<std::byte, 32> finish_bytes();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

std::string sha256_of(Bytes bytes);
std::string sha256_of(Source& source);  ///< reads it to its end

/// A random UUID (RFC 4122 version 4), lower case.
std::string random_uuid();

}  // namespace nrear::base
