// SPDX-License-Identifier: GPL-3.0-or-later
// Source and Sink over file descriptors, and whole-file reads and writes.
#pragma once

#include <string>

#include "core/base/byte_stream.h"
#include "core/base/unique_fd.h"

namespace nrear::base {

/// Reads a local file (also at any place).
class FileSource final : public RandomAccessSource {
public:
    explicit FileSource(std::string path);  ///< Throws Error when it cannot be opened.
    std::size_t read(MutableBytes buffer) override;
    std::uint64_t size() const override;
    std::size_t read_at(std::uint64_t offset, MutableBytes buffer) override;

private:
    std::string path_;
    UniqueFd fd_;
    std::uint64_t position_ = 0;
};

/// Writes to a descriptor that somebody else owns; `name` is for messages.
class FdSink final : public Sink {
public:
    FdSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    void write(Bytes bytes) override;

private:
    int fd_;
    std::string name_;
};

/// A local file that appears under its name only at finish(): temporary name beside it, fsync, rename.
class AtomicFile final : public FinishingSink {
public:
    explicit AtomicFile(std::string path, unsigned mode = 0600);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() override;
    void write(Bytes bytes) override;
    void finish() override;

private:
    std::string path_;
    std::string temporary_;
    UniqueFd fd_;
};

void write_all(int fd, Bytes bytes, const std::string& name);               ///< Throws Error.
std::string read_all(int fd, const std::string& name);                      ///< To the end. Throws Error.
std::string read_file(const std::string& path);                             ///< Throws Error.
void write_file(const std::string& path, std::string_view text, unsigned mode = 0600);  ///< Atomically. Throws Error.
void make_directories(const std::string& path, unsigned mode = 0700);       ///< Like mkdir -p. Throws Error.
void remove_tree(const std::string& path) noexcept;                         ///< rm -rf on one file system; follows no symlink, ignores errors.

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace nrear::base
