// SPDX-License-Identifier: GPL-3.0-or-later
// ext2, ext3, ext4. Everything that mke2fs would decide by itself (by mke2fs.conf, by its version, by the size) is told to it.
// Sources: mke2fs(8), tune2fs(8), debugfs(8) of e2fsprogs 1.42 to 1.47.
#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::ExtFilesystem;

bool has(const std::vector<std::string>& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

/// "none" first: only then are the features of mke2fs.conf forgotten.
std::string feature_list(const ExtFilesystem& ext) {
    std::vector<std::string> words{"none"};
    words.insert(words.end(), ext.features.begin(), ext.features.end());
    return base::join(words, ",");
}

std::string extended_options(const ExtFilesystem& ext) {
    std::vector<std::string> words;
    if (ext.stride != 0) {
        words.push_back(cat("stride=", ext.stride));
    }
    if (ext.stripe_width != 0) {
        words.push_back(cat("stripe_width=", ext.stripe_width));
    }
    return base::join(words, ",");
}

RunCommand make_filesystem(const ExtFilesystem& ext) {
    std::vector<std::string> argv{"mke2fs", "-q", "-F", "-t", ext.type, "-b", cat(ext.block_size), "-I", cat(ext.inode_size), "-N", cat(ext.inodes), "-m", "0",
                                  "-O", feature_list(ext), "-U", ext.uuid};
    const auto option = [&](const char* name, const std::string& value) {
        argv.insert(argv.end(), {name, value});
    };
    if (!ext.label.empty()) {
        option("-L", ext.label);
    }
    if (ext.journal_size != 0) {
        option("-J", cat("size=", ext.journal_size / (1024 * 1024)));
    }
    if (ext.blocks_per_group) {
        option("-g", cat(*ext.blocks_per_group));
    }
    if (ext.flex_group != 0 && has(ext.features, "flex_bg")) {
        option("-G", cat(ext.flex_group));
    }
    if (ext.cluster_size != 0 && has(ext.features, "bigalloc")) {
        option("-C", cat(ext.cluster_size));
    }
    if (const auto extended = extended_options(ext); !extended.empty()) {
        option("-E", extended);
    }
    argv.push_back(ext.path);
    argv.push_back(cat(ext.blocks));
    return {std::move(argv)};
}

/// All that tune2fs knows, the missing ones with '^': the three journal modes share bits, so what is set comes last.
std::string default_mount_options(const ExtFilesystem& ext) {
    constexpr std::array kKnown = {"debug", "bsdgroups", "user_xattr", "acl", "uid16", "journal_data", "nobarrier", "block_validity", "discard", "nodelalloc"};
    std::vector<std::string> words;
    for (const char* known : kKnown) {
        if (!has(ext.default_mount_options, known)) {
            words.push_back(cat("^", known));
        }
    }
    words.insert(words.end(), ext.default_mount_options.begin(), ext.default_mount_options.end());
    return base::join(words, ",");
}

RunCommand tune(const ExtFilesystem& ext) {
    std::vector<std::string> argv{"tune2fs", "-c", cat(ext.max_mount_count), "-i", cat(ext.check_interval, "s"), "-e", ext.errors, "-r", cat(ext.reserved_blocks),
                                  "-u", cat(ext.reserved_uid), "-g", cat(ext.reserved_gid), "-o", default_mount_options(ext)};
    if (!ext.hash_algorithm.empty()) {
        argv.insert(argv.end(), {"-E", "hash_alg=" + ext.hash_algorithm});
    }
    argv.push_back(ext.path);
    return {std::move(argv)};
}

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const ExtFilesystem& ext, Phases& phases) {
    auto& steps = phases.storage;
    steps.push_back({cat("Create ", ext.type, " file system on ", ext.path, purpose(layout, node)), node.id, make_filesystem(ext), true});
    steps.push_back({cat("Set its reserved blocks, checks and mount options"), node.id, tune(ext)});
    if (!ext.hash_seed.empty()) {
        // tune2fs has no option for it, and mke2fs only since 1.44.
        steps.push_back({"Set its hash seed", node.id, RunCommand{{"debugfs", "-w", "-R", "set_super_value hash_seed " + ext.hash_seed, ext.path}}});
    }
}

}  // namespace nrear::plan
