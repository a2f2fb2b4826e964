// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/restore.h"

#include "archive/decompress.h"
#include "archive/entry_reading.h"
#include "archive/extractor.h"
#include "archive/hashing_streams.h"
#include "archive/held_index.h"
#include "archive/member_unpacker.h"
#include "archive/tar_reader.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

void check_hash(const std::string& found, const std::string& expected) {
    if (!expected.empty() && found != expected) {
        throw Error(ErrorKind::kIntegrity, "check the archive", base::cat("its SHA-256 is ", found, ", recorded was ", expected),
                    "the archive is not the one that was written: use another backup");
    }
}

/// Reads every member and the end, then the rest of the archive, and checks its hash. `member` gets each entry and the reader.
template <class Member>
ArchiveFacts read_archive(base::Source& in, const std::string& expected_sha256, unsigned threads, Member member) {
    HashingSource hashing(in);
    DecompressInput input(hashing, threads);
    TarReader reader(input);
    ArchiveFacts facts;
    Entry entry;
    while (with_context(facts.files == 0 ? "reading its first member" : base::cat("reading the member after ", base::printable(entry.path)),
                        [&] { return reader.next(entry); })) {
        base::check_interrupt();
        ++facts.files;
        member(entry, reader, input.bytes_read());
    }
    reader.finish();
    facts.tar_bytes = reader.position();
    facts.archive_bytes = input.bytes_read();
    facts.sha256 = base::to_hex(hashing.finish_hash());
    check_hash(facts.sha256, expected_sha256);
    return facts;
}

void restore_all(base::Source& in, const RestoreOptions& options, Extractor& extractor, const RestoreSummary& summary, base::Progress& progress) {
    read_archive(in, options.expected_sha256, options.threads, [&](const Entry& entry, TarReader& reader, std::uint64_t bytes_read) {
        try {
            extractor.extract(entry, reader);
        } catch (Error& error) {
            error.add_context("restoring " + base::printable(entry.path));
            throw;
        }
        progress.transfer_at(bytes_read, summary.files);
    });
}

/// "a, b and 12 more": the files that the damage costs. "" when the index cannot tell.
std::string files_at(base::RandomAccessSource& index, std::uint64_t archive_offset) {
    constexpr std::size_t kShown = 5;
    HeldIndex held(index);
    RangeSource first(held.get());
    const auto facts = read_index(first, [](const IndexEntry&) {});
    std::vector<TarRange> lost;
    for (std::size_t i = 0; i < facts.map.size(); ++i) {
        const auto& member = facts.map.member(i);
        if (archive_offset >= member.offset && archive_offset < member.offset + member.length) {
            lost.push_back(facts.map.tar_range(i));
        }
    }
    std::string names;
    std::size_t count = 0;
    RangeSource second(held.get());
    read_index(second, [&](const IndexEntry& entry) {
        if (!lost.empty() && entry.tar_offset < lost[0].end() && entry.tar_offset + entry.tar_length > lost[0].offset && ++count <= kShown) {
            names += base::cat(names.empty() ? "" : ", ", base::printable(entry.path));
        }
    });
    return count > kShown ? base::cat(names, " and ", count - kShown, " more") : names;
}

/// Adds to an error of damage which files it costs, and what can be done.
template <class Action>
void naming_files(base::RandomAccessSource* index, Action action) {
    try {
        action();
    } catch (const Error& damage) {
        if (damage.kind() != ErrorKind::kIntegrity) {
            throw;
        }
        std::string files;
        try {
            const auto* place = dynamic_cast<const DamagedArchive*>(&damage);
            files = place != nullptr && index != nullptr ? files_at(*index, place->offset()) : "";
        } catch (const Error&) {  // the index is of no use; the damage is what counts
            files.clear();
        }
        Error named(ErrorKind::kIntegrity, damage.what_failed(), files.empty() ? damage.why() : base::cat(damage.why(), "; in it are ", files),
                    "use another backup, or restore all the rest of this one with --salvage");
        for (const auto& doing : damage.context()) {
            named.add_context(doing);
        }
        throw named;
    }
}

}  // namespace

RestoreSummary restore_backup(base::Source& in, const RestoreOptions& options, base::Progress& progress) {
    RestoreSummary summary;
    Extractor extractor(options.target, restore_rules(options.excludes), summary);
    progress.transfer_started("Restoring", options.archive_bytes);
    naming_files(options.index, [&] { restore_all(in, options, extractor, summary, progress); });
    extractor.finish();
    progress.transfer_finished();
    return summary;
}
ArchiveFacts verify_backup(base::Source& in, const std::string& expected_sha256, std::uint64_t archive_bytes, base::Progress& progress) {
    progress.transfer_started("Checking", archive_bytes);
    std::uint64_t files = 0;
    const ArchiveFacts facts = read_archive(in, expected_sha256, 0, [&](const Entry&, TarReader&, std::uint64_t bytes_read) { progress.transfer_at(bytes_read, ++files); });
    progress.transfer_finished();
    return facts;
}

}  // namespace nrear::archive
