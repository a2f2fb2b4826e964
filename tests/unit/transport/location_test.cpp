// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/location.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

namespace nrear::transport {

namespace {

Error refused(std::string_view url) {
    try {
        parse_location(url, "BACKUP_URL");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kConfig);
        CHECK_THAT(error.what_failed(), Catch::StartsWith("BACKUP_URL="));
        CHECK_FALSE(error.hint().empty());
        return error;
    }
    FAIL("accepted: " << url);
    return {ErrorKind::kGeneral, ""};
}

}  // namespace

TEST_CASE("URLs of the TripleO document") {
    const auto location = parse_location("sftp://backup:password@undercloud-0/data/backup/", "OUTPUT_URL");
    CHECK(location.scheme == Scheme::kSftp);
    CHECK(location.user == "backup");
    CHECK(location.password == "password");
    CHECK(location.host == "undercloud-0");
    CHECK(location.port == 22);
    CHECK(location.path == "/data/backup/");
    CHECK(location.text() == "sftp://backup@undercloud-0/data/backup/");
    const auto other = parse_location("sshfs://backup@undercloud-0/data/backup/", "BACKUP_URL");
    CHECK(other.scheme == Scheme::kSshfs);
    CHECK_FALSE(other.password);
    CHECK(location.same_account(other));
}

TEST_CASE("the last '@' ends the user part and nothing is decoded") {
    const auto location = parse_location("sftp://backup:p@ss:w0rd#1%41@10.0.0.1:2222/data/backup", "OUTPUT_URL");
    CHECK(location.user == "backup");
    CHECK(location.password == "p@ss:w0rd#1%41");
    CHECK(location.host == "10.0.0.1");
    CHECK(location.port == 2222);
    CHECK(location.path == "/data/backup");
    CHECK(location.text() == "sftp://backup@10.0.0.1:2222/data/backup");
    CHECK(parse_location("sftp://dom;user@h/x", "S").user == "dom;user");
    CHECK(parse_location("sftp://u:@h/x", "S").password == "");
}

TEST_CASE("IPv6 addresses stand in brackets") {
    const auto location = parse_location("sshfs://root@[fd00:fd00:fd00:2000::1]:2222/ctl_plane_backups", "BACKUP_URL");
    CHECK(location.host == "fd00:fd00:fd00:2000::1");
    CHECK(location.port == 2222);
    CHECK(location.text() == "sshfs://root@[fd00:fd00:fd00:2000::1]:2222/ctl_plane_backups");
    CHECK(parse_location("sftp://[fe80::1%eth0]/x", "S").host == "fe80::1%eth0");
    CHECK_THAT(refused("sftp://root@fd00::1/x").why(), Catch::Contains("brackets"));
    CHECK_THAT(refused("sftp://root@[fd00::1/x").why(), Catch::Contains("never closed"));
    CHECK_THAT(refused("sftp://root@[undercloud]/x").why(), Catch::Contains("no IPv6 address"));
    refused("sftp://[fd00::1]22/x");
    refused("sftp://[]/x");
}

TEST_CASE("a URL without a path means the top of what the server shows") {
    CHECK(parse_location("sshfs://host", "S").path == "/");
    CHECK(parse_location("sftp://u:p@host:1", "S").path == "/");
    CHECK(parse_location("sftp://host/a b//c", "S").path == "/a b//c");
}

TEST_CASE("file and null") {
    const auto local = parse_location("file:///mnt/backup", "S");
    CHECK(local.scheme == Scheme::kFile);
    CHECK(local.path == "/mnt/backup");
    CHECK(local.text() == "file:///mnt/backup");
    CHECK(parse_location("file://localhost/x", "S").path == "/x");
    CHECK(parse_location("null", "S").scheme == Scheme::kNull);
    CHECK(parse_location("null://", "S").text() == "null");
    CHECK_THAT(refused("file://mnt/backup").hint(), Catch::Contains("three slashes"));
    CHECK_FALSE(local.same_account(local));
}

TEST_CASE("same account means same server, user and port, however the URL says it") {
    const auto base = parse_location("sftp://root:x@Host/a", "S");
    CHECK(base.same_account(parse_location("sshfs://host:22/b", "S")));
    CHECK_FALSE(base.same_account(parse_location("sftp://backup@host/a", "S")));
    CHECK_FALSE(base.same_account(parse_location("sftp://host:2222/a", "S")));
    CHECK_FALSE(base.same_account(parse_location("sftp://host2/a", "S")));
}

TEST_CASE("other schemes are refused by name, with what to write instead") {
    for (const auto* url : {"nfs://server/export", "cifs://u@h/share", "rsync://root@host::/module", "iso:///backup", "usb:///dev/disk/by-label/REAR-000",
                            "ftp://h/x", "https://h/x", "scp://h/x", "tape:///dev/nst0"}) {
        INFO(url);
        const auto error = refused(url);
        CHECK_THAT(error.why(), Catch::Contains(std::string(url).substr(0, std::string(url).find(':'))));
        CHECK_THAT(error.hint(), Catch::Contains("sftp://"));
    }
    CHECK_THAT(refused("nfs://server/export").hint(), Catch::Contains("file:///MOUNTPOINT"));
    CHECK_THAT(refused("gopher://h/x").why(), Catch::Contains("unknown"));
    refused("");
    refused("/data/backup");
    refused("undercloud-0:/data/backup");
}

TEST_CASE("malformed hosts and ports") {
    for (const auto* url : {"sftp:///x", "sftp://u@/x", "sftp://h:0/x", "sftp://h:65536/x", "sftp://h:/x", "sftp://h:22x/x", "sftp://-oProxyCommand=x/y",
                            "sftp://a b/x", "sftp://h$(id)/x", "sftp://u v@h/x"}) {
        INFO(url);
        refused(url);
    }
}

TEST_CASE("no message shows the password") {
    for (const auto* url : {"sftp://backup:geheim1@/x", "nfs://backup:geheim1@h/x", "sftp://backup:geheim1/x@h/y", "sftp://backup:ge:heim1/x@h/y", "sftp://b:geheim1@h:x/y"}) {
        INFO(url);
        const auto error = refused(url);
        CHECK_THAT(std::string(error.what()) + error.hint(), !Catch::Contains("heim1"));
    }
    CHECK_THAT(refused("sftp://backup:pa/ss@h/y").hint(), Catch::Contains("--password-file"));
}

}  // namespace nrear::transport
