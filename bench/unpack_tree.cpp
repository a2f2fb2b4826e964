// SPDX-License-Identifier: GPL-3.0-or-later
// Developer's program for bench/archive: restores an archive into a directory, as recover would, and nothing around it.
//
//   unpack_tree ARCHIVE TARGET [--server sftp://USER@HOST:PORT/ --known-hosts FILE --key FILE] [--sha256 HEX] [--threads N]
//
// With --server the archive is read by SFTP. Standard error gets one JSON object: seconds, sizes, peak memory.
#include <sys/resource.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "archive/restore.h"
#include "bench/login.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/questions.h"
#include "transport/location.h"
#include "transport/sftp.h"

namespace {

using namespace nrear;
using Clock = std::chrono::steady_clock;

struct Arguments {
    std::vector<std::string> names;  ///< archive, target
    std::string server;
    transport::SshOptions ssh = bench::login_by_key();
    archive::RestoreOptions restore;
};

Arguments parse(bench::CommandLine line) {
    Arguments arguments;
    while (const auto next = line.next()) {
        const auto& word = *next;
        if (bench::take_login(word, line, arguments.ssh)) {
            continue;
        }
        if (word == "--server") {
            arguments.server = line.value();
        } else if (word == "--sha256") {
            arguments.restore.expected_sha256 = line.value();
        } else if (word == "--threads") {
            arguments.restore.threads = static_cast<unsigned>(std::stoul(line.value()));
        } else {
            arguments.names.push_back(word);
        }
    }
    if (arguments.names.size() != 2) {
        throw Error(ErrorKind::kUsage, "unpack_tree", "it takes an archive and a directory");
    }
    arguments.restore.target = arguments.names[1];
    return arguments;
}

archive::RestoreSummary restore(const Arguments& arguments) {
    base::NullProgress progress;
    if (arguments.server.empty()) {
        base::FileSource source(arguments.names[0]);
        return archive::restore_backup(source, arguments.restore, progress);
    }
    base::NoQuestions nobody;
    const auto server = transport::connect_sftp(transport::parse_location(arguments.server, "--server"), arguments.ssh, nobody, base::null_log());
    return archive::restore_backup(*server->open(arguments.names[0]), arguments.restore, progress);
}

void report(const archive::RestoreSummary& summary, double seconds) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto time = [](const timeval& value) { return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6; };
    const nlohmann::json json{{"seconds", seconds},
                              {"user", time(usage.ru_utime)},
                              {"system", time(usage.ru_stime)},
                              {"peak_bytes", usage.ru_maxrss * 1024},
                              {"files", summary.files},
                              {"bytes", summary.bytes},
                              {"problems", summary.problem_count}};
    std::cerr << json.dump() << '\n';
}

}  // namespace

int main(int count, char** words) {
    try {
        const auto arguments = parse({count, words});
        const auto started = Clock::now();
        const auto summary = restore(arguments);
        report(summary, std::chrono::duration<double>(Clock::now() - started).count());
        return summary.problem_count == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "unpack_tree: " << error.what() << '\n';
        return 1;
    }
}
