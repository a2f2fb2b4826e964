// SPDX-License-Identifier: GPL-3.0-or-later
// What a place must be able to do so that an upload or a download which broke off can be taken up again. Promises beyond those of transport.h:
// - After a kNetwork Error nothing of that connection reaches the place any more, but for what is on its way already.
// - Bytes once confirmed are held by the place as long as it does not lose its memory; those behind them may be there, too, or in part.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "transport/transport.h"

namespace nrear::transport {

/// A file that is being written under its temporary name (kTemporarySuffix).
class Upload : public base::FinishingSink {
public:
    /// So many bytes from the front of the file are known to be on the place (synced only by finish()).
    virtual std::uint64_t confirmed() const = 0;
    /// From now on destroying it leaves the temporary file where it is, for resume().
    virtual void leave() noexcept = 0;
};

class ResumableTransport : public Transport {
public:
    std::unique_ptr<base::FinishingSink> create(const std::string& path) final { return start(path); }
    std::unique_ptr<base::RandomAccessSource> open(const std::string& path) final { return open_at(path, 0); }

    /// Transport::create(): removes an earlier temporary file and makes a new one.
    virtual std::unique_ptr<Upload> start(const std::string& path) = 0;
    /// Opens the temporary file of `path` again, to be written on from `offset`; what it holds behind that is overwritten, not cut off.
    /// Throws Error (kGeneral) when there is none.
    virtual std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) = 0;
    /// Transport::open(), the stream beginning at `position`.
    virtual std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) = 0;
};

}  // namespace nrear::transport
