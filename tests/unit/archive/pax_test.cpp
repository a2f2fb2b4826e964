// SPDX-License-Identifier: GPL-3.0-or-later
// What PaxWriter writes, TarReader reads; and pax records byte by byte.
#include <catch2/catch.hpp>

#include "archive/entry_path.h"
#include "archive/inode_flags.h"
#include "archive/pax_records.h"
#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;
using namespace std::string_literals;

namespace {

Entry round_trip(const Entry& entry, const std::string& content = {}) {
    TextInput input(make_tar({{entry, content}}));
    TarReader reader(input);
    Entry back;
    REQUIRE(reader.next(back));
    CHECK(read_data(reader) == content);
    Entry none;
    CHECK_FALSE(reader.next(none));
    reader.finish();
    return back;
}

void check_equal(const Entry& a, const Entry& b) {
    CHECK(a.type == b.type);
    CHECK(a.path == b.path);
    CHECK(a.link_target == b.link_target);
    CHECK(a.mode == b.mode);
    CHECK(a.uid == b.uid);
    CHECK(a.gid == b.gid);
    CHECK(a.size == b.size);
    CHECK(a.mtime == b.mtime);
    CHECK(a.device_major == b.device_major);
    CHECK(a.device_minor == b.device_minor);
    CHECK(a.xattrs == b.xattrs);
    CHECK(a.acl_access == b.acl_access);
    CHECK(a.acl_default == b.acl_default);
    CHECK(a.inode_flags == b.inode_flags);
    CHECK(a.sparse == b.sparse);
    CHECK(a.extents == b.extents);
}

}  // namespace

TEST_CASE("pax: a record counts its own length") {
    std::string records;
    append_pax_record(records, "a", "b");
    CHECK(records == "6 a=b\n");
    records.clear();
    append_pax_record(records, "path", std::string(91, 'x'));  // with two digits it would be 100 bytes long, and so needs three
    CHECK(records.substr(0, 4) == "101 ");
    CHECK(records.size() == 101);
    records.clear();
    append_pax_record(records, "path", std::string(90, 'x'));
    CHECK(records.substr(0, 3) == "99 ");
    CHECK(records.size() == 99);
}

TEST_CASE("pax: everything that an entry holds comes back") {
    Entry entry = file_entry("etc/shadow", "secret\n");
    entry.mode = 04755;
    entry.uid = 4000000000;
    entry.gid = 2097152;
    entry.mtime = {1700000000, 123456789};
    entry.xattrs = {{"security.capability", "\0\1\n=\2"s}, {"security.selinux", "system_u:object_r:shadow_t:s0\0"s}, {"trusted.x", ""}, {"user.a=b%3D\n", "v"}};
    entry.acl_access = "user::rw-,user:0:r--,group::r--,mask::r--,other::---";
    entry.inode_flags = FS_IMMUTABLE_FL | FS_NOATIME_FL;
    check_equal(round_trip(entry, "secret\n"), entry);
}

TEST_CASE("pax: times before 1970, with parts of a second, and far away") {
    Entry entry = file_entry("a", "");
    for (const Timestamp time : {Timestamp{0, 0}, Timestamp{0, 1}, Timestamp{-1, 0}, Timestamp{-1, 500000000}, Timestamp{-2, 999999999}, Timestamp{-86400, 1},
                                 Timestamp{8589934591, 0}, Timestamp{8589934592, 5}, Timestamp{253402300800, 0}}) {
        entry.mtime = time;
        INFO(time.seconds << "." << time.nanoseconds);
        check_equal(round_trip(entry), entry);
    }
    CHECK(parse_pax_time("-1.5") == Timestamp{-2, 500000000});
    CHECK(parse_pax_time("1.0000000019") == Timestamp{1, 1});
    CHECK_FALSE(parse_pax_time("1.x"));
    CHECK_FALSE(parse_pax_time(""));
}

TEST_CASE("pax: names of every length and any bytes") {
    const std::string alphabet = "ab/\n\x1b\xff \xc3\xa4*=";
    for (std::size_t length = 1; length < 700; length += length < 300 ? 1 : 37) {
        std::string path;
        for (std::size_t i = 0; i < length; ++i) {
            path += i % 60 == 59 ? '/' : alphabet[i % 2];
        }
        for (const std::string& tail : {"x"s, "x/"s, "\xff"s, "/"s + std::string(255, 'y')}) {
            Entry entry = file_entry(path + tail, "");
            entry.type = tail == "x/" ? EntryType::kDirectory : EntryType::kFile;
            const Entry back = round_trip(entry);
            REQUIRE(back.path == entry_path(entry.path, entry.type));  // without the empty names among them
            REQUIRE(back.type == entry.type);
        }
    }
    for (const std::string& path : {"-rf"s, " lead and trail "s, "..foo"s, "line\nfeed"s, "\x1b[31m"s, "a\xff\xfe"s, std::string(5000, 'p')}) {
        Entry entry = file_entry(path, "");
        check_equal(round_trip(entry), entry);
    }
}

TEST_CASE("pax: links, devices, fifos, directories") {
    Entry entry;
    entry.path = "x";
    for (const std::string& target : {"t"s, std::string(100, 't'), std::string(101, 't'), std::string(4095, 't'), "\xff\xfe"s + std::string(120, 't')}) {
        for (const EntryType type : {EntryType::kSymlink, EntryType::kHardLink}) {
            entry.type = type;
            entry.link_target = target;
            check_equal(round_trip(entry), entry);
        }
    }
    entry.link_target.clear();
    entry.type = EntryType::kCharDevice;
    entry.device_major = 4095;
    entry.device_minor = 1048575;
    check_equal(round_trip(entry), entry);
    entry.type = EntryType::kBlockDevice;
    check_equal(round_trip(entry), entry);
    entry.device_major = entry.device_minor = 0;
    entry.type = EntryType::kFifo;
    check_equal(round_trip(entry), entry);
    entry.type = EntryType::kDirectory;
    entry.path = "./";
    entry.acl_default = "user::rwx,group::r-x,other::r-x";
    check_equal(round_trip(entry), entry);
}

TEST_CASE("pax: holes") {
    Entry entry = file_entry("sparse", "");
    entry.sparse = true;
    entry.size = std::uint64_t{1} << 40;
    check_equal(round_trip(entry), entry);  // nothing but a hole
    entry.extents = {{4096, 3}, {std::uint64_t{1} << 39, 5}};
    check_equal(round_trip(entry, "abcdefgh"), entry);
    std::string content;
    entry.extents.clear();
    for (std::uint64_t i = 0; i < 3000; ++i) {
        entry.extents.push_back({i * 8192, 1});
        content += static_cast<char>('a' + i % 26);
    }
    check_equal(round_trip(entry, content), entry);
    entry.path = std::string(300, 'n') + "\xff";
    check_equal(round_trip(entry, content), entry);
}

TEST_CASE("pax: a file of more than 8 GiB has its size in both headers") {
    TextOutput out;
    PaxWriter pax(out);
    Entry entry = file_entry("large", "");
    entry.size = 9'000'000'000;
    pax.begin(entry);
    TextInput input(out.text);
    TarReader reader(input);
    Entry back;
    REQUIRE(reader.next(back));
    CHECK(back.size == entry.size);
    const auto& header = *reinterpret_cast<const TarHeader*>(out.text.data() + out.text.size() - kTarBlock);
    CHECK(get_tar_number(header.size) == 9'000'000'000);
}

TEST_CASE("pax: a short file is filled up, the archive stays whole") {
    TextOutput out;
    PaxWriter pax(out);
    Entry entry = file_entry("a", "");
    entry.size = 1000;
    pax.begin(entry);
    const auto room = pax.space();
    std::memcpy(room.data(), "abc", 3);
    pax.advance(3);
    pax.end();
    pax.finish();
    CHECK(out.text.size() % 10240 == 0);
    CHECK(pax.bytes() == out.text.size());
    TextInput input(out.text);
    TarReader reader(input);
    Entry back;
    REQUIRE(reader.next(back));
    CHECK(read_data(reader) == "abc" + std::string(997, '\0'));
    CHECK_FALSE(reader.next(back));
}

TEST_CASE("pax: malformed records are refused") {
    PaxHeader header;
    for (const char* records : {"5 a=b\n", "7 a=b\n", "6 a-b\n", "x a=b\n", "6a=b\n", "6 a=b", "99999999999999999999 a=b\n", "12 size=many\n", "14 mtime=never\n", "0 a=b\n",
                                "22 GNU.sparse.map=1,2,3\n", "27 GNU.sparse.numbytes=100\n"}) {
        INFO(records);
        CHECK_THROWS_AS(read_pax_records(records, header), Error);
    }
}

TEST_CASE("pax: attributes as other programs write them") {
    PaxHeader header;
    std::string records;
    append_pax_record(records, "RHT.security.selinux", "u:r:t:s0");
    append_pax_record(records, "LIBARCHIVE.xattr.user.a%20b", "aGVsbG8");
    append_pax_record(records, "LIBARCHIVE.xattr.user.c", "b3RoZXI=");
    append_pax_record(records, "SCHILY.xattr.user.c", "exact");
    append_pax_record(records, "SCHILY.xattr.system.posix_acl_access", "\2\0\0\0\1\0\6\0\xff\xff\xff\xff"s);
    append_pax_record(records, "SCHILY.fflags", "nodump");
    append_pax_record(records, "SCHILY.dev", "7");
    read_pax_records(records, header);
    CHECK(header.xattrs == std::vector<Xattr>{{"security.selinux", "u:r:t:s0\0"s}, {"user.a b", "hello"}, {"user.c", "exact"}});
    CHECK(header.acl_access == "user::rw-");
    CHECK(header.inode_flags == FS_NODUMP_FL);
}
