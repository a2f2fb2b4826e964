// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/image_check.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/record/rescue_record.h"

namespace nrear::system {

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

std::uint64_t memory_of(const base::Root& root) {
    for (const auto& line : base::split_lines(root.read_if_exists("/proc/meminfo").value_or(""))) {
        const auto words = base::split_words(line);
        if (words.size() >= 2 && words[0] == "MemTotal:") {
            return base::parse_u64(words[1]).value_or(0) * 1024;
        }
    }
    return 0;
}

struct Tally {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t missing = 0;
    std::string first_missing;
};

/// What the running system has laid something over, and the manifest, which cannot hold its own size.
bool is_checked(std::string_view path) {
    constexpr std::array<std::string_view, 5> kCovered{"/proc/", "/sys/", "/dev/", "/run/", "/tmp/"};
    return path != record::kManifestPath && std::none_of(kCovered.begin(), kCovered.end(), [&](auto covered) { return path.starts_with(covered); });
}

Tally hold_against(const base::Root& root, const nlohmann::json& manifest) {
    Tally tally;
    for (const auto& entry : manifest.at("entries")) {
        const auto path = entry.at("path").get<std::string>();
        const auto size = entry.value("size", std::uint64_t{0});
        if (!is_checked(path)) {
            continue;
        }
        ++tally.files;
        tally.bytes += size;
        const auto facts = root.facts(path);
        if (!facts || (S_ISREG(facts->mode) && facts->size != size)) {
            if (tally.missing++ == 0) {
                tally.first_missing = path;
            }
        }
    }
    return tally;
}

}  // namespace

std::uint64_t memory_needed(std::uint64_t image_bytes) {
    constexpr std::uint64_t kForTheRest = 160 * kMiB;
    constexpr std::uint64_t kStep = 64 * kMiB;
    return (image_bytes + image_bytes / 3 + kForTheRest + kStep - 1) / kStep * kStep;
}

std::vector<std::string> check_image(const base::Root& root) {
    const auto text = root.read_if_exists(record::kManifestPath);
    if (!text) {
        return {base::cat("the rescue system is incomplete: ", record::kManifestPath, " is missing; this machine has ", memory_of(root) / kMiB, " MiB of memory: give it more")};
    }
    Tally tally;
    try {
        tally = hold_against(root, nlohmann::json::parse(*text));
    } catch (const nlohmann::json::exception& error) {
        return {base::cat("the rescue system is damaged: ", record::kManifestPath, ": ", error.what())};
    }
    if (tally.missing == 0) {
        return {};
    }
    const std::uint64_t memory = memory_of(root);
    const std::uint64_t needed = memory_needed(tally.bytes);
    const std::string cure = memory >= needed ? std::string("the ISO may be damaged") : base::cat("this machine has ", memory / kMiB, " MiB of memory, it needs ", needed / kMiB, " MiB");
    return {base::cat("the rescue system is incomplete: ", tally.missing, " of ", tally.files, " files are missing or cut short, the first is ", tally.first_missing, "; ", cure)};
}

}  // namespace nrear::system
