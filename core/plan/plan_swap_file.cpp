// SPDX-License-Identifier: GPL-3.0-or-later
// Swap files, made before the files come back: restoring gives the directories that hold them their owners and times afterwards.
// Written with zeros: swapon refuses holes, and on some kernels blocks that were only reserved.
// Sources: swapon(8), NOTES; btrfs(5), SWAPFILE SUPPORT; dd(1), coreutils 8.22 and later.
#include "core/base/text.h"
#include "core/plan/plan_steps.h"

namespace nrear::plan {

namespace {

using base::cat;

class SwapFilePlan {
public:
    SwapFilePlan(const layout::Layout& layout, const layout::Node& node, const layout::SwapFile& swap, Steps& steps)
        : node_(node), swap_(swap), steps_(steps), path_(kTargetRoot + swap.path) {
        for (const auto& id : node.on) {
            const auto* holder = layout::find(layout, id);
            const auto* mount = holder == nullptr ? nullptr : std::get_if<layout::Mount>(&holder->what);
            mount_ = mount != nullptr ? mount : mount_;
        }
    }

    void plan() {
        const auto shown = base::printable(path_);
        const auto directory = path_.substr(0, path_.rfind('/'));
        if (mount_ != nullptr && directory != kTargetRoot && directory != kTargetRoot + mount_->mount_point) {  // restoring makes it what it was
            steps_.push_back({"Make the directory of the swap file " + shown, node_.id, MakeDirectories{{{directory}}}});
        }
        if (is_on("btrfs")) {  // the attribute can be set only while it is empty, and not while the file has "c" or "m" from its directory
            run("Make the empty file " + shown, {"truncate", "--size=0", path_});
            run("Take away what it has from its directory, such as compression", {"chattr", "=", path_});
            run("Switch copy-on-write off for it", {"chattr", "+C", path_});
        }
        run(cat("Fill ", shown, " with ", swap_.size, " bytes of zeros"),
            {"dd", "if=/dev/zero", "of=" + path_, "bs=1048576", "iflag=count_bytes", cat("count=", swap_.size), "conv=fsync"});
        if (!is_on("vfat")) {  // which has no modes
            run("Keep it from users", {"chmod", "0600", path_});
        }
        steps_.push_back({"Create swap space in " + shown, node_.id, make_swap(swap_.uuid, swap_.label, swap_.page_size, path_)});
        if (!swap_.selinux_label.empty()) {  // in a rescue system without SELinux an attribute like any other
            run("Label it for SELinux as it was", {"chcon", "--no-dereference", swap_.selinux_label, path_});
        }
    }

private:
    bool is_on(std::string_view type) const { return mount_ != nullptr && mount_->type == type; }
    void run(std::string title, std::vector<std::string> argv) { steps_.push_back({std::move(title), node_.id, RunCommand{std::move(argv)}}); }

    const layout::Node& node_;
    const layout::SwapFile& swap_;
    Steps& steps_;
    const std::string path_;
    const layout::Mount* mount_ = nullptr;  ///< that holds it
};

}  // namespace

void plan_node(const layout::Layout& layout, const layout::Node& node, const layout::SwapFile& swap, Phases& phases) {
    SwapFilePlan(layout, node, swap, phases.storage).plan();
}

}  // namespace nrear::plan
