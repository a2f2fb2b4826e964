// SPDX-License-Identifier: GPL-3.0-or-later
// Streams for the tests of archive/ that give little at a time or fail on purpose (plain ones: core/base/memory_stream.h), and tars made and read in memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "archive/block_io.h"
#include "archive/entry.h"
#include "archive/pax_writer.h"
#include "archive/tar_reader.h"
#include "core/base/byte_stream.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/memory_stream.h"

namespace nrear::archive::test {

/// Gives at most `step` bytes at a time.
class SteppingSource final : public base::Source {
public:
    SteppingSource(const std::string& text, std::size_t step) : file_(base::as_bytes(text)), step_(step) {}
    std::size_t read(base::MutableBytes buffer) override { return file_.read(buffer.first(std::min(buffer.size(), step_))); }

private:
    base::MemoryFile file_;
    std::size_t step_;
};

/// Takes `most` bytes, then fails.
class FailingSink final : public base::Sink {
public:
    explicit FailingSink(std::size_t most) : left_(most) {}
    void write(base::Bytes bytes) override {
        if (bytes.size() > left_) {
            throw Error(ErrorKind::kNoSpaceRemote, "write the archive", "the server's disk is full");
        }
        left_ -= bytes.size();
    }

private:
    std::size_t left_;
};

/// Odd-sized room, so that every boundary is crossed somewhere.
class TextOutput final : public BlockOutput {
public:
    base::MutableBytes space() override {
        text.resize(size_ + 777);
        return std::as_writable_bytes(std::span(text)).subspan(size_, 777);
    }
    void advance(std::size_t count) override {
        size_ += count;
        text.resize(size_);
    }
    std::string text;

private:
    std::size_t size_ = 0;
};

class TextInput final : public BlockInput {
public:
    explicit TextInput(std::string text, std::size_t step = 1000) : text_(std::move(text)), step_(step) {}
    base::Bytes chunk() override { return base::as_bytes(text_).subspan(at_, std::min(step_, text_.size() - at_)); }
    void consume(std::size_t count) override { at_ += count; }

private:
    std::string text_;
    std::size_t step_;
    std::size_t at_ = 0;
};

/// A tar of these members; files with this content (sparse ones: the content of their extents).
inline std::string make_tar(const std::vector<std::pair<Entry, std::string>>& members) {
    TextOutput out;
    PaxWriter pax(out);
    for (const auto& [entry, content] : members) {
        pax.begin(entry);
        for (std::string_view left = content; pax.data_left() > 0;) {
            const auto room = pax.space();
            const std::size_t count = std::min(room.size(), left.size());
            std::memcpy(room.data(), left.data(), count);
            pax.advance(count);
            left.remove_prefix(count);
        }
        pax.end();
    }
    pax.finish();
    return out.text;
}

inline Entry file_entry(std::string path, const std::string& content) {
    Entry entry;
    entry.path = std::move(path);
    entry.mode = 0644;
    entry.size = content.size();
    return entry;
}

inline std::string read_data(TarReader& reader) {
    std::string content;
    for (auto data = reader.data(); !data.bytes.empty(); data = reader.data()) {
        content += base::as_text(data.bytes);
        reader.consume(data.bytes.size());
    }
    return content;
}

inline ErrorKind kind_of(const Error& error) { return error.kind(); }

}  // namespace nrear::archive::test
