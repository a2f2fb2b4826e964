// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/system/image_check.h"

#include <catch2/catch.hpp>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"

using namespace nrear;
using Catch::Contains;

namespace {

struct Image {
    base::TempDir directory{"/tmp"};
    Image() {
        write("/proc/meminfo", "MemTotal:         131072 kB\nMemFree:            1000 kB\n");
        write("/usr/sbin/mkfs.ext4", std::string(300, 'x'));
        write("/bin/bash", std::string(100, 'x'));
        write("/etc/nrear/image.json", R"({"format": 1, "kind": "image", "entries": [
            {"path": "/bin", "kind": "d", "reason": "parent"}, {"path": "/bin/bash", "kind": "f", "size": 100, "reason": "shell"},
            {"path": "/dev/console", "kind": "c", "reason": "kernel"}, {"path": "/etc/nrear/image.json", "kind": "f", "size": 0, "reason": "itself"},
            {"path": "/usr/sbin/mkfs.ext4", "kind": "f", "size": 300, "reason": "plan"}]})");
    }
    void write(const std::string& path, const std::string& text) const {
        base::make_directories(directory.path() + path.substr(0, path.rfind('/')));
        base::write_file(directory.path() + path, text);
    }
    std::vector<std::string> check() const { return system::check_image(base::Root(directory.path())); }
};

}  // namespace

TEST_CASE("image check: a whole image is worth no word") { CHECK(Image().check().empty()); }

TEST_CASE("image check: a file cut short is counted and named, with the memory there is and the memory needed") {
    const Image image;
    image.write("/usr/sbin/mkfs.ext4", "x");
    const auto lines = image.check();
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Contains("1 of 3 files") && Contains("/usr/sbin/mkfs.ext4") && Contains("128 MiB of memory") && Contains("needs 192 MiB"));
}

TEST_CASE("image check: with memory enough it is the ISO that is suspected") {
    const Image image;
    image.write("/proc/meminfo", "MemTotal:        1048576 kB\n");
    image.write("/usr/sbin/mkfs.ext4", "x");
    REQUIRE(image.check().size() == 1);
    CHECK_THAT(image.check()[0], Contains("ISO may be damaged") && !Contains("needs"));
}

TEST_CASE("image check: no manifest, or one that is damaged") {
    const Image image;
    image.write("/etc/nrear/image.json", "{\"entries\": [");
    REQUIRE(image.check().size() == 1);
    CHECK_THAT(image.check()[0], Contains("damaged"));
    base::remove_tree(image.directory.path() + "/etc");
    REQUIRE(image.check().size() == 1);
    CHECK_THAT(image.check()[0], Contains("incomplete") && Contains("128 MiB"));
}

TEST_CASE("memory needed grows with the image, in steps of 64 MiB") {
    constexpr std::uint64_t kMiB = 1024 * 1024;
    CHECK(system::memory_needed(0) == 192 * kMiB);
    CHECK(system::memory_needed(180 * kMiB) == 448 * kMiB);
}
