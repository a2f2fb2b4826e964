// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/ext_facts.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

/// State, not shape: the journal waits to be replayed, orphans wait to be deleted.
constexpr std::array kTransient = {"needs_recovery", "orphan_present"};

class Report {
public:
    explicit Report(std::string_view text) {
        for (const auto& line : base::split_lines(text)) {
            if (const auto colon = line.find(':'); colon != std::string::npos) {
                values_.try_emplace(line.substr(0, colon), base::trim(std::string_view(line).substr(colon + 1)));
            }
        }
    }

    std::string text(const std::string& name) const {
        const auto found = values_.find(name);
        return found == values_.end() || found->second == "<none>" || found->second == "(none)" ? "" : found->second;
    }
    std::vector<std::string> words(const std::string& name) const { return base::split_words(text(name)); }

    /// The first word as a number: "15552000 (6 months)", "0 (user root)".
    std::optional<std::uint64_t> number(const std::string& name) const {
        const auto all = words(name);
        return all.empty() ? std::nullopt : base::parse_u64(all.front());
    }
    std::uint64_t needed(const std::string& name) const {
        if (const auto value = number(name)) {
            return *value;
        }
        throw Error(ErrorKind::kLayout, "read the facts of an ext file system", base::cat("dumpe2fs shows no \"", name, "\""));
    }
    std::uint32_t small(const std::string& name) const { return static_cast<std::uint32_t>(number(name).value_or(0)); }

private:
    std::map<std::string, std::string> values_;
};

std::string errors_behaviour(const std::string& shown) {
    const auto lower = base::to_lower(shown);
    return lower.starts_with("remount") ? "remount-ro" : lower.starts_with("panic") ? "panic" : "continue";
}

}  // namespace

layout::ExtFilesystem parse_dumpe2fs(std::string_view text) {
    const Report report(text);
    layout::ExtFilesystem ext;
    ext.uuid = report.text("Filesystem UUID");
    ext.label = report.text("Filesystem volume name");
    ext.block_size = static_cast<std::uint32_t>(report.needed("Block size"));
    ext.blocks = report.needed("Block count");
    ext.reserved_blocks = report.needed("Reserved block count");
    ext.inodes = report.needed("Inode count");
    ext.inode_size = static_cast<std::uint32_t>(report.number("Inode size").value_or(128));
    ext.cluster_size = report.small("Cluster size");
    // With bigalloc the group is counted in clusters, and mke2fs takes what follows from them.
    if (const auto group = report.small("Blocks per group"); ext.cluster_size == 0 && group != 0 && group != 8 * ext.block_size) {
        ext.blocks_per_group = group;
    }
    ext.flex_group = report.small("Flex block group size");
    ext.stride = report.small("RAID stride");
    ext.stripe_width = report.small("RAID stripe width");
    const auto journal_blocks = report.number("Total journal blocks");  // 1.45 and later
    ext.journal_size = journal_blocks.value_or(report.number("Journal length").value_or(0)) * ext.block_size;
    ext.journal_device = report.text("Journal device");
    ext.features = report.words("Filesystem features");
    std::erase_if(ext.features, [](const std::string& name) { return std::find(kTransient.begin(), kTransient.end(), name) != kTransient.end(); });
    ext.default_mount_options = report.words("Default mount options");
    ext.errors = errors_behaviour(report.text("Errors behavior"));
    const auto mounts = report.words("Maximum mount count");
    ext.max_mount_count = static_cast<std::int32_t>(mounts.empty() ? -1 : base::parse_i64(mounts.front()).value_or(-1));
    ext.check_interval = report.number("Check interval").value_or(0);
    ext.reserved_uid = report.small("Reserved blocks uid");
    ext.reserved_gid = report.small("Reserved blocks gid");
    ext.hash_seed = report.text("Directory Hash Seed");
    ext.hash_algorithm = report.text("Default directory hash");
    return ext;
}

}  // namespace nrear::scan
