// SPDX-License-Identifier: GPL-3.0-or-later
// XFS. Everything that mkfs.xfs would decide by itself (by its version, by the size, by what the device says of its stripes) is told to it, in words that
// the node's own version knows. Source: mkfs.xfs(8) of xfsprogs 3.2 to 6.13.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::has_feature;
using layout::ToolVersion;
using layout::XfsFilesystem;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kStripeCount = 512;  // mkfs.xfs counts sunit and swidth in these

ToolVersion version_of(const XfsFilesystem& xfs) { return layout::parse_tool_version(xfs.mkfs_version).value_or(ToolVersion{}); }

/// What a last allocation group may be too small for: mkfs.xfs wants 16 MiB, the kernel is content with less when it grows a file system.
std::uint64_t blocks_to_make(const XfsFilesystem& xfs) {
    const auto last = xfs.group_blocks == 0 ? 0 : xfs.blocks % xfs.group_blocks;
    const bool too_small = last != 0 && xfs.blocks > xfs.group_blocks && last * xfs.block_size < 16 * kMiB;
    return too_small ? xfs.blocks - last : xfs.blocks;
}

std::string flag(const XfsFilesystem& xfs, const char* option, const char* word) { return cat(option, "=", has_feature(xfs, word) ? 1 : 0); }

/// The switches behind one option letter, those that this mkfs.xfs knows.
void add_features(const XfsFilesystem& xfs, char option, std::vector<std::string>& words) {
    for (const auto& feature : layout::xfs_features()) {
        if (feature.option == option && version_of(xfs) >= feature.since) {
            words.push_back(flag(xfs, feature.word, feature.word));
        }
    }
}

std::string metadata_options(const XfsFilesystem& xfs) {
    std::vector<std::string> words;
    add_features(xfs, 'm', words);
    if (version_of(xfs) >= ToolVersion{4, 3}) {
        words.push_back("uuid=" + xfs.uuid);
    }
    return base::join(words, ",");
}

/// Sector sizes of data and log: -s sets both, and old versions take it for an error to set one of them again.
void add_sector_sizes(const XfsFilesystem& xfs, std::vector<std::string>& data, std::vector<std::string>& log, std::vector<std::string>& argv) {
    if (xfs.sector_size == xfs.log_sector_size) {
        argv.insert(argv.end(), {"-s", cat("size=", xfs.sector_size)});
        return;
    }
    data.push_back(cat("sectsize=", xfs.sector_size));
    log.push_back(cat("sectsize=", xfs.log_sector_size));
}

std::vector<std::string> data_options(const XfsFilesystem& xfs) {
    std::vector<std::string> words{cat("size=", blocks_to_make(xfs) * xfs.block_size), cat("agsize=", xfs.group_blocks * xfs.block_size)};
    if (xfs.stripe_unit == 0) {
        words.push_back("noalign");
    } else {
        words.push_back(cat("sunit=", xfs.stripe_unit / kStripeCount));
        words.push_back(cat("swidth=", xfs.stripe_width / kStripeCount));
    }
    return words;
}

std::vector<std::string> log_options(const XfsFilesystem& xfs) {
    std::vector<std::string> words{"internal=1", cat("size=", xfs.log_blocks * xfs.block_size), cat("agnum=", xfs.log_group), cat("version=", xfs.log_version)};
    if (xfs.log_stripe_unit != 0) {
        words.push_back(cat("sunit=", xfs.log_stripe_unit / kStripeCount));
    }
    words.push_back(flag(xfs, "lazy-count", "lazy-count"));
    return words;
}

std::string inode_options(const XfsFilesystem& xfs) {
    std::vector<std::string> words{cat("size=", xfs.inode_size), cat("maxpct=", xfs.inode_percent), flag(xfs, "align", "align"),
                                   cat("attr=", has_feature(xfs, "attr2") ? 2 : 1), flag(xfs, "projid32bit", "projid32bit")};
    add_features(xfs, 'i', words);
    return base::join(words, ",");
}

std::string naming_options(const XfsFilesystem& xfs) {
    std::vector<std::string> words{cat("size=", xfs.directory_block_size), cat("version=", has_feature(xfs, "ascii-ci") ? "ci" : "2")};
    if (!has_feature(xfs, "crc")) {
        words.push_back(flag(xfs, "ftype", "ftype"));  // with checksums it is always on, and old versions take it for an error to say so
    }
    add_features(xfs, 'n', words);
    return base::join(words, ",");
}

/// Since 5.19 mkfs.xfs refuses what it made before, unless told so; xfs_info shows no difference.
bool needs_leave(const XfsFilesystem& xfs) {
    const auto blocks = blocks_to_make(xfs);
    const bool small = blocks * xfs.block_size < 300 * kMiB || xfs.log_blocks * xfs.block_size < 64 * kMiB || blocks <= xfs.group_blocks;
    return small && version_of(xfs) >= ToolVersion{5, 19};
}

RunCommand make_filesystem(const XfsFilesystem& xfs) {
    // No discard (-K): the device was just wiped or is new, and a thin pool or an SSD would take its time.
    std::vector<std::string> argv{"mkfs.xfs", "-q", "-f", "-K"};
    if (needs_leave(xfs)) {
        argv.push_back("--unsupported");
    }
    auto data = data_options(xfs);
    auto log = log_options(xfs);
    argv.insert(argv.end(), {"-b", cat("size=", xfs.block_size)});
    add_sector_sizes(xfs, data, log, argv);
    argv.insert(argv.end(), {"-m", metadata_options(xfs), "-d", base::join(data, ","), "-l", base::join(log, ","), "-i", inode_options(xfs), "-n", naming_options(xfs),
                             "-r", cat("extsize=", xfs.realtime_extent)});
    if (!xfs.label.empty()) {
        argv.insert(argv.end(), {"-L", xfs.label});
    }
    argv.push_back(xfs.path);
    return {std::move(argv)};
}

/// Below kTargetRoot, so that a next try takes it down should this one end half-way.
void grow(const layout::Node& node, const XfsFilesystem& xfs, Steps& steps) {
    steps.push_back({cat("Make the mount point ", kTargetRoot), node.id, MakeDirectories{{{kTargetRoot}}}});
    steps.push_back({cat("Mount ", xfs.path, " for a moment"), node.id, RunCommand{{"mount", "-t", "xfs", xfs.path, kTargetRoot}}});
    steps.push_back({"Add its last allocation group, which mkfs.xfs thinks too small", node.id, RunCommand{{"xfs_growfs", "-D", cat(xfs.blocks), kTargetRoot}}});
    steps.push_back({"Unmount it again", node.id, RunCommand{{"umount", kTargetRoot}}});
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const XfsFilesystem& xfs, Phases& phases) {
    auto& steps = phases.storage;
    steps.push_back({cat("Create XFS file system on ", xfs.path, purpose(layout, node)), node.id, make_filesystem(xfs), true});
    if (version_of(xfs) < ToolVersion{4, 3}) {
        steps.push_back({"Set its UUID", node.id, RunCommand{{"xfs_db", "-x", "-p", "xfs_admin", "-c", "uuid " + xfs.uuid, xfs.path}}});
    }
    if (blocks_to_make(xfs) != xfs.blocks) {
        grow(node, xfs, steps);
    }
}

}  // namespace nrear::plan
