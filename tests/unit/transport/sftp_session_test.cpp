// SPDX-License-Identifier: GPL-3.0-or-later
// Upload, download and replacing against a server in memory, whose line dies before every single request in turn.
#include "transport/sftp_session.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/contract/transport_contract.h"
#include "tests/unit/transport/fake_sftp_server.h"
#include "transport/sftp_files.h"

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

}  // namespace nrear::transport
