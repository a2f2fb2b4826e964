// SPDX-License-Identifier: GPL-3.0-or-later
// The few command substitutions that are computed here instead of being executed.
#include <array>
#include <ctime>

#include "core/base/text.h"
#include "core/config/evaluate.h"

namespace nrear::config {

namespace {

using base::cat;

[[noreturn]] void refuse(const std::string& place, const std::vector<std::string>& argv, const std::string& allowed) {
    throw Error(ErrorKind::kConfig, cat(place, ": $(", argv.empty() ? "" : argv.front(), " …) with these arguments is not computed"), "",
                cat("only ", allowed, " is: write the value itself"));
}

std::string compute_date(const std::vector<std::string>& argv, const Environment& environment, const std::string& place) {
    std::string format = "%a %b %e %H:%M:%S %Z %Y";
    bool utc = false;
    bool given = false;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        if (argv[i] == "-u" || argv[i] == "--utc") {
            utc = true;
        } else if (argv[i] == "-I" && !given) {
            format = "%Y-%m-%d";
            given = true;
        } else if (argv[i].starts_with('+') && !given) {
            format = argv[i].substr(1);
            given = true;
        } else {
            refuse(place, argv, "$(date [-u] [+FORMAT])");
        }
    }
    constexpr std::size_t kLongest = 256;
    if (format.size() > kLongest || format.find("%N") != std::string::npos) {
        refuse(place, argv, "$(date [-u] [+FORMAT]) without nanoseconds (%N)");
    }
    const std::time_t now = environment.now;
    std::tm parts{};
    if (utc) {
        gmtime_r(&now, &parts);
    } else {
        localtime_r(&now, &parts);
    }
    // strftime() returns 0 for an empty result and for one that does not fit; the mark tells them apart.
    std::array<char, 16384> buffer{};
    const std::size_t length = std::strftime(buffer.data(), buffer.size(), (format + "!").c_str(), &parts);
    if (length == 0) {
        refuse(place, argv, "$(date [-u] [+FORMAT]) with a short FORMAT");
    }
    return {buffer.data(), length - 1};
}

std::string compute_hostname(const std::vector<std::string>& argv, const Environment& environment, const std::string& place) {
    if (argv.size() == 1) {
        return environment.full_hostname;
    }
    if (argv.size() == 2 && (argv[1] == "-s" || argv[1] == "--short")) {
        return environment.hostname;
    }
    refuse(place, argv, "$(hostname [-s])");
}

}  // namespace

std::string compute_command(const std::vector<std::string>& argv, const Environment& environment, const std::string& place) {
    const std::string program = argv.empty() ? "" : argv.front();
    if (program == "date") {
        return compute_date(argv, environment, place);
    }
    if (program == "hostname") {
        return compute_hostname(argv, environment, place);
    }
    if (program == "which" && argv.size() == 2 && !argv[1].starts_with('-')) {
        return environment.find_program(argv[1]).value_or("");
    }
    refuse(place, argv, "$(which NAME)");
}

}  // namespace nrear::config
