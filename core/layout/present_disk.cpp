// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/present_disk.h"

#include "core/base/text.h"

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

}  // namespace nrear::layout
