// SPDX-License-Identifier: GPL-3.0-or-later
// LVM's config text (lvm.conf(5), the metadata of volume groups) as a tree. What the words mean is lvm_facts.h's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::scan {

struct LvmValue {
    std::string text;        ///< strings without quotes and escapes; numbers as they stand there
    bool is_string = false;
    bool operator==(const LvmValue&) const = default;
};

/// `name = value`, `name = [value, …]` or `name { … }`.
struct LvmNode {
    std::string name;
    std::vector<LvmValue> values;
    std::vector<LvmNode> children;
    bool is_section = false;
    bool is_list = false;
    bool operator==(const LvmNode&) const = default;

    const LvmNode* find(std::string_view child) const;  ///< nullptr when there is none
};

/// The root: a section without a name. Comments are dropped. Throws Error(kIntegrity) with the line of the first mistake.
LvmNode parse_lvm_text(std::string_view text);

/// "name = value" of a node that is no section, as LVM writes it.
std::string to_setting(const LvmNode& node);

}  // namespace nrear::scan
