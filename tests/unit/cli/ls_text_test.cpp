// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/ls_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace nrear;
using namespace nrear::cli;
using archive::EntryType;
using archive::IndexEntry;

namespace {

IndexEntry file(const std::string& path) {
    IndexEntry entry;
    entry.path = path;
    entry.mode = 0644;
    entry.size = 123;
    entry.mtime.seconds = 1769860805;
    return entry;
}

IndexEntry of_type(EntryType type, const std::string& path, const std::string& target = "") {
    auto entry = file(path);
    entry.type = type;
    entry.size = 0;
    entry.link_target = target;
    return entry;
}

}  // namespace

TEST_CASE("long lines as ls has them") {
    CHECK(ls_line(file("etc/fstab"), LsForm::kLong) == "-rw-r--r--     0     0         123 2026-01-31 12:00:05 /etc/fstab\n");
    auto program = file("usr/bin/su");
    program.mode = 04755;
    program.uid = 1000;
    program.gid = 4294967294;
    CHECK(ls_line(program, LsForm::kLong) == "-rwsr-xr-x  1000 4294967294         123 2026-01-31 12:00:05 /usr/bin/su\n");
    auto directory = of_type(EntryType::kDirectory, "tmp/");
    directory.mode = 01777;
    CHECK(ls_line(directory, LsForm::kLong) == "drwxrwxrwt     0     0           0 2026-01-31 12:00:05 /tmp/\n");
    directory.path = "./";
    directory.mode = 07000;
    CHECK(ls_line(directory, LsForm::kLong) == "d--S--S--T     0     0           0 2026-01-31 12:00:05 /\n");
    CHECK(ls_line(of_type(EntryType::kSymlink, "bin", "usr/bin"), LsForm::kLong).ends_with(" /bin -> usr/bin\n"));
    CHECK(ls_line(of_type(EntryType::kHardLink, "b", "a"), LsForm::kLong).ends_with(" /b link to /a\n"));
    auto device = of_type(EntryType::kBlockDevice, "dev/vda");
    device.device_major = 254;
    CHECK(ls_line(device, LsForm::kLong).starts_with("brw-r--r--     0     0      254, 0 "));
}

TEST_CASE("names that would mislead a terminal are escaped, for programs there are two other forms") {
    const auto odd = file("a\nb\x1b[31m\xff");
    CHECK(ls_line(odd, LsForm::kPaths) == "/a\\012b\\033[31m\\377\n");
    CHECK(ls_line(odd, LsForm::kNull) == std::string("/a\nb\x1b[31m\xff\0", 11));
    const auto json = nlohmann::json::parse(ls_line(odd, LsForm::kJson));
    CHECK(json["path"]["hex"] == "2f610a621b5b33316dff");
    CHECK(nlohmann::json::parse(ls_line(file("caf\xC3\xA9"), LsForm::kJson))["path"] == "/caf\xC3\xA9");
}

TEST_CASE("JSON has what the index has") {
    auto entry = file("etc/fstab");
    entry.sha256[0] = std::byte{0xab};
    auto json = nlohmann::json::parse(ls_line(entry, LsForm::kJson));
    CHECK(json["path"] == "/etc/fstab");
    CHECK(json["type"] == "file");
    CHECK(json["mode"] == "0644");
    CHECK(json["mtime"] == "2026-01-31T12:00:05Z");
    CHECK(json["sha256_start"] == "ab000000000000000000");
    entry.size = 1 << 20;
    json = nlohmann::json::parse(ls_line(entry, LsForm::kJson));
    CHECK(json["sha256"].get<std::string>().size() == 64);
    CHECK(nlohmann::json::parse(ls_line(of_type(EntryType::kHardLink, "b", "a"), LsForm::kJson))["target"] == "/a");
}
