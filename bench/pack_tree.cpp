// SPDX-License-Identifier: GPL-3.0-or-later
// Developer's program for bench/archive: packs trees onto standard output, as mkbackup would, without configuration, server and rescue image.
//
//   pack_tree TREE... [--codec adaptive|fast|small|zstd|none] [--level N] [--threads N] [--nice N] [--no-index | --index FILE] [--rate BYTES_PER_SECOND] > archive
//
// --rate makes the sink take no more than that. Standard error gets one JSON object: seconds of each stage, members, sizes, peak memory.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "archive/backup.h"
#include "bench/command_line.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace {

using namespace nrear;
using Clock = std::chrono::steady_clock;

/// A line: what is written leaves at a constant rate, and a little is on its way.
class Line final : public base::Sink {
public:
    Line(base::Sink& out, double rate) : out_(out), rate_(rate), free_at_(Clock::now()) {}
    void write(base::Bytes bytes) override {
        out_.write(bytes);
        if (rate_ > 0) {
            free_at_ = std::max(free_at_, Clock::now()) + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(bytes.size()) / rate_));
            std::this_thread::sleep_until(free_at_ - kBuffered);
        }
    }

private:
    static constexpr auto kBuffered = std::chrono::milliseconds(30);
    base::Sink& out_;
    double rate_;
    Clock::time_point free_at_;
};

struct Arguments {
    std::vector<std::string> trees;
    archive::PackOptions pack{.compression = {archive::Codec::kAdaptive, 0}};
    bool index = true;
    std::string index_file;  ///< "" = the index is made, and dropped
    double rate = 0;
};

Arguments parse(bench::CommandLine line) {
    const std::map<std::string, archive::Compression> codecs{{"adaptive", {archive::Codec::kAdaptive, 0}},
                                                             {"fast", {archive::Codec::kGzipFast, 2}},
                                                             {"small", {archive::Codec::kGzipSmall, 6}},
                                                             {"zstd", {archive::Codec::kZstd, 3}},
                                                             {"none", {archive::Codec::kNone, 0}}};
    Arguments arguments;
    while (const auto next = line.next()) {
        const auto& word = *next;
        if (word == "--codec") {
            arguments.pack.compression = codecs.at(line.value());
        } else if (word == "--level") {
            arguments.pack.compression.level = std::stoi(line.value());
        } else if (word == "--threads") {
            arguments.pack.threads = static_cast<unsigned>(std::stoul(line.value()));
        } else if (word == "--nice") {
            arguments.pack.nice = std::stoi(line.value());
        } else if (word == "--rate") {
            arguments.rate = std::stod(line.value());
        } else if (word == "--no-index") {
            arguments.index = false;
        } else if (word == "--index") {
            arguments.index_file = line.value();
        } else {
            arguments.trees.push_back(word);
        }
    }
    return arguments;
}

void report(const archive::BackupSummary& summary, double seconds) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto time = [](const timeval& value) { return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6; };
    const auto& packing = summary.packing;
    const nlohmann::json json{{"seconds", seconds},
                              {"user", time(usage.ru_utime)},
                              {"system", time(usage.ru_stime)},
                              {"peak_bytes", usage.ru_maxrss * 1024},
                              {"files", summary.files},
                              {"tar_bytes", summary.tar_bytes},
                              {"archive_bytes", summary.archive_bytes},
                              {"index_bytes", summary.index_bytes},
                              {"members", packing.members},
                              {"stored", packing.stored},
                              {"harder", packing.harder},
                              {"warnings", summary.warning_count},
                              {"stages", {{"reading", packing.times.reading}, {"packing", packing.times.packing}, {"sending", packing.times.sending}}}};
    std::cerr << json.dump() << '\n';
}

}  // namespace

int main(int count, char** words) {
    try {
        const auto arguments = parse({count, words});
        base::FdSink out(STDOUT_FILENO, "standard output");
        Line line(out, arguments.rate);
        bench::NoSink dropped;
        std::optional<base::AtomicFile> index_file;
        if (!arguments.index_file.empty()) {
            index_file.emplace(arguments.index_file);
        }
        base::Sink& index = index_file ? static_cast<base::Sink&>(*index_file) : dropped;
        base::NullProgress progress;
        archive::BackupOptions options;
        options.selection.trees = arguments.trees;
        options.pack = arguments.pack;
        options.index = arguments.index ? &index : nullptr;
        const auto started = Clock::now();
        const auto summary = archive::write_backup(options, line, progress);
        if (index_file) {
            index_file->finish();
        }
        report(summary, std::chrono::duration<double>(Clock::now() - started).count());
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "pack_tree: " << error.what() << '\n';
        return 1;
    }
}
