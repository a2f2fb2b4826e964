// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/backup/bottleneck.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/base/text.h"

namespace nrear::backup {

namespace {

using base::cat;

std::uint64_t percent(double part, double whole) { return static_cast<std::uint64_t>(std::lround(part / whole * 100)); }

}  // namespace

std::string bottleneck_line(const archive::StageTimes& times, transport::Scheme place) {
    struct Share {
        std::string_view name;
        double seconds;
    };
    const bool local = place == transport::Scheme::kFile;
    std::array shares{Share{"the disk", times.reading}, Share{"the processors", times.packing},
                      Share{local ? "the disk that the backup is written to" : "the line to the server", times.sending}};
    std::stable_sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.seconds > b.seconds; });
    const double total = times.total();
    if (total <= 0) {
        return {};
    }
    return cat("Bottleneck: ", shares[0].name, " (", percent(shares[0].seconds, total), " % of the time; ", shares[1].name, ' ', percent(shares[1].seconds, total), " %, ",
               shares[2].name, ' ', percent(shares[2].seconds, total), " %)");
}

std::optional<record::StageSeconds> stage_seconds(const archive::StageTimes& times) {
    if (times.total() <= 0) {
        return std::nullopt;
    }
    const auto milliseconds = [](double seconds) { return std::round(seconds * 1000) / 1000; };
    return record::StageSeconds{milliseconds(times.reading), milliseconds(times.packing), milliseconds(times.sending)};
}

std::string_view bottleneck_stage(const record::StageSeconds& stages) {
    const auto most = std::max({stages.reading, stages.packing, stages.sending});
    return stages.reading >= most ? "reading" : stages.packing >= most ? "packing" : "sending";
}

std::string packing_line(const archive::PackSummary& summary) {
    if (summary.members == 0) {
        return {};
    }
    const auto share = [&](std::uint64_t part) { return percent(static_cast<double>(part), static_cast<double>(summary.members)); };
    return cat("Packed: ", share(summary.harder), " % of the archive's members smaller than the fastest way makes them, ", share(summary.stored), " % stored as they were");
}

}  // namespace nrear::backup
