// SPDX-License-Identifier: GPL-3.0-or-later
// FAT. Everything that mkfs.fat would decide by itself is told to it. Source: mkfs.fat(8) of dosfstools 3.0.20 to 4.2.
#include "core/base/text.h"
#include "core/layout/tool_version.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::FatFilesystem;

/// mkfs.fat puts everything at multiples of the cluster size unless told not to.
bool is_aligned(const FatFilesystem& fat) { return fat.reserved_sectors % fat.cluster_sectors == 0 && fat.table_sectors % fat.cluster_sectors == 0; }

RunCommand make_filesystem(const FatFilesystem& fat) {
    std::vector<std::string> argv{"mkfs.fat", "-I", "-F", cat(fat.bits), "-i", base::replace_all(fat.serial, "-", ""), "-S", cat(fat.sector_size), "-s", cat(fat.cluster_sectors),
                                  "-R", cat(fat.reserved_sectors), "-f", cat(fat.tables), "-h", cat(fat.hidden_sectors)};
    const auto option = [&](const char* name, const std::string& value) { argv.insert(argv.end(), {name, value}); };
    if (!is_aligned(fat)) {
        argv.push_back("-a");
    }
    if (fat.bits == 32) {
        option("-b", cat(fat.backup_sector));
    } else {
        option("-r", cat(fat.root_entries));
    }
    if (layout::parse_tool_version(fat.mkfs_version).value_or(layout::ToolVersion{}) >= layout::ToolVersion{4, 2}) {
        option("-g", cat(fat.heads, "/", fat.track_sectors));
        option("-M", "0x" + base::hex(fat.media, 2));
        option("-D", "0x" + base::hex(fat.drive, 2));
        argv.push_back("--mbr=n");
    }
    if (!fat.label.empty()) {
        option("-n", fat.label);
    }
    argv.push_back(fat.path);
    constexpr std::uint64_t kBlock = 1024;  // mkfs.fat counts the file system's size in these
    if (const auto size = fat.sectors * fat.sector_size; size % kBlock == 0) {
        argv.push_back(cat(size / kBlock));
    }
    return {std::move(argv)};
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const FatFilesystem& fat, Phases& phases) {
    phases.storage.push_back({cat("Create FAT", fat.bits, " file system on ", fat.path, purpose(layout, node)), node.id, make_filesystem(fat), true});
}

}  // namespace nrear::plan
