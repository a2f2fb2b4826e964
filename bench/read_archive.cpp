// SPDX-License-Identifier: GPL-3.0-or-later
// Developer's program for bench/archive: reads an archive by its index, FILE and FILE.index.
//
//   read_archive verify FILE [PERCENT]        all of it, or a sample
//   read_archive file FILE PATH TARGET        one path into the directory TARGET
//
// Standard output gets one JSON object: what was read.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "archive/restore_entries.h"
#include "archive/verify.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"

namespace {

using namespace nrear;

nlohmann::json verify(base::RandomAccessSource& archive, base::RandomAccessSource& index, double percent) {
    base::NullProgress progress;
    const auto report = archive::verify_archive(archive, index, {.sample_percent = percent}, progress);
    return {{"sound", report.sound()}, {"members", report.members}, {"files", report.files}, {"bytes", report.bytes}};
}

nlohmann::json one_file(base::RandomAccessSource& archive, base::RandomAccessSource& index, const std::string& path, const std::string& target) {
    base::NullProgress progress;
    const auto summary = archive::restore_entries(archive, index, {.target = target, .paths = {path}, .overwrite = true}, progress);
    return {{"files", summary.files}, {"problems", summary.problem_count}, {"bytes", summary.archive_bytes + index.size()}};
}

}  // namespace

int main(int count, char** words) {
    try {
        const std::vector<std::string> arguments(words + 1, words + count);
        if (arguments.size() < 2 || (arguments[0] == "file" && arguments.size() != 4)) {
            throw Error(ErrorKind::kUsage, "read_archive", "verify FILE [PERCENT], or file FILE PATH TARGET");
        }
        base::FileSource archive(arguments[1]);
        base::FileSource index(arguments[1] + ".index");
        const auto result = arguments[0] == "file" ? one_file(archive, index, arguments[2], arguments[3])
                                                   : verify(archive, index, arguments.size() > 2 ? std::stod(arguments[2]) : 100);
        std::cout << result.dump() << '\n';
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "read_archive: " << error.what() << '\n';
        return 1;
    }
}
