// SPDX-License-Identifier: GPL-3.0-or-later
// The rules themselves: that each kind of wrong include is a fault, and a right one is none.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/style/include_rules.h"

namespace nrear::style {

TEST_CASE("rules name only folders further down") {
    const auto& rules = folder_rules();
    for (auto rule = rules.begin(); rule != rules.end(); ++rule) {
        for (const auto folder : rule->folders) {
            INFO(rule->folder << " -> " << folder);
            CHECK(std::any_of(rules.begin(), rule, [&](const FolderRule& lower) { return lower.folder == folder; }));
        }
    }
}

TEST_CASE("each external library has one folder") {
    std::vector<std::string_view> all;
    for (const auto& rule : folder_rules()) {
        all.insert(all.end(), rule.libraries.begin(), rule.libraries.end());
    }
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("wrong includes are faults") {
    CHECK(include_fault("core/base/error.h", "core/layout/layout.h", true));
    CHECK(include_fault("core/scan/scan.cpp", "core/plan/plan.h", true));
    CHECK(include_fault("core/plan/plan.cpp", "core/scan/scan.h", true));
    CHECK(include_fault("archive/backup.cpp", "transport/sftp.h", true));
    CHECK(include_fault("rescue/recover/x.cpp", "rescue/backup/y.h", true));
    CHECK(include_fault("core/plan/plan.cpp", "layout.h", true));
    CHECK(include_fault("core/plan/plan.cpp", "tests/support/x.h", true));
    CHECK(include_fault("cli/main.cpp", "nrear_boot_files.h", true));
    CHECK(include_fault("cli/main.cpp", "libssh/libssh.h", false));
    CHECK(include_fault("rescue/image/x.cpp", "zlib.h", false));
    CHECK(include_fault("core/base/x.cpp", "catch2/catch.hpp", false));
    CHECK(include_fault("core/layout/layout.h", "nlohmann/json.hpp", false));
    CHECK(include_fault("core/layout/layout.h", "nlohmann/json_fwd.hpp", false));
    CHECK(include_fault("archive/x.cpp", "sys/acl.h", false));
    CHECK(include_fault("archive/x.cpp", "boost/any.hpp", false));
    CHECK(include_fault("archive/x.cpp", "curl.h", false));
}

TEST_CASE("right includes are none") {
    CHECK_FALSE(include_fault("core/base/error.cpp", "core/base/error.h", true));
    CHECK_FALSE(include_fault("core/plan/plan.cpp", "core/layout/layout.h", true));
    CHECK_FALSE(include_fault("cli/main.cpp", "rescue/backup/x.h", true));
    CHECK_FALSE(include_fault("cli/main.cpp", "nrear_versions.h", true));
    CHECK_FALSE(include_fault("iso/x.cpp", "nrear_boot_files.h", true));
    CHECK_FALSE(include_fault("iso/x.cpp", "nrear_efi_files.h", true));
    CHECK_FALSE(include_fault("iso/x.cpp", "libisofs/libisofs.h", false));
    CHECK_FALSE(include_fault("core/layout/x.cpp", "nlohmann/json.hpp", false));
    CHECK_FALSE(include_fault("core/base/x.cpp", "vector", false));
    CHECK_FALSE(include_fault("core/base/x.cpp", "sys/stat.h", false));
    CHECK_FALSE(include_fault("core/base/x.cpp", "unistd.h", false));
    CHECK_FALSE(include_fault("tests/unit/base/x.cpp", "catch2/catch.hpp", false));
}

}  // namespace nrear::style
