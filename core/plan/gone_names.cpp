// SPDX-License-Identifier: GPL-3.0-or-later
// How a system's files call what was left out. Sources: fstab(5), crypttab(5), udev's 60-persistent-storage.rules, dracut.cmdline(7), initramfs-tools(7).
#include "core/base/text.h"
#include "core/plan/leave_out.h"

namespace nrear::plan {

namespace {

using base::cat;
using layout::Layout;
using layout::Node;

std::string label_of(const Node& node) {
    return std::visit(
        [](const auto& what) {
            if constexpr (requires { what.label; }) {
                return what.label;
            } else {
                return std::string();
            }
        },
        node.what);
}

bool has_label(const Layout& layout, const std::string& label) {
    for (const auto& node : layout.nodes) {
        if (label_of(node) == label) {
            return true;
        }
    }
    return false;
}

class Names {
public:
    explicit Names(const Layout& layout, const Layout& rest) : layout_(layout), rest_(rest) {}

    std::vector<std::string> run(const Node& node) {
        if (!std::holds_alternative<layout::Mount>(node.what) && !std::holds_alternative<layout::MountPointDirectory>(node.what)) {
            add(layout::path_of(node));
            std::visit([&](const auto& what) { note(node, what); }, node.what);
        }
        return std::move(names_);
    }

private:
    void add(std::string name) {
        if (!name.empty()) {
            names_.push_back(std::move(name));
        }
    }
    void add_pair(const char* tag, const char* directory, const std::string& value) {
        if (!value.empty()) {
            add(cat(tag, "=", value));
            add(cat("/dev/disk/", directory, "/", value));
        }
    }

    void note(const Node&, const layout::Disk& disk) {
        for (const auto& link : disk.facts.links) {
            add(link);
        }
    }
    void note(const Node& node, const layout::Partition& partition) {
        add_pair("PARTUUID", "by-partuuid", partition.uuid);
        if (!partition.name.empty()) {
            bool other = false;
            layout::each<layout::Partition>(rest_, [&](const Node&, const layout::Partition& it) { other = other || it.name == partition.name; });
            if (!other) {
                add_pair("PARTLABEL", "by-partlabel", partition.name);
            }
        }
        const auto* holder = layout::find(layout_, node.on.front());
        const auto* disk = holder == nullptr ? nullptr : std::get_if<layout::Disk>(&holder->what);
        for (const auto& link : disk == nullptr ? std::vector<std::string>{} : disk->facts.links) {
            add(cat(link, "-part", partition.number));
        }
    }
    void note(const Node&, const layout::MdArray& array) {
        if (const auto name = array.name.substr(array.name.find(':') + 1); !name.empty()) {
            add("/dev/md/" + name);
        }
        if (!array.uuid.empty()) {
            add("/dev/disk/by-id/md-uuid-" + array.uuid);
        }
    }
    void note(const Node&, const layout::LogicalVolume& volume) { add(cat("/dev/", volume.group, "/", volume.name)); }
    void note(const Node&, const layout::PhysicalVolume&) {}
    void note(const Node&, const layout::VolumeGroup&) {}
    void note(const Node& node, const auto& what) {
        if constexpr (requires { what.uuid; }) {
            add_pair("UUID", "by-uuid", what.uuid);
        } else if constexpr (requires { what.serial; }) {
            add_pair("UUID", "by-uuid", what.serial);
        }
        if (const auto label = label_of(node); !label.empty() && !has_label(rest_, label)) {
            add_pair("LABEL", "by-label", label);
        }
    }

    const Layout& layout_;
    const Layout& rest_;
    std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> names_of(const Layout& layout, const Node& node, const Layout& rest) { return Names(layout, rest).run(node); }

std::vector<std::pair<std::string, std::string>> words_waiting_for(const Node& node) {
    std::vector<std::pair<std::string, std::string>> words;
    if (const auto* swap = std::get_if<layout::Swap>(&node.what)) {
        std::vector<std::string> names{swap->path};
        if (!swap->uuid.empty()) {
            names.insert(names.end(), {"UUID=" + swap->uuid, "/dev/disk/by-uuid/" + swap->uuid});
        }
        for (const auto& name : names) {
            words.emplace_back("resume=" + name, "noresume");
            words.emplace_back("RESUME=" + name, "RESUME=none");  // in a file of initramfs-tools
        }
    } else if (const auto* luks = std::get_if<layout::LuksVolume>(&node.what)) {
        words.emplace_back("rd.luks.uuid=" + luks->uuid, "");
        words.emplace_back("rd.luks.uuid=luks-" + luks->uuid, "");
    } else if (const auto* array = std::get_if<layout::MdArray>(&node.what)) {
        words.emplace_back("rd.md.uuid=" + array->uuid, "");
    } else if (const auto* volume = std::get_if<layout::LogicalVolume>(&node.what); volume != nullptr && layout::is_visible(*volume)) {
        words.emplace_back(cat("rd.lvm.lv=", volume->group, "/", volume->name), "");
        words.emplace_back(cat("resume=/dev/", volume->group, "/", volume->name), "noresume");
    }
    return words;
}

}  // namespace nrear::plan
