// SPDX-License-Identifier: GPL-3.0-or-later
// Small sinks of the backup workflow: one stream to several places, or kept.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_stream.h"

namespace nrear::backup {

/// Writes to each sink in turn. Does not own them.
class TeeSink final : public base::Sink {
public:
    explicit TeeSink(std::vector<base::Sink*> outs) : outs_(std::move(outs)) {}
    void write(base::Bytes bytes) override {
        for (base::Sink* out : outs_) {
            out->write(bytes);
        }
    }

private:
    std::vector<base::Sink*> outs_;
};

/// Keeps what is written, piece by piece as it comes: a vector that grows would hold it twice at times.
class PiecesSink final : public base::Sink {
public:
    void write(base::Bytes bytes) override { pieces_.emplace_back(bytes.begin(), bytes.end()); }
    void write_to(base::Sink& out) const {
        for (const auto& piece : pieces_) {
            out.write(piece);
        }
    }

private:
    std::vector<std::vector<std::byte>> pieces_;
};

}  // namespace nrear::backup
