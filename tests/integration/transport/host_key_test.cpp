// SPDX-License-Identifier: GPL-3.0-or-later
// Known, unknown, changed, hashed and revoked host keys of a real server, and what is said about them.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/base/command.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "tests/integration/transport/scripted_questions.h"
#include "tests/integration/transport/ssh_server.h"

namespace nrear::transport::testing {

namespace {

using base::cat;

std::unique_ptr<SftpTransport> connect(const SshServer& server, const SshOptions& options, base::Questions& questions) {
    return connect_sftp(server.location(), options, questions, base::null_log());
}

std::size_t passwords_seen_by(const SshServer& server) {
    std::size_t count = 0;
    for (const auto& line : base::split_lines(server.log())) {
        count += line.find(" password for ") != std::string::npos ? 1 : 0;
    }
    return count;
}

Error refused(const SshServer& server, const SshOptions& options, base::Questions& questions) {
    const auto passwords_before = passwords_seen_by(server);
    try {
        connect(server, options, questions);
    } catch (const Error& error) {
        INFO(error.what());
        CHECK(error.kind() == ErrorKind::kHostKey);
        CHECK_THAT(error.why(), Catch::Contains("Nothing was sent"));
        CHECK(passwords_seen_by(server) == passwords_before);
        return error;
    }
    FAIL("trusted");
    return {ErrorKind::kGeneral, ""};
}

/// What ssh-keygen says about a public key file.
std::string fingerprint(const std::string& file) {
    base::PosixCommandRunner runner;
    return base::split_words(base::run_checked(runner, {.argv = {"ssh-keygen", "-lf", file}}).output).at(1);
}

std::string name_of(const SshServer& server) { return cat("[127.0.0.1]:", server.port()); }

std::string key_of(const SshServer& server, const std::string& type) {
    const auto words = base::split_words(base::read_file(server.path("host_" + type + ".pub")));
    return words.at(0) + " " + words.at(1);
}

SshOptions with_file(const SshServer& server, const std::string& text) {
    base::write_file(server.path("some_hosts"), text);
    auto options = server.options();
    options.known_hosts_files = {server.path("some_hosts")};
    return options;
}

unsigned mode_of(const std::string& path) {
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 0777;
}

}  // namespace

TEST_CASE("an unknown host key is refused where nobody can be asked") {
    const SshServer server;
    ScriptedQuestions nobody;
    auto options = server.options();
    options.known_hosts_files = {server.path("new/known_hosts"), server.path("nothing")};
    const auto error = refused(server, options, nobody);
    CHECK_THAT(error.why(), Catch::Contains("ED25519 " + fingerprint(server.path("host_ed25519.pub"))));
    CHECK_THAT(error.hint(), Catch::Contains("--accept-new-host-key"));
    CHECK(::access(server.path("new").c_str(), F_OK) != 0);

    options.accept_new_host_key = true;
    const auto transport = connect(server, options, nobody);
    CHECK(mode_of(server.path("new")) == 0700);
    CHECK(mode_of(server.path("new/known_hosts")) == 0600);
    CHECK(base::read_file(server.path("new/known_hosts")) == cat(name_of(server), " ", key_of(server, "ed25519"), "\n"));
    CHECK(transport->server().address == "127.0.0.1");
    CHECK(transport->server().fingerprint == fingerprint(server.path("host_ed25519.pub")));
    CHECK(transport->server().known_hosts_line + "\n" == base::read_file(server.path("new/known_hosts")));

    options.accept_new_host_key = false;
    connect(server, options, nobody);
    CHECK(base::split_lines(base::read_file(server.path("new/known_hosts"))).size() == 1);
}

TEST_CASE("an unknown host key is shown and asked for on a terminal") {
    const SshServer server;
    auto options = with_file(server, "other ssh-ed25519 " + base::split_words(key_of(server, "ed25519")).at(1));  // and no line end
    ScriptedQuestions no({"y"});
    try {
        connect(server, options, no);
        FAIL("trusted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kHostKey);
    }
    REQUIRE(no.asked.size() == 1);
    CHECK_THAT(no.asked[0], Catch::Contains("127.0.0.1") && Catch::Contains("ED25519 " + fingerprint(server.path("host_ed25519.pub"))) && Catch::Contains("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"));
    ScriptedQuestions yes({"yes"});
    connect(server, options, yes);
    CHECK(base::split_lines(base::read_file(server.path("some_hosts"))).size() == 2);
    ScriptedQuestions silent{std::deque<std::string>{}};
    connect(server, options, silent);
    CHECK(silent.asked.empty());
}

TEST_CASE("a changed host key is always refused, and the command that is shown removes the old one") {
    const SshServer server;
    const SshServer other;
    auto options = with_file(server, "# first line\n" + name_of(server) + " " + key_of(other, "ed25519") + "\n");
    options.accept_new_host_key = true;
    ScriptedQuestions yes({"yes", "yes"});
    const auto error = refused(server, options, yes);
    CHECK(yes.asked.empty());
    CHECK_THAT(error.why(), Catch::Contains(fingerprint(server.path("host_ed25519.pub"))));
    CHECK_THAT(error.why(), Catch::Contains(fingerprint(other.path("host_ed25519.pub"))));
    CHECK_THAT(error.why(), Catch::Contains(server.path("some_hosts") + ":2"));

    const auto command = error.hint().substr(error.hint().find("ssh-keygen -R"));
    run({"/bin/sh", "-c", command});
    CHECK_THAT(base::read_file(server.path("some_hosts")), !Catch::Contains(name_of(server)));
    connect(server, options, yes);
}

TEST_CASE("hashed entries are known and can be changed, too") {
    const SshServer server;
    const SshServer other;
    ScriptedQuestions nobody;
    auto options = with_file(server, name_of(server) + " " + key_of(server, "ed25519") + "\n");
    run({"ssh-keygen", "-q", "-H", "-f", server.path("some_hosts")});
    CHECK_THAT(base::read_file(server.path("some_hosts")), Catch::StartsWith("|1|"));
    connect(server, options, nobody);
    options = with_file(server, name_of(server) + " " + key_of(other, "ed25519") + "\n");
    run({"ssh-keygen", "-q", "-H", "-f", server.path("some_hosts")});
    CHECK_THAT(refused(server, options, nobody).why(), Catch::Contains("changed"));
}

TEST_CASE("a server that prefers another of its keys has not changed") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto transport = connect(server, with_file(server, name_of(server) + " " + key_of(server, "rsa") + "\n"), nobody);
    CHECK(transport->server().fingerprint == fingerprint(server.path("host_rsa.pub")));
}

TEST_CASE("a server that shows none of its known keys has changed") {
    const SshServer server({.host_key_types = {"ed25519"}});
    const SshServer other;
    ScriptedQuestions nobody;
    auto options = with_file(server, name_of(server) + " " + key_of(other, "rsa") + "\n");
    options.accept_new_host_key = true;
    CHECK_THAT(refused(server, options, nobody).why(), Catch::Contains("RSA " + fingerprint(other.path("host_rsa.pub"))));
}

TEST_CASE("a revoked host key is refused although another line knows it") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto line = name_of(server) + " " + key_of(server, "ed25519") + "\n";
    CHECK_THAT(refused(server, with_file(server, line + "@revoked * " + key_of(server, "ed25519") + "\n"), nobody).why(), Catch::Contains("revoked"));
}

TEST_CASE("ECDSA and RSA keys are judged like ED25519 ones") {
    for (const std::string type : {"ecdsa", "rsa"}) {
        const SshServer server({.host_key_types = {type}});
        ScriptedQuestions nobody;
        auto options = server.options();
        CHECK(connect(server, options, nobody)->server().known_hosts_line == cat(name_of(server), " ", key_of(server, type)));
        options.known_hosts_files = {server.path("none")};
        CHECK_THAT(refused(server, options, nobody).why(), Catch::Contains(fingerprint(server.path("host_" + type + ".pub"))));
    }
}

}  // namespace nrear::transport::testing
