// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/digest.h"

#include <fcntl.h>
#include <openssl/evp.h>

#include <array>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::base {

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() {
        if (handle == nullptr || EVP_DigestInit_ex(handle, EVP_sha256(), nullptr) != 1) {
            throw Error(ErrorKind::kGeneral, "start SHA-256", "libcrypto refused");
        }
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(handle); }
    void start() const {
        if (EVP_DigestInit_ex(handle, nullptr, nullptr) != 1) {  // looking the algorithm up again would take longer than hashing a small file
            throw Error(ErrorKind::kGeneral, "start SHA-256", "libcrypto refused");
        }
    }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(Bytes bytes) { EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()); }

std::array<std::byte, 32> Sha256::finish_bytes() {
    std::array<std::byte, 32> digest{};
    EVP_DigestFinal_ex(context_->handle, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    context_->start();
    return digest;
}

std::string Sha256::finish() { return to_hex(finish_bytes()); }

std::string sha256_of(Bytes bytes) {
    Sha256 digest;
    digest.update(bytes);
    return digest.finish();
}

std::string sha256_of(Source& source) {
    Sha256 digest;
    std::vector<std::byte> buffer(1 << 20);
    for (std::size_t got = source.read(buffer); got > 0; got = source.read(buffer)) {
        digest.update(Bytes(buffer).first(got));
    }
    return digest.finish();
}

std::string random_uuid() {
    std::array<std::byte, 16> bytes{};
    const UniqueFd fd(::open("/dev/urandom", O_RDONLY | O_CLOEXEC));
    if (!fd || ::read(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw system_error("read /dev/urandom", errno);
    }
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    const auto digits = to_hex(bytes);
    return cat(digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4), "-", digits.substr(16, 4), "-", digits.substr(20));
}

}  // namespace nrear::base
