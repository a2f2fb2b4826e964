// SPDX-License-Identifier: GPL-3.0-or-later
// TarReader and archives that are not whole or not sound. Real archives of other programs: tests/integration/archive.
#include "archive/tar_reader.h"

#include <catch2/catch.hpp>

#include "memory_streams.h"

using namespace nrear;
using namespace nrear::archive;
using namespace nrear::archive::test;

namespace {

/// "path=content;" of every member, to the end.
std::string contents(const std::string& tar) {
    TextInput input(tar);
    TarReader reader(input);
    std::string text;
    for (Entry entry; reader.next(entry);) {
        text += entry.path + "=" + read_data(reader) + ";";
    }
    reader.finish();
    return text;
}

std::string failure(const std::string& tar) {
    try {
        return "read as " + contents(tar);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kIntegrity);
        return error.what();
    }
}

std::string ustar(std::string name, char type, const std::string& data) {
    TarHeader header{};
    std::memcpy(header.name, name.data(), name.size());
    put_tar_number(header.size, data.size());
    header.type = type;
    std::memcpy(header.magic, "ustar", 6);
    std::memcpy(header.version, "00", 2);
    set_tar_checksum(header);
    std::string text(reinterpret_cast<const char*>(&header), sizeof header);
    text += data;
    text.resize(tar_padded(text.size()), '\0');
    return text;
}

const std::string kEnd(1024, '\0');

}  // namespace

TEST_CASE("tar: an owner beyond 32 bits is not taken for another one") {
    for (const char* record : {"18 uid=4294967296\n", "18 gid=4294967295\n"}) {
        CHECK_THAT(failure(ustar("header", 'x', record) + ustar("a", '0', "one") + kEnd), Catch::Contains("an owner or group is 429496729"));
    }
    CHECK(contents(ustar("header", 'x', "18 uid=4294967294\n") + ustar("a", '0', "one") + kEnd) == "a=one;");
}

TEST_CASE("tar: members in order, data skipped when nobody wants them") {
    const std::string tar = make_tar({{file_entry("a", "one"), "one"}, {file_entry("b", ""), ""}, {file_entry("c", std::string(5000, 'c')), std::string(5000, 'c')}});
    CHECK(contents(tar) == "a=one;b=;c=" + std::string(5000, 'c') + ";");
    TextInput input(tar);
    TarReader reader(input);
    std::string names;
    for (Entry entry; reader.next(entry);) {
        names += entry.path;
    }
    CHECK(names == "abc");
}

TEST_CASE("tar: cut off anywhere it is never taken for whole") {
    const std::string content(3000, 'x');
    const std::string tar = make_tar({{file_entry("a", content), content}, {file_entry(std::string(300, 'n'), "b"), "b"}});
    const std::size_t marker = tar.find_last_not_of('\0') / kTarBlock * kTarBlock + kTarBlock + 1024;
    for (std::size_t size = 0; size < marker; size += 13) {
        INFO("cut at " << size);
        const std::string text = failure(tar.substr(0, size));
        CHECK(text.find("it ends") != std::string::npos);
    }
    CHECK(contents(tar.substr(0, marker)).size() > 3000);
}

TEST_CASE("tar: damage in headers is named with its place") {
    std::string tar = make_tar({{file_entry("first", "1"), "1"}, {file_entry("second", "2"), "2"}});
    const std::size_t at = tar.find("second");
    tar[at] = 'S';
    const std::string text = failure(tar);
    CHECK(text.find("a header's checksum is wrong") != std::string::npos);
    CHECK(text.find("after first") != std::string::npos);
}

TEST_CASE("tar: something behind the end, a lone zero block") {
    const std::string member = ustar("a", '0', "x");
    CHECK(failure(member + kEnd + "garbage").find("something follows its end") != std::string::npos);
    CHECK(failure(member + std::string(512, '\0') + member + kEnd).find("a single block of zeros") != std::string::npos);
    CHECK(contents(member + kEnd + std::string(9000, '\0')) == "a=x;");
}

TEST_CASE("tar: GNU long names, labels, global headers, old directories, unknown types") {
    CHECK(contents(ustar("label", 'V', "") + ustar("././@LongLink", 'L', std::string(300, 'n') + '\0') + ustar("short", '0', "x") + kEnd) ==
          std::string(300, 'n') + "=x;");
    CHECK(contents(ustar("g", 'g', "13 comment=x\n") + ustar("a", '\0', "x") + ustar("b", '7', "y") + ustar("c", 'Q', "z") + kEnd) == "a=x;b=y;c=z;");
    CHECK(contents(ustar("dir/", '\0', "") + ustar("fifo", '6', "") + kEnd) == "dir/=;fifo=;");
    CHECK(failure(ustar("rest", 'M', "x") + kEnd).find("another volume") != std::string::npos);
}

TEST_CASE("tar: a path is written in one way, however the archive has it") {
    std::string tar = ustar("./", '5', "") + ustar("./etc", '5', "") + ustar("/etc//./fstab", '0', "x") + ustar("././@LongLink", 'L', "./" + std::string(300, 'n') + '\0') + ustar("short", '0', "y");
    std::string link = ustar("./hard", '1', "");
    auto& header = *reinterpret_cast<TarHeader*>(link.data());
    std::memcpy(header.link_name, "./etc/fstab", 11);
    set_tar_checksum(header);
    std::string records;
    append_pax_record(records, "path", "./../up");
    tar += link + ustar("header", 'x', records) + ustar("x", '0', "z");
    header.type = '2';  // what a symlink leads to is its own
    set_tar_checksum(header);
    tar += link + kEnd;
    TextInput input(tar);
    TarReader reader(input);
    std::string found;
    for (Entry entry; reader.next(entry);) {
        found += entry.path + (entry.link_target.empty() ? "" : ">" + entry.link_target) + " ";
    }
    CHECK(found == "./ etc/ etc/fstab " + std::string(300, 'n') + " hard>etc/fstab ../up hard>./etc/fstab ");
}

TEST_CASE("tar: impossible sizes neither overflow nor fill the memory") {
    std::string huge_name = ustar("x", 'L', "");
    auto& header = *reinterpret_cast<TarHeader*>(huge_name.data());
    put_tar_number(header.size, std::uint64_t{1} << 62);
    set_tar_checksum(header);
    CHECK(failure(huge_name + kEnd).find("bytes long") != std::string::npos);
    std::string records;
    append_pax_record(records, "size", "9223372036854775807");
    CHECK(failure(ustar("x", 'x', records) + ustar("a", '0', "") + kEnd).find("it ends in the middle of a file") != std::string::npos);
}

TEST_CASE("tar: maps of sparse files are checked") {
    const auto sparse = [](const std::string& map, const std::string& data, const std::string& size) {
        std::string records;
        append_pax_record(records, "GNU.sparse.major", "1");
        append_pax_record(records, "GNU.sparse.minor", "0");
        append_pax_record(records, "GNU.sparse.name", "s");
        append_pax_record(records, "GNU.sparse.realsize", size);
        std::string content = map;
        content.resize(tar_padded(map.size()), '\0');
        return ustar("x", 'x', records) + ustar("y", '0', content + data) + kEnd;
    };
    CHECK(contents(sparse("1\n0\n3\n", "abc", "10")) == "s=abc;");
    CHECK(failure(sparse("1\n0\n4\n", "abc", "10")).find("does not fit") != std::string::npos);
    CHECK(failure(sparse("1\n8\n3\n", "abc", "10")).find("does not fit") != std::string::npos);
    CHECK(failure(sparse("2\n5\n1\n0\n2\n", "abc", "10")).find("not in order") != std::string::npos);
    CHECK(failure(sparse("1\n9223372036854775807\n3\n", "abc", "10")).find("not in order") != std::string::npos);
    CHECK(failure(sparse("x\n", "abc", "10")).find("malformed") != std::string::npos);
    CHECK(failure(sparse("99999999\n", "abc", "10")).find("too large") != std::string::npos);
    CHECK(failure(sparse("5\n0\n1\n", "", "10")).find("map of a sparse file") != std::string::npos);
}
