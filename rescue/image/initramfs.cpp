// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/initramfs.h"

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "archive/compress.h"
#include "archive/zstd_frame.h"
#include "core/base/bounded_queue.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "rescue/image/cpio.h"
#include "rescue/image/gzip_header.h"

namespace nrear::image {

namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20U;
// A gzip member or zstd frame must hold whole entries (init/initramfs.c), so larger files would cost their size in memory: they travel unpacked in
// between, which the kernel takes.
constexpr std::uint64_t kLargestPacked = std::uint64_t{32} << 20U;

// The level from which on time grows much quicker than size falls, for programs and drivers. zstd gains 5 % by the larger block; gzip looks back 32 KiB.
struct Packing {
    std::size_t block_size;
    int level;
    unsigned most_threads;  // zstd takes about 30 MiB a thread, tables and blocks; two pack a large image in seconds
};
Packing packing_of(InitramfsCodec codec) {
    return codec == InitramfsCodec::kZstd ? Packing{std::size_t{4} << 20U, 9, 2} : Packing{std::size_t{1} << 20U, 6, 16};
}

std::unique_ptr<archive::BlockCompressor> make_compressor(InitramfsCodec codec) {
    const auto level = packing_of(codec).level;
    return codec == InitramfsCodec::kZstd ? archive::make_zstd_compressor(level) : archive::make_block_compressor({archive::Codec::kGzipSmall, level});
}

// Packs blocks on several threads and writes them in order.
class Packer {
public:
    Packer(InitramfsCodec codec, unsigned threads, base::Sink& out) : codec_(codec), out_(out), limit_(std::size_t{threads} + 1), jobs_(limit_ + 1) {
        for (unsigned i = 0; i < threads && codec != InitramfsCodec::kNone; ++i) {
            workers_.emplace_back([this] { work(); });
        }
    }
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;
    ~Packer() {
        jobs_.abort();
        for (auto& worker : workers_) {
            worker.join();
        }
    }

    /// A block of whole entries.
    void pack(std::string block) {
        if (codec_ == InitramfsCodec::kNone) {
            write(block);
            return;
        }
        Job job([text = std::move(block), codec = codec_](archive::BlockCompressor& compressor) {
            std::string member(compressor.bound(text.size()), '\0');
            member.resize(compressor.compress(base::as_bytes(text), std::as_writable_bytes(std::span(member.data(), member.size()))));
            member.shrink_to_fit();  // it may wait for its turn
            return codec == InitramfsCodec::kGzip ? without_extra_field(std::move(member)) : std::move(member);
        });
        pending_.push_back(job.get_future());
        jobs_.push(std::move(job));
        if (pending_.size() > limit_) {
            write_first();
        }
    }

    /// Bytes that are not packed, after all that came before, at a multiple of four as cpio headers must be.
    void plain(std::string_view bytes) {
        drain();
        write(bytes);
    }
    void align() {
        drain();
        write(std::string(CpioFormat::padding(written_), '\0'));
    }
    void drain() {
        while (!pending_.empty()) {
            write_first();
        }
    }
    std::uint64_t written() const { return written_; }

private:
    using Job = std::packaged_task<std::string(archive::BlockCompressor&)>;

    void work() {
        const auto compressor = make_compressor(codec_);
        while (auto job = jobs_.pop()) {
            (*job)(*compressor);  // what it throws arrives at write_first()
        }
    }
    void write_first() {
        const auto member = pending_.front().get();
        pending_.pop_front();
        write(member);
    }
    void write(std::string_view bytes) {
        base::check_interrupt();
        out_.write(base::as_bytes(bytes));
        written_ += bytes.size();
    }

    InitramfsCodec codec_;
    base::Sink& out_;
    std::size_t limit_;
    std::uint64_t written_ = 0;
    base::BoundedQueue<Job> jobs_;
    std::deque<std::future<std::string>> pending_;
    std::vector<std::thread> workers_;
};

// A file that changes while it is read keeps the size that its header says.
void read_exactly(base::RandomAccessSource& file, std::uint64_t size, const std::function<void(std::string_view)>& take) {
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kReadSize)), '\0');
    for (std::uint64_t at = 0; at < size;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - at));
        const auto got = file.read_at(at, std::as_writable_bytes(std::span(buffer.data(), wanted)));
        std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(got), buffer.begin() + static_cast<std::ptrdiff_t>(wanted), '\0');
        take({buffer.data(), wanted});
        at += wanted;
    }
}

class Writer {
public:
    Writer(const base::Root& root, const InitramfsOptions& options, base::Sink& out)
        : root_(root),
          cpio_(options.created),
          block_size_(packing_of(options.codec).block_size),
          packer_(options.codec, std::min(options.threads == 0 ? archive::allowed_processors() : options.threads, packing_of(options.codec).most_threads),
                  out) {}

    std::uint64_t add(const ImageEntry& entry) {
        if (entry.kind != EntryKind::kFile || entry.source.empty()) {
            const bool file = entry.kind == EntryKind::kFile;
            append(base::cat(cpio_.header(entry, file ? entry.content.size() : 0), file ? std::string_view(entry.content) : ""));
            return file ? entry.content.size() : 0;
        }
        base::FileSource file(root_.path(entry.source));
        const auto size = file.size();
        if (size > kLargestPacked) {
            add_plain(entry, file, size);
        } else {
            block_ += cpio_.header(entry, size);
            read_exactly(file, size, [&](std::string_view bytes) { block_ += bytes; });
            append("");
        }
        return size;
    }

    std::uint64_t finish() {
        block_ += cpio_.trailer();
        flush();
        packer_.drain();
        return packer_.written();
    }

private:
    void append(std::string_view bytes) {
        block_ += bytes;
        block_.append(CpioFormat::padding(block_.size()), '\0');  // a block starts at a multiple of four
        if (block_.size() >= block_size_) {
            flush();
        }
    }
    void flush() {
        if (!block_.empty()) {
            packer_.pack(std::move(block_));
            block_.clear();
        }
    }
    void add_plain(const ImageEntry& entry, base::RandomAccessSource& file, std::uint64_t size) {
        flush();
        packer_.align();
        packer_.plain(cpio_.header(entry, size));
        read_exactly(file, size, [&](std::string_view bytes) { packer_.plain(bytes); });
        packer_.align();
    }

    const base::Root& root_;
    CpioFormat cpio_;
    std::size_t block_size_;
    Packer packer_;
    std::string block_;
};

}  // namespace

ImageReport write_initramfs(const base::Root& root, const ImageManifest& manifest, const InitramfsOptions& options, base::Sink& out) {
    ImageReport report;
    Writer writer(root, options, out);
    for (const auto& entry : manifest.entries) {
        const auto size = with_context(base::cat("putting ", base::printable(entry.path), " into the rescue image"), [&] { return writer.add(entry); });
        auto& group = report.groups[entry.reason.substr(0, entry.reason.find(':'))];
        ++group.entries;
        group.bytes += size;
        ++report.entries;
        report.content_bytes += size;
    }
    report.bytes = writer.finish();
    return report;
}

std::uint64_t largest_initramfs(const ImageManifest& manifest) {
    constexpr std::uint64_t kHeader = 256;  // cpio header, name, padding: more than enough on average
    return manifest.content_bytes() + manifest.entries.size() * kHeader;
}

}  // namespace nrear::image
