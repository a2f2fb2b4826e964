// SPDX-License-Identifier: GPL-3.0-or-later
// A small tree of all that a test of the index needs, its archive and its index in memory.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "archive/backup.h"
#include "archive/index.h"
#include "core/base/memory_stream.h"
#include "core/base/progress.h"
#include "core/base/temp_dir.h"
#include "core/base/unique_fd.h"
#include "memory_streams.h"

namespace nrear::archive::test {

/// Bytes that can be read anywhere, and counts what was read.
class MemoryArchive final : public base::RandomAccessSource {
public:
    explicit MemoryArchive(const std::string& bytes) : file_(base::as_bytes(bytes)) {}
    std::size_t read(base::MutableBytes buffer) override { return counted(file_.read(buffer)); }
    std::uint64_t size() const override { return file_.size(); }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override { return counted(file_.read_at(offset, buffer)); }
    std::uint64_t taken = 0;

private:
    std::size_t counted(std::size_t count) {
        taken += count;
        return count;
    }

    base::MemoryFile file_;
};

/// Numbers in text: packs, but not to nothing.
inline std::string some_text(std::size_t size, std::uint64_t seed) {
    std::string text;
    for (std::uint64_t i = seed; text.size() < size; i = i * 6364136223846793005U + 1442695040888963407U) {
        text += std::to_string(i >> 32U) + "\n";
    }
    text.resize(size);
    return text;
}

struct Tree {
    base::TempDir directory{"/dev/shm"};
    std::string at(const std::string& name) const { return directory.path() + "/" + name; }
    Tree() {
        base::make_directories(at("sub/deep"), 0755);
        base::write_file(at("small"), "a small file\n");
        base::write_file(at("empty"), "");
        base::write_file(at("sub/large"), some_text(5'000'000, 1));
        base::write_file(at("sub/other"), some_text(3'000'000, 2));
        base::write_file(at("sub/deep/last"), std::string(40'000, 'z'));
        REQUIRE(link(at("small").c_str(), at("sub/hard").c_str()) == 0);
        REQUIRE(symlink("../small", at("sub/soft").c_str()) == 0);
        const base::UniqueFd fd(open(at("holes").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        REQUIRE(ftruncate(fd.get(), off_t{1} << 32U) == 0);
        REQUIRE(pwrite(fd.get(), "data", 4, 100'000'000) == 4);
    }
};

struct Stored {
    std::string archive;
    std::string index;
    BackupSummary summary;
};

inline Stored back_up(const std::string& root, const Compression& compression = {}) {
    base::MemoryFile archive;
    base::MemoryFile index;
    base::NullProgress progress;
    BackupOptions options{.selection = {.root = root}};
    options.pack.compression = compression;
    options.index = &index;
    const auto summary = write_backup(options, archive, progress);
    return {archive.text(), index.text(), summary};
}

struct ReadIndex {
    std::vector<IndexEntry> entries;
    std::vector<MemberPlace> members;
    IndexTotals totals;
    IndexEntry at(const std::string& path) const {
        const auto found = std::find_if(entries.begin(), entries.end(), [&](const IndexEntry& entry) { return entry.path == path; });
        REQUIRE(found != entries.end());
        return *found;
    }
    /// The members that hold bytes of the entry.
    std::vector<std::size_t> members_of(const std::string& path) const {
        const auto entry = at(path);
        std::vector<std::size_t> numbers;
        std::uint64_t tar = 0;
        for (std::size_t i = 0; i < members.size(); tar += members[i++].tar_length) {
            if (tar < entry.tar_offset + entry.tar_length && tar + members[i].tar_length > entry.tar_offset) {
                numbers.push_back(i);
            }
        }
        return numbers;
    }
};

inline ReadIndex read_all(const std::string& index) {
    base::MemorySource source(base::as_bytes(index));
    IndexReader reader(source);
    ReadIndex read;
    for (IndexEntry entry; reader.next(entry);) {
        read.entries.push_back(entry);
    }
    read.members = reader.members();
    read.totals = reader.totals();
    return read;
}

}  // namespace nrear::archive::test
