// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/zstd_frame.h"

#include <zstd.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

constexpr int kLargestLevel = 19;  // those above ask readers for windows of up to 128 MiB

std::size_t checked(std::size_t result, const char* what) {
    if (ZSTD_isError(result) != 0) {
        throw Error(ErrorKind::kGeneral, what, base::cat("zstd reports: ", ZSTD_getErrorName(result)));
    }
    return result;
}

class ZstdCompressor final : public BlockCompressor {
public:
    explicit ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
        if (!context_ || level < 1 || level > kLargestLevel) {
            throw Error(ErrorKind::kGeneral, "set up compression",
                        context_ ? base::cat("zstd has the levels 1 to ", kLargestLevel, " here, not ", level) : "zstd got no memory");
        }
        set(ZSTD_c_compressionLevel, level);
        set(ZSTD_c_checksumFlag, 1);
    }

    std::size_t bound(std::size_t size) const override { return ZSTD_compressBound(size); }

    std::size_t compress(base::Bytes block, base::MutableBytes out) override {
        return checked(ZSTD_compress2(context_.get(), out.data(), out.size(), block.data(), block.size()), "compress a block");
    }

private:
    struct Free {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    void set(ZSTD_cParameter parameter, int value) { checked(ZSTD_CCtx_setParameter(context_.get(), parameter, value), "set up compression"); }

    std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

std::size_t zstd_bound(std::size_t size) noexcept { return ZSTD_compressBound(size); }

std::unique_ptr<BlockCompressor> make_zstd_compressor(int level) { return std::make_unique<ZstdCompressor>(level); }

}  // namespace nrear::archive
