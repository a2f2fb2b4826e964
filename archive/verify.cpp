// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/verify.h"

#include <algorithm>
#include <random>

#include "archive/entry_reading.h"
#include "archive/hashing_streams.h"
#include "archive/held_index.h"
#include "archive/tar_block.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// The first, the last, and so many of the others, ascending.
std::vector<std::size_t> sample_of(std::size_t count, double percent, std::uint64_t seed) {
    std::mt19937_64 random(seed != 0 ? seed : std::random_device{}());
    std::vector<std::size_t> others;
    for (std::size_t i = 1; i + 1 < count; ++i) {
        others.push_back(i);
    }
    std::vector<std::size_t> chosen;
    const auto wanted = static_cast<std::size_t>(static_cast<double>(count) * percent / 100 + 0.5);
    std::sample(others.begin(), others.end(), std::back_inserter(chosen), static_cast<std::ptrdiff_t>(std::max<std::size_t>(wanted, 2) - 2), random);
    if (count > 0) {
        chosen.insert(chosen.begin(), 0);
    }
    if (count > 1) {
        chosen.push_back(count - 1);
    }
    return chosen;
}

class Verification {
public:
    Verification(base::RandomAccessSource& archive, base::RandomAccessSource& index, const VerifyOptions& options, base::Progress& progress)
        : archive_(archive), held_(index), index_(held_.get()), options_(options), progress_(progress) {}

    VerifyReport run() {
        read_facts();
        choose();
        progress_.transfer_started("Checking", bytes_to_read());
        base::Sha256 hash;
        const auto tar = open_tar(archive_, facts_.map, chosen_, options_.threads, report_.full ? &hash : nullptr);
        RangeSource source(index_);
        std::uint64_t end = 0;
        read_index(source, [&](const IndexEntry& entry) {
            check(*tar, entry);
            end = entry.tar_offset + entry.tar_length;
        });
        check_end(*tar, end);
        note_lost_members(*tar);
        report_.members = chosen_.size();
        report_.bytes = tar->bytes_read() + index_.size();
        if (report_.full) {
            check_hash(hash.finish_bytes());
        }
        progress_.transfer_finished();
        return std::move(report_);
    }

private:
    void problem(std::string line) {
        ++report_.problem_count;
        if (report_.problems.size() < kKeptWarnings) {
            report_.problems.push_back(std::move(line));
        }
    }

    void read_facts() {
        RangeSource source(index_);
        HashingSource hashing(source);
        facts_ = read_index(hashing, [](const IndexEntry&) { base::check_interrupt(); });
        report_.files_total = facts_.totals.entries;
        report_.members_total = facts_.map.size();
        if (const auto found = base::to_hex(hashing.finish_hash()); !options_.index_sha256.empty() && found != options_.index_sha256) {
            problem(base::cat("the index is not the one that was written with the archive: its SHA-256 is ", found, ", recorded was ", options_.index_sha256));
        }
        if (archive_.size() != facts_.totals.archive_bytes) {
            problem(base::cat("the archive has ", archive_.size(), " bytes, its index tells of ", facts_.totals.archive_bytes));
        }
    }

    void choose() {
        report_.full = !(options_.sample_percent > 0 && options_.sample_percent < 100) || facts_.map.framing() == Framing::kStream;
        chosen_ = report_.full ? facts_.map.all() : sample_of(facts_.map.size(), options_.sample_percent, options_.seed);
    }

    std::uint64_t bytes_to_read() const {
        std::uint64_t bytes = 0;
        for (const auto number : chosen_) {
            bytes += facts_.map.member(number).length;
        }
        return bytes;
    }

    /// True when every member that holds a part of the entry is among the chosen. Entries come in order.
    bool is_in_sample(const IndexEntry& entry) {
        if (report_.full) {
            return true;
        }
        const TarRange range{entry.tar_offset, entry.tar_length};
        while (at_ < chosen_.size() && facts_.map.tar_range(chosen_[at_]).end() <= range.offset) {
            ++at_;
        }
        std::uint64_t covered = range.offset;
        for (std::size_t i = at_; i < chosen_.size() && covered < range.end() && facts_.map.tar_range(chosen_[i]).offset <= covered; ++i) {
            covered = facts_.map.tar_range(chosen_[i]).end();
        }
        return covered >= range.end();
    }

    void check(TarInput& tar, const IndexEntry& entry) {
        base::check_interrupt();
        if (!is_in_sample(entry)) {
            return;
        }
        const auto result = read_entry(tar, entry, [](Entry&, TarReader&) {});
        ++report_.files;
        if (result.state != EntryState::kWhole) {
            add_warning(report_.damaged, report_.damaged_count, {FileWarning::Kind::kNotRestored, entry.path, result.why});
        }
        progress_.transfer_at(tar.bytes_read(), report_.files);
    }

    /// Behind the last entry there are zeros, two blocks at least. What was chosen and not looked at yet passes by, too.
    void check_end(TarInput& tar, std::uint64_t end) {
        std::uint64_t zeros = 0;
        bool only_zeros = true;
        const std::uint64_t lost = tar.lost_bytes();
        try {
            for (auto bytes = tar.chunk(); !bytes.empty(); bytes = tar.chunk()) {
                const std::uint64_t before = std::min<std::uint64_t>(end > tar.position() ? end - tar.position() : 0, bytes.size());
                const auto behind = bytes.subspan(static_cast<std::size_t>(before));
                only_zeros = only_zeros && is_zero_block(behind);
                zeros += behind.size();
                tar.consume(bytes.size());
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::kIntegrity) {
                throw;
            }
            problem(error.why());
            return;
        }
        if (tar.lost_bytes() == lost && (!only_zeros || zeros < 2 * kTarBlock)) {
            problem("the archive does not end as a tar does");
        }
    }

    void note_lost_members(const TarInput& tar) {
        const auto* members = dynamic_cast<const MemberInput*>(&tar);
        for (const auto& lost : members != nullptr ? members->lost() : std::vector<LostMember>()) {
            problem(describe(lost, facts_.map));
        }
    }

    void check_hash(const Sha256Bytes& found) {
        const std::string hex = base::to_hex(found);
        const std::string indexed = base::to_hex(facts_.totals.archive_sha256);
        if (!options_.archive_sha256.empty() && hex != options_.archive_sha256) {
            problem(base::cat("the archive's SHA-256 is ", hex, ", recorded was ", options_.archive_sha256));
        }
        if (hex != indexed && indexed != options_.archive_sha256) {  // said once, when index and record agree
            problem(base::cat("the archive's SHA-256 is ", hex, ", its index tells of ", indexed));
        }
    }

    base::RandomAccessSource& archive_;
    HeldIndex held_;
    base::RandomAccessSource& index_;
    const VerifyOptions& options_;
    base::Progress& progress_;
    VerifyReport report_;
    IndexFacts facts_;
    std::vector<std::size_t> chosen_;
    std::size_t at_ = 0;  ///< in chosen_: the first member that can hold the entry at hand
};

}  // namespace

VerifyReport verify_archive(base::RandomAccessSource& archive, base::RandomAccessSource& index, const VerifyOptions& options, base::Progress& progress) {
    return Verification(archive, index, options, progress).run();
}

}  // namespace nrear::archive
