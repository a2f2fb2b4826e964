// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/entry_reading.h"

#include "archive/decompress.h"
#include "archive/entry_indexer.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::archive {

namespace {

/// One stream, which can only be read from its front.
class StreamInput final : public TarInput {
public:
    StreamInput(base::RandomAccessSource& in, unsigned threads, base::Sha256* hash) : source_(in, hash), input_(source_, threads) {}
    base::Bytes chunk() override { return input_.chunk(); }
    void consume(std::size_t count) override {
        input_.consume(count);
        position_ += count;
    }
    std::uint64_t position() const noexcept override { return position_; }
    void seek(std::uint64_t position) override {
        while (position_ < position) {
            const auto bytes = chunk();
            if (bytes.empty()) {
                return;
            }
            consume(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), position - position_)));
        }
    }
    std::uint64_t lost_bytes() const noexcept override { return 0; }
    std::uint64_t bytes_read() const noexcept override { return input_.bytes_read(); }

private:
    struct Hashed final : public base::Source {
        Hashed(base::RandomAccessSource& in, base::Sha256* sha) : source(in), hash(sha) {}
        std::size_t read(base::MutableBytes buffer) override {
            const std::size_t got = source.read(buffer);
            if (hash != nullptr) {
                hash->update(buffer.first(got));
            }
            return got;
        }
        RangeSource source;
        base::Sha256* hash;
    };

    Hashed source_;
    DecompressInput input_;
    std::uint64_t position_ = 0;
};

/// Calls `step`; false when what it reads is damaged.
template <class Step>
bool sound(std::string& why, Step step) {
    try {
        return step();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::kIntegrity) {
            throw;
        }
        why = error.why();
        return false;
    }
}

bool same(const Entry& found, const IndexEntry& told) {
    IndexEntry kept = index_entry_of(found);
    kept.tar_offset = told.tar_offset;
    kept.tar_length = told.tar_length;
    kept.sha256 = told.sha256;
    return kept == told;
}

}  // namespace

EntryResult read_entry(TarInput& in, const IndexEntry& place, const std::function<void(Entry&, TarReader&)>& work) {
    const std::uint64_t lost = in.lost_bytes();
    Entry entry;
    EntryResult result{EntryState::kLost, "it is not where the index says"};
    const bool at_place = sound(result.why, [&] {
        in.seek(place.tar_offset);
        return in.position() == place.tar_offset;
    });
    TarReader reader(in, place.tar_offset);
    if (!at_place || !sound(result.why, [&] { return reader.next(entry); }) || in.lost_bytes() != lost) {
        return in.lost_bytes() == lost ? result : EntryResult{EntryState::kLost, "it is lost"};
    }
    if (!same(entry, place) || reader.entry_end() != place.tar_offset + place.tar_length) {
        return {EntryState::kLost, "there is another entry in its place"};
    }
    StoredDigest digest;
    if (entry.type == EntryType::kFile) {
        digest.start(entry);
        reader.show_data_to(&digest);
    }
    result.why.clear();
    const bool read = sound(result.why, [&] {
        work(entry, reader);
        for (auto data = reader.data(); !data.bytes.empty(); data = reader.data()) {
            reader.consume(data.bytes.size());
        }
        return true;
    });
    if (!read || in.lost_bytes() != lost) {
        return {EntryState::kDamaged, read ? base::cat(in.lost_bytes() - lost, " bytes of it are lost") : result.why};
    }
    if (hash_size(place) > 0 && !hash_matches(place, digest.finish(place.size))) {
        return {EntryState::kDamaged, "its content is not what was written"};
    }
    return {};
}

std::unique_ptr<TarInput> open_tar(base::RandomAccessSource& in, const MemberMap& map, std::vector<std::size_t> chosen, unsigned threads, base::Sha256* hash) {
    if (map.framing() == Framing::kStream) {
        return std::make_unique<StreamInput>(in, threads, hash);
    }
    return std::make_unique<MemberInput>(in, map, std::move(chosen), MemberInputOptions{threads, true, hash});
}

IndexFacts read_index(base::Source& in, const std::function<void(const IndexEntry&)>& take) {
    IndexReader reader(in);
    for (IndexEntry entry; reader.next(entry);) {
        take(entry);
    }
    return {MemberMap(reader.members(), reader.totals().framing, reader.totals().archive_bytes), reader.totals()};
}

}  // namespace nrear::archive
