// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/line_options.h"

#include <algorithm>

#include "cli/ssh_options.h"
#include "core/base/text.h"
#include "rescue/backup/options.h"

namespace nrear::cli {

transport::LineOptions line_options(const Arguments& arguments, std::uint64_t retry_time_seconds, std::uint64_t limit_rate, base::Progress& progress) {
    if (!arguments.retry_time.empty()) {
        const auto seconds = base::parse_u64(arguments.retry_time);
        if (!seconds) {
            throw Error(ErrorKind::kUsage, "--retry-time " + base::printable(arguments.retry_time), "that is no number of seconds", "for example: --retry-time 3600");
        }
        retry_time_seconds = *seconds;
    }
    if (!arguments.limit_rate.empty()) {
        const auto rate = base::parse_size(arguments.limit_rate);
        if (!rate || *rate == 0) {
            throw Error(ErrorKind::kUsage, "--limit-rate " + base::printable(arguments.limit_rate), "that is no rate",
                        "write bytes a second, for example: --limit-rate 50M (K, M, G are powers of 1024)");
        }
        limit_rate = *rate;
    }
    constexpr std::uint64_t kLongest = 366ULL * 24 * 3600;  // longer than any run; and the clock's arithmetic has an end
    transport::LineOptions options;
    options.retry_time = std::chrono::seconds(std::min(retry_time_seconds, kLongest));
    options.limit_rate = limit_rate;
    options.warn = [&progress](const std::string& line) { progress.warning(line); };
    options.tell = [&progress](const std::string& line) { progress.message(line); };
    return options;
}

transport::LineOptions line_options(const WorkflowContext& context) {
    const auto settings = backup::line_settings(context.settings);
    auto options = line_options(context.arguments, settings.retry_time_seconds, settings.limit_rate, context.progress);
    options.ssh = ssh_options(context.arguments);
    return options;
}

}  // namespace nrear::cli
