// SPDX-License-Identifier: GPL-3.0-or-later
// EarlySync: a failure is kept for finish(), nothing happens before enough was written, and leaving early ends the thread.
#include "archive/early_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/temp_dir.h"
#include "core/base/unique_fd.h"

using namespace nrear;
using namespace nrear::archive;

namespace {

constexpr int kNoDescriptor = 1 << 20;

}  // namespace

TEST_CASE("early sync: a failure is told by finish") {
    const base::TempDir directory;
    const base::UniqueFd good(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int told = 0;
    for (int patience = 1; told == 0 && patience < 1000; ++patience) {  // until the thread had the time to look before it was told to end
        EarlySync sync(100);
        sync.wrote(kNoDescriptor, 100);
        usleep(static_cast<useconds_t>(patience) * 100);
        sync.wrote(good.get(), 100);
        try {
            sync.finish();
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::Contains("write what was restored to disk"));
            ++told;
        }
    }
    CHECK(told == 1);
}

TEST_CASE("early sync: none before enough was written") {
    EarlySync sync(100);
    sync.wrote(kNoDescriptor, 99);
    CHECK_NOTHROW(sync.finish());
}

TEST_CASE("early sync: good ones are no trouble, and leaving early ends the thread") {
    const base::TempDir directory;
    const base::UniqueFd fd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 20; ++i) {
        EarlySync sync(1);
        sync.wrote(fd.get(), 5);
        if (i % 2 == 0) {
            CHECK_NOTHROW(sync.finish());
        }
    }
}
