// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/present_disk.h"

#include "core/layout/json_fields.h"

namespace nrear::layout {

std::string describe_content(const PresentDisk& disk) {
    if (disk.blank) {
        return "blank";
    }
    std::vector<std::string> parts;
    if (disk.table) {
        parts.push_back(disk.table->type + " partition table");
    }
    for (const auto& content : disk.contents) {
        const std::string label = content.label.empty() ? "" : base::cat(" \"", base::printable(content.label), "\"");
        parts.push_back(base::cat(content.path, " ", content.type.empty() ? "(nothing known)" : content.type, label, " ", base::human_size(content.size)));
    }
    return parts.empty() ? "data that nrear does not recognise" : base::join(parts, "; ");
}

std::string present_disks_to_json(const std::vector<PresentDisk>& disks) { return write_list(disks).dump(2) + "\n"; }

std::vector<PresentDisk> present_disks_from_json(std::string_view text) {
    return read_value<std::vector<PresentDisk>>(parse_json(text, "disks"), "disks");
}

}  // namespace nrear::layout
