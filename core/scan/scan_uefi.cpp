// SPDX-License-Identifier: GPL-3.0-or-later
// UEFI: the boot entries that start something on the recorded disks, and what lies on the EFI system partition for firmware that has none.
#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/layout/efi_variable.h"
#include "core/scan/firmware.h"
#include "core/scan/scan_work.h"

namespace nrear::scan {

namespace {

using base::cat;

/// The content of a variable; nothing when there is none.
std::optional<std::string> variable(const base::Root& root, const std::string& name) {
    auto text = root.read_if_exists(cat(layout::kEfiVariables, "/", layout::efi_variable_file(name)));
    if (!text || text->size() < layout::kEfiVariableAttributes) {
        return std::nullopt;
    }
    return text->substr(layout::kEfiVariableAttributes);
}

/// "" when the firmware does not hand it out: the number is taken all the same.
std::string option_content(const base::Root& root, unsigned number) {
    try {
        return variable(root, layout::boot_variable(number)).value_or("");
    } catch (const Error&) {
        return "";
    }
}

/// 31 for "Boot001F-8be4…"; nothing for BootOrder and the like.
std::optional<unsigned> number_of(std::string_view file) {
    constexpr std::size_t kDigits = 4;
    if (!file.starts_with("Boot") || file != layout::efi_variable_file(file.substr(0, 4 + kDigits))) {
        return std::nullopt;
    }
    const auto number = base::parse_u64(file.substr(4, kDigits), 16);
    return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

const layout::Node* partition_of(const layout::Layout& layout, const std::string& uuid) {
    const layout::Node* found = nullptr;
    layout::each<layout::Partition>(layout, [&](const layout::Node& node, const layout::Partition& partition) {
        if (found == nullptr && base::to_lower(partition.uuid) == uuid) {
            found = &node;
        }
    });
    return found;
}

/// The path below `directory` as it is spelled there: FAT does not care about the case of a name.
std::optional<std::string> spelled(const base::Root& root, const std::string& directory, const std::vector<std::string>& names) {
    std::string path;
    for (const auto& name : names) {
        const auto there = root.list(cat(directory, path));
        const auto found = std::find_if(there.begin(), there.end(), [&](const std::string& it) { return base::to_lower(it) == base::to_lower(name); });
        if (found == there.end()) {
            return std::nullopt;
        }
        path += "/" + *found;
    }
    return path;
}

/// Names of a loader's path: "\\EFI\\centos\\shimx64.efi".
std::vector<std::string> parts(const std::string& loader) {
    auto names = base::split(loader, '\\');
    std::erase(names, "");
    return names;
}

/// UEFI 3.5.1.1: named after the firmware's own width, which may be 32 bits below a 64-bit kernel.
std::string fallback_of(const base::Root& root, const std::string& architecture) {
    const bool narrow = root.read_line("/sys/firmware/efi/fw_platform_size") == "32";
    const char* name = architecture == "aarch64" ? "AA64" : architecture == "riscv64" ? "RISCV64" : narrow || architecture == "i686" ? "IA32" : "X64";
    return cat("EFI/BOOT/BOOT", name, ".EFI");
}

class UefiScan {
public:
    explicit UefiScan(ScanWork& work) : work_(work), firmware_(scan_firmware(work.root)) {}

    layout::Node run() {
        if (!firmware_.variables) {
            work_.warn("the firmware's boot entries cannot be read (is efivarfs mounted on /sys/firmware/efi/efivars?): they will not come back");
        }
        add_entries();
        find_system_partition();
        boot_.fallback = fallback_of(work_.root, work_.layout.host.architecture);
        look_at_files();
        node_.what = std::move(boot_);
        return std::move(node_);
    }

private:
    /// In boot order, then the others by number.
    void add_entries() {
        for (const auto number : firmware_.order) {
            const auto option = std::find_if(firmware_.options.begin(), firmware_.options.end(), [&](const auto& it) { return it.first == number; });
            const bool twice = std::any_of(boot_.entries.begin(), boot_.entries.end(), [&](const auto& entry) { return entry.number == number; });
            if (option != firmware_.options.end() && !twice) {
                add_entry(number, option->second, true);
            }
        }
        for (const auto& [number, bytes] : firmware_.options) {
            if (std::find(firmware_.order.begin(), firmware_.order.end(), number) == firmware_.order.end()) {
                add_entry(number, bytes, false);
            }
        }
    }

    void add_entry(unsigned number, const std::string& bytes, bool ordered) {
        const auto option = layout::parse_load_option(bytes);
        const auto* partition = option ? partition_of(work_.layout, option->partition.uuid) : nullptr;
        if (partition == nullptr) {
            return;  // a network card, a disk that is left out: belongs to the machine, not to the system on it
        }
        const auto mounts = layout::mount_points_above(work_.layout, partition->id);
        if (mounts.empty()) {
            work_.warn(cat("boot entry ", layout::boot_variable(number), " \"", base::printable(option->label), "\" starts a file on ", layout::path_of(*partition),
                           ", which is not mounted: neither the file nor the entry will come back"));
            return;
        }
        boot_.mount_point = boot_.mount_point.empty() ? mounts.front() : boot_.mount_point;
        boot_.entries.push_back({number, option->label, option->partition.uuid, option->loader, option->optional_data, option->attributes, ordered});
        sit_on(partition->id);
    }

    void sit_on(const layout::NodeId& id) {
        if (std::find(node_.on.begin(), node_.on.end(), id) == node_.on.end()) {
            node_.on.push_back(id);
        }
    }

    /// Without an entry the firmware takes any FAT file system of that type.
    void find_system_partition() {
        layout::each<layout::Partition>(work_.layout, [&](const layout::Node& node, const layout::Partition& partition) {
            const auto mounts = layout::mount_points_above(work_.layout, node.id);
            if (boot_.mount_point.empty() && !mounts.empty() && (partition.type == layout::kEfiSystemPartition || partition.type == "ef")) {
                boot_.mount_point = mounts.front();
            }
        });
        if (!boot_.mount_point.empty()) {
            sit_on("mount:" + boot_.mount_point);
        }
    }

    void look_at_files() {
        if (boot_.mount_point.empty()) {
            return;
        }
        boot_.has_fallback = spelled(work_.root, boot_.mount_point, base::split(boot_.fallback, '/')).has_value();
        if (boot_.entries.empty()) {
            return;
        }
        auto names = parts(boot_.entries.front().loader);
        const auto loader = names.empty() ? "" : base::to_lower(names.back());
        names.resize(names.empty() ? 0 : names.size() - 1);
        const auto directory = spelled(work_.root, boot_.mount_point, names);
        for (const auto& name : directory ? work_.root.list(cat(boot_.mount_point, *directory)) : std::vector<std::string>()) {
            const auto lower = base::to_lower(name);
            if (lower.ends_with(".efi") && lower != loader) {
                boot_.companions.push_back(name);
            }
        }
    }

    ScanWork& work_;
    const layout::PresentFirmware firmware_;
    layout::Node node_{"uefi", {}, {}};
    layout::UefiBoot boot_;
};

}  // namespace

layout::PresentFirmware scan_firmware(const base::Root& root) {
    layout::PresentFirmware firmware;
    if (!root.exists("/sys/firmware/efi")) {
        return firmware;
    }
    firmware.kind = layout::Firmware::kUefi;
    const auto files = root.list(layout::kEfiVariables);
    firmware.variables = !files.empty();
    for (const auto& file : files) {
        const auto number = number_of(file);
        if (number) {
            firmware.options.emplace_back(*number, option_content(root, *number));
        }
    }
    firmware.order = layout::parse_boot_order(variable(root, "BootOrder").value_or(""));
    return firmware;
}

std::optional<layout::Node> scan_uefi(ScanWork& work) {
    if (work.layout.host.firmware != layout::Firmware::kUefi) {
        return std::nullopt;
    }
    return UefiScan(work).run();
}

}  // namespace nrear::scan
