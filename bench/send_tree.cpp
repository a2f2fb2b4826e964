// SPDX-License-Identifier: GPL-3.0-or-later
// Developer's program for bench/archive: packs a tree onto a server, as mkbackup would, or sends one file that is ready, or reads one.
//
//   send_tree SOURCE sftp://USER@HOST:PORT/FILE --known-hosts FILE --key FILE     SOURCE: a directory is packed, a file is sent
//   send_tree --fetch sftp://USER@HOST:PORT/FILE --known-hosts FILE --key FILE
//
// Standard error gets one JSON object: seconds, bytes over the line, peak memory.
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "archive/backup.h"
#include "bench/login.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/questions.h"
#include "transport/place.h"

namespace {

using namespace nrear;
using Clock = std::chrono::steady_clock;

struct Arguments {
    std::string source;  ///< "" = fetch
    std::string url;
    transport::LineOptions line{.ssh = bench::login_by_key()};
};

Arguments parse(bench::CommandLine line) {
    Arguments arguments;
    std::vector<std::string> names;
    bool fetch = false;
    while (const auto next = line.next()) {
        const auto& word = *next;
        if (bench::take_login(word, line, arguments.line.ssh)) {
            continue;
        }
        if (word == "--fetch") {
            fetch = true;
        } else {
            names.push_back(word);
        }
    }
    if (names.size() != (fetch ? 1U : 2U)) {
        throw Error(ErrorKind::kUsage, "send_tree", "it takes a directory or file, and a URL");
    }
    arguments.source = fetch ? "" : names.front();
    arguments.url = names.back();
    return arguments;
}

std::uint64_t copy(base::Source& source, base::Sink& sink) {
    std::vector<std::byte> buffer(1 << 20);
    std::uint64_t bytes = 0;
    while (const auto count = source.read(buffer)) {
        sink.write(base::Bytes(buffer).first(count));
        bytes += count;
    }
    return bytes;
}

std::uint64_t pack(const std::string& tree, base::Sink& sink) {
    bench::NoSink index;
    base::NullProgress progress;
    archive::BackupOptions options;
    options.selection.trees = {tree};
    options.index = &index;
    return archive::write_backup(options, sink, progress).archive_bytes;
}

std::uint64_t run(const Arguments& arguments) {
    base::NoQuestions nobody;
    const auto location = transport::parse_location(arguments.url, "the URL");
    const auto place = transport::open_place(location, arguments.line, nobody, base::null_log());
    if (arguments.source.empty()) {
        bench::NoSink nothing;
        return copy(*place.transport->open(location.path), nothing);
    }
    struct stat facts {};
    const bool is_tree = ::stat(arguments.source.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
    const auto sink = place.transport->create(location.path);
    std::uint64_t bytes = 0;
    if (is_tree) {
        bytes = pack(arguments.source, *sink);
    } else {
        base::FileSource file(arguments.source);
        bytes = copy(file, *sink);
    }
    sink->finish();
    return bytes;
}

}  // namespace

int main(int count, char** words) {
    try {
        const auto arguments = parse({count, words});
        const auto started = Clock::now();
        const auto bytes = run(arguments);
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        std::cerr << nlohmann::json{{"seconds", std::chrono::duration<double>(Clock::now() - started).count()}, {"bytes", bytes}, {"peak_bytes", usage.ru_maxrss * 1024}}.dump() << '\n';
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "send_tree: " << error.what() << '\n';
        return 1;
    }
}
