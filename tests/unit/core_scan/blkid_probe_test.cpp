// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of a device that cannot be read. What is read from good ones is compared with the tools in tests/integration/storage.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/scan/blkid_probe.h"

namespace nrear::scan {

TEST_CASE("a device that cannot be read is named, with the reason and what to do") {
    BlkidProbe probe;
    try {
        probe.signature("/dev/no such device");
        FAIL("it was read");
    } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("/dev/no such device"));
        CHECK_THAT(error.hint(), Catch::Contains("dmesg") && Catch::Contains("EXCLUDE_COMPONENTS"));
    }
}

}  // namespace nrear::scan
