// SPDX-License-Identifier: GPL-3.0-or-later
// The lasting transport over SFTP as it is spoken: the line to a server in memory dies before every single request in turn.
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/contract/transport_contract.h"
#include "tests/unit/transport/fake_sftp_server.h"
#include "tests/unit/transport/retry_by_hand.h"
#include "transport/lasting_transport.h"
#include "transport/sftp_files.h"

namespace nrear::transport {

namespace {

using testing::FakeDisk;
using testing::FakeSftpServer;
using testing::RetryByHand;

const std::string kPath = "/backup.tar.gz";

/// The part of SFTP's transport that needs no SSH.
class FakeTransport final : public ResumableTransport {
public:
    FakeTransport(const std::shared_ptr<FakeDisk>& disk, FakeSftpServer::Behaviour behaviour)
        : session_(std::make_shared<SftpSession>(std::make_unique<FakeSftpServer>(disk, std::move(behaviour)),
                                                 WireLimits{.silence = std::chrono::milliseconds(1000), .request = std::chrono::milliseconds(1000)}, "u@fake")) {}

    std::unique_ptr<Upload> start(const std::string& path) override { return std::make_unique<SftpSink>(session_, path); }
    std::unique_ptr<Upload> resume(const std::string& path, std::uint64_t offset) override { return std::make_unique<SftpSink>(session_, path, offset); }
    std::unique_ptr<base::RandomAccessSource> open_at(const std::string& path, std::uint64_t position) override { return std::make_unique<SftpSource>(session_, path, position); }
    std::optional<FileInfo> stat(const std::string& path) override {
        const auto lock = session_->lock();
        session_->settle(path);
        const auto found = session_->calls().stat(path);
        return found ? std::optional(FileInfo{path, found->size.value_or(0), 0, false}) : std::nullopt;
    }
    std::vector<FileInfo> list(const std::string&) override { return {}; }
    void make_directories(const std::string&) override {}
    void rename(const std::string& from, const std::string& to) override {
        const auto lock = session_->lock();
        session_->replace(from, to);
    }
    void remove(const std::string&) override {}
    void remove_directory(const std::string&) override {}
    std::optional<Space> space(const std::string&) override { return std::nullopt; }
    std::string description() const override { return "u@fake"; }

private:
    std::shared_ptr<SftpSession> session_;
};

}  // namespace

TEST_CASE("whatever request of SFTP the line dies at, upload, rename and download go on to their end") {
    const bool with_extensions = GENERATE(true, false);
    const std::set<std::string> extensions = with_extensions ? std::set<std::string>{"fsync@openssh.com", "posix-rename@openssh.com"} : std::set<std::string>{};
    const std::string old_content(100000, 'o');
    const auto bytes = contract::pattern(300001);
    int steps = 0;
    for (bool finished = false; !finished; ++steps) {
        INFO("the line dies before request " << steps);
        REQUIRE(steps < 200);
        const auto disk = std::make_shared<FakeDisk>();
        disk->files[kPath] = old_content;
        RetryByHand time;
        int connections = 0;
        const auto connect = [&]() -> std::unique_ptr<ResumableTransport> {
            return std::make_unique<FakeTransport>(disk, FakeSftpServer::Behaviour{.extensions = extensions, .dies_before = connections++ == 0 ? steps : -1});
        };
        LastingTransport transport(connect(), connect, time.options(std::chrono::seconds(600)));
        contract::put(transport, kPath, bytes, 50000);
        transport.rename(kPath, "/renamed");
        CHECK((contract::get(transport, "/renamed") == bytes));
        CHECK(disk->files.size() == 1);
        CHECK(connections <= 2);
        finished = connections == 1;
    }
    CHECK(steps > 20);
}

}  // namespace nrear::transport
