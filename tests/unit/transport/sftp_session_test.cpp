// SPDX-License-Identifier: GPL-3.0-or-later
// Upload, download and replacing against a server in memory, whose line dies before every single request in turn.
#include "transport/sftp_session.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/contract/transport_contract.h"
#include "tests/unit/transport/fake_sftp_server.h"
#include "transport/sftp_files.h"
#include "transport/ssh_connection.h"

namespace nrear::transport {

namespace {

using testing::FakeDisk;
using testing::FakeSftpServer;

const std::set<std::string> kOpenSsh{"fsync@openssh.com", "posix-rename@openssh.com"};
const std::string kPath = "/backup.tar.gz";

std::shared_ptr<SftpSession> connect(const std::shared_ptr<FakeDisk>& disk, FakeSftpServer::Behaviour behaviour) {
    const WireLimits limits{.silence = std::chrono::milliseconds(1000), .request = std::chrono::milliseconds(1000)};
    return std::make_shared<SftpSession>(std::make_unique<FakeSftpServer>(disk, std::move(behaviour)), limits, "u@fake");
}

std::string text(std::size_t size, char c) { return std::string(size, c); }

void upload(const std::shared_ptr<SftpSession>& session, const std::string& content) {
    SftpSink sink(session, kPath);
    sink.write(base::as_bytes(content));
    sink.finish();
}

std::string download(const std::shared_ptr<SftpSession>& session) {
    SftpSource source(session, kPath);
    return std::string(base::as_text(contract::read_whole(source)));
}

}  // namespace

TEST_CASE("whatever request the line dies at, the old or the new file is whole under its name afterwards") {
    const bool with_extensions = GENERATE(true, false);
    const auto extensions = with_extensions ? kOpenSsh : std::set<std::string>{};
    const auto old_content = text(100000, 'o');
    const auto new_content = text(150000, 'n');
    int steps = 0;
    for (bool finished = false; !finished; ++steps) {
        REQUIRE(steps < 100);
        const auto disk = std::make_shared<FakeDisk>();
        disk->files[kPath] = old_content;
        try {
            upload(connect(disk, {.extensions = extensions, .dies_before = steps}), new_content);
            finished = true;
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::kNetwork);
        }
        INFO("the line died at request " << steps);
        const auto again = connect(disk, {.extensions = extensions});
        const auto found = download(again);
        CHECK((found == old_content || found == new_content));
        if (finished) {
            CHECK((found == new_content));
            CHECK(disk->files.size() == 1);
        }
        upload(again, new_content);  // and the next run leaves nothing behind
        CHECK((disk->files == std::map<std::string, std::string>{{kPath, new_content}}));
    }
    CHECK(steps > 8);
}

TEST_CASE("whatever request is refused, the old file stays and no temporary file is left") {
    const bool with_extensions = GENERATE(true, false);
    const auto extensions = with_extensions ? kOpenSsh : std::set<std::string>{};
    const auto old_content = text(100000, 'o');
    const auto new_content = text(150000, 'n');
    for (int at = 0; at < 40; ++at) {
        INFO("refused: request " << at);
        const auto disk = std::make_shared<FakeDisk>();
        disk->files[kPath] = old_content;
        bool finished = false;
        try {
            upload(connect(disk, {.extensions = extensions, .fails_at = at}), new_content);
            finished = true;
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::kGeneral);
            CHECK_THAT(error.what(), Catch::Contains("u@fake"));
        }
        const auto found = download(connect(disk, {.extensions = extensions}));
        CHECK((found == (finished ? new_content : old_content)));  // not shown: long
    }
}

TEST_CASE("a sink that has failed never finishes") {
    const auto disk = std::make_shared<FakeDisk>();
    const auto session = connect(disk, {.extensions = kOpenSsh, .fails_at = 3});  // the second write
    SftpSink sink(session, kPath);
    const auto content = text(96000, 'x');
    CHECK_THROWS_AS((sink.write(base::as_bytes(content)), sink.finish()), Error);
    CHECK_THROWS_AS(sink.write(base::as_bytes(content)), Error);
    CHECK_THROWS_AS(sink.finish(), Error);
    CHECK(disk->files.count(kPath) == 0);
}

TEST_CASE("short answers to reads are completed in order") {
    const auto disk = std::make_shared<FakeDisk>();
    const auto bytes = contract::pattern(700001);
    disk->files[kPath] = std::string(base::as_text(bytes));
    const auto session = connect(disk, {.extensions = kOpenSsh, .longest_read = 7777});
    CHECK((download(session) == disk->files[kPath]));
    SftpSource source(session, kPath);
    std::vector<std::byte> part(300000);
    REQUIRE(source.read_at(123456, part) == part.size());
    CHECK(std::equal(part.begin(), part.end(), bytes.begin() + 123456));
}

TEST_CASE("a file that shrinks while it is read is an error, not an end") {
    const auto disk = std::make_shared<FakeDisk>();
    disk->files[kPath] = text(100000, 'x');
    const auto session = connect(disk, {.extensions = kOpenSsh});
    SftpSource source(session, kPath);
    disk->files[kPath].resize(50000);
    CHECK_THROWS_AS(contract::read_whole(source), Error);
    CHECK_THROWS_AS(contract::read_whole(source), Error);  // and no hole on the second try
    std::vector<std::byte> part(10);
    CHECK_THROWS_AS(source.read_at(60000, part), Error);
}

TEST_CASE("a server that stored less than it said is found out") {
    const auto disk = std::make_shared<FakeDisk>();
    const auto session = connect(disk, {.extensions = kOpenSsh});
    SftpSink sink(session, kPath);
    sink.write(base::as_bytes(text(64000, 'x')));
    disk->files[kPath + kTemporarySuffix].resize(10);
    CHECK(contract::kind_thrown_by([&] { sink.finish(); }) == ErrorKind::kIntegrity);
}

namespace {

constexpr std::size_t kLargeFile = 12000000;

/// A session over three channels; `extra` is how the two that are opened later behave.
std::shared_ptr<SftpSession> connect_long(const std::shared_ptr<FakeDisk>& disk, FakeSftpServer::Behaviour extra, int* opened) {
    const WireLimits limits{.silence = std::chrono::milliseconds(1000), .request = std::chrono::milliseconds(1000), .channels = 3};
    const auto another = [disk, extra, opened] {
        ++*opened;
        return std::make_unique<FakeSftpServer>(disk, extra);
    };
    return std::make_shared<SftpSession>(std::make_unique<FakeSftpServer>(disk, FakeSftpServer::Behaviour{.extensions = kOpenSsh}), limits, "u@fake", another);
}

}  // namespace

TEST_CASE("a large file goes over all channels of a long line, a small one over the first") {
    const auto disk = std::make_shared<FakeDisk>();
    int opened = 0;
    const auto session = connect_long(disk, {.extensions = kOpenSsh}, &opened);
    upload(session, text(100000, 's'));
    CHECK(opened == 0);
    const auto bytes = contract::pattern(kLargeFile);
    const std::string content(base::as_text(bytes));
    upload(session, content);
    CHECK(opened == 2);
    CHECK((disk->files == std::map<std::string, std::string>{{kPath, content}}));
    upload(session, content);
    CHECK(opened == 2);  // they stay open
}

TEST_CASE("whatever request a further channel dies at, what was confirmed is there, and the old file whole") {
    const auto bytes = contract::pattern(kLargeFile);
    const std::string content(base::as_text(bytes));
    int deaths = 0;
    for (int at = 0; at < 60; at += at < 4 ? 1 : 7) {
        INFO("a further channel dies at its request " << at);
        const auto disk = std::make_shared<FakeDisk>();
        disk->files[kPath] = "old";
        int opened = 0;
        const auto session = connect_long(disk, {.extensions = kOpenSsh, .dies_before = at}, &opened);
        SftpSink sink(session, kPath);
        try {
            sink.write(bytes);
            sink.finish();
        } catch (const Error& error) {
            ++deaths;
            CHECK(error.kind() == ErrorKind::kNetwork);
            CHECK(disk->files[kPath] == "old");
            const auto& there = disk->files[kPath + kTemporarySuffix];
            REQUIRE(there.size() >= sink.confirmed());
            CHECK((there.substr(0, sink.confirmed()) == content.substr(0, sink.confirmed())));
            SftpSink again(connect(disk, {.extensions = kOpenSsh}), kPath, sink.confirmed());
            again.write(base::Bytes(bytes).subspan(sink.confirmed()));
            again.finish();
        }
        CHECK((disk->files[kPath] == content));
    }
    CHECK(deaths >= 4);
}

TEST_CASE("a server that has no further channel to give gets the file over the one") {
    const auto disk = std::make_shared<FakeDisk>();
    int asked = 0;
    const auto none = [&asked]() -> std::unique_ptr<ByteChannel> {
        ++asked;
        throw Error(ErrorKind::kNetwork, "open a channel", "Channel opening failure: channel 44 error (2) open failed");
    };
    const WireLimits limits{.silence = std::chrono::milliseconds(1000), .request = std::chrono::milliseconds(1000), .channels = 3};
    const auto session = std::make_shared<SftpSession>(std::make_unique<FakeSftpServer>(disk, FakeSftpServer::Behaviour{.extensions = kOpenSsh}), limits, "u@fake", none);
    const auto content = text(kLargeFile, 'x');
    upload(session, content);
    upload(session, content);
    CHECK(asked == 1);  // and is not asked again
    CHECK((disk->files[kPath] == content));
}

TEST_CASE("a server that opens a file to one writer only gets it from one") {
    const auto disk = std::make_shared<FakeDisk>();
    int opened = 0;
    const auto session = connect_long(disk, {.extensions = kOpenSsh, .fails_at = 0}, &opened);
    const auto content = text(kLargeFile, 'x');
    upload(session, content);
    CHECK(opened == 2);
    CHECK((disk->files == std::map<std::string, std::string>{{kPath, content}}));
}

TEST_CASE("only OpenSSH gets more than one channel") {
    CHECK(names_openssh("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"));
    CHECK(names_openssh("SSH-2.0-OpenSSH_7.4"));
    for (const auto* other : {"SSH-2.0-OpenSSH_for_Windows_8.1", "SSH-2.0-AWS_SFTP_1.1", "SSH-2.0-SFTPGo_2.5.4", "SSH-2.0-mod_sftp", "SSH-1.99-Cisco-1.25", "SSH-2.0-Go", ""}) {
        INFO(other);
        CHECK_FALSE(names_openssh(other));
    }
}

TEST_CASE("the longer the line, the more channels fill it") {
    using std::chrono::milliseconds;
    CHECK(channels_for(milliseconds(0)) == 1);
    CHECK(channels_for(milliseconds(8)) == 1);
    CHECK(channels_for(milliseconds(20)) == 3);
    CHECK(channels_for(milliseconds(40)) == 5);
    CHECK(channels_for(milliseconds(100)) == 8);
    CHECK(channels_for(std::chrono::hours(1)) == 8);
}

}  // namespace nrear::transport
