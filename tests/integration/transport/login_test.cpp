// SPDX-License-Identifier: GPL-3.0-or-later
// Logging in to a real server in every way, and what is said when it fails.
#include <signal.h>
#include <stdlib.h>
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

const SshServer::Setup kKeyboardInteractive{.config = {"UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication yes"}};

Error refused(const Location& location, const SshOptions& options, base::Questions& questions) {
    try {
        connect_sftp(location, options, questions, base::null_log());
    } catch (const Error& error) {
        INFO(error.what());
        CHECK(error.kind() == ErrorKind::kAuthentication);
        CHECK_THAT(error.what_failed(), Catch::Contains("nrear-test@127.0.0.1"));
        CHECK_FALSE(error.hint().empty());
        CHECK_THAT(std::string(error.what()) + error.hint(), !Catch::Contains(kPassword) && !Catch::Contains("wrong-password"));
        return error;
    }
    FAIL("logged in");
    return {ErrorKind::kGeneral, ""};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t number = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++number;
    }
    return number;
}

Location without_password(const SshServer& server) {
    auto location = server.location();
    location.password.reset();
    return location;
}

SshOptions with_key(const SshServer& server, const std::string& name) {
    auto options = server.options();
    options.identity_files = {server.path("nothing"), server.path(name)};
    return options;
}

}  // namespace

TEST_CASE("the password comes from the URL, from options, or is asked for once") {
    const SshServer server;
    ScriptedQuestions nobody;
    connect_sftp(server.location(), server.options(), nobody, base::null_log());

    auto options = server.options();
    options.password = kPassword;
    auto location = server.location();
    location.password = "wrong-password";  // the file wins over the URL
    connect_sftp(location, options, nobody, base::null_log());

    ScriptedQuestions person({kPassword});
    connect_sftp(without_password(server), server.options(), person, base::null_log());
    CHECK(person.asked == std::vector<std::string>{"Password of nrear-test@127.0.0.1: "});
}

TEST_CASE("a wrong password is tried once and said at once") {
    const SshServer server;
    ScriptedQuestions person({kPassword, kPassword});
    auto location = server.location();
    location.password = "wrong-password";
    const auto error = refused(location, server.options(), person);
    CHECK_THAT(error.why(), Catch::Contains("the password in the URL"));
    CHECK(person.asked.empty());
    CHECK(count(server.log(), "Failed password") == 1);

    ScriptedQuestions mistaken({"wrong-password", kPassword});
    CHECK_THAT(refused(without_password(server), server.options(), mistaken).why(), Catch::Contains("typed"));
    CHECK(mistaken.asked.size() == 1);
}

TEST_CASE("without a secret and without anybody to ask it says what to set") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto error = refused(without_password(server), server.options(), nobody);
    CHECK_THAT(error.hint(), Catch::Contains("--password-file") && Catch::Contains("NREAR_PASSWORD_FILE") && Catch::Contains("sftp://USER:PASSWORD@HOST/PATH") && Catch::Contains("authorized_keys of nrear-test"));
    auto location = server.location();
    location.password = "";
    refused(location, server.options(), nobody);
    ScriptedQuestions gone{std::deque<std::string>{}};  // a terminal, but end of input
    refused(without_password(server), server.options(), gone);
    CHECK(gone.asked.size() == 1);
}

TEST_CASE("a key logs in, and one that others can read is not used") {
    const SshServer server({.config = {"PasswordAuthentication no"}});
    ScriptedQuestions nobody;
    connect_sftp(without_password(server), with_key(server, "user_key"), nobody, base::null_log());
    ::chmod(server.path("user_key").c_str(), 0644);
    const auto error = refused(without_password(server), with_key(server, "user_key"), nobody);
    CHECK_THAT(error.why(), Catch::Contains("the server takes only keys") && Catch::Contains("chmod 600 " + server.path("user_key")));
    auto options = server.options();
    CHECK_THAT(refused(server.location(), options, nobody).why(), Catch::Contains("only keys"));
}

TEST_CASE("a key of an older kind") {
    const SshServer server;
    ScriptedQuestions nobody;
    for (const auto* type : {"rsa", "ecdsa"}) {
        const auto name = std::string("key_") + type;
        run({"ssh-keygen", "-q", "-t", type, "-m", "PEM", "-N", "", "-f", server.path(name)});
        base::write_file("/mnt/home/authorized_keys", base::read_file(server.path(name + ".pub")), 0644);
        connect_sftp(without_password(server), with_key(server, name), nobody, base::null_log());
    }
}

TEST_CASE("the passphrase of a key is asked for once, and only when the server wants that key") {
    const SshServer server;
    run({"ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", server.path("user_key")});
    ScriptedQuestions person({"open sesame"});
    connect_sftp(without_password(server), with_key(server, "user_key"), person, base::null_log());
    REQUIRE(person.asked.size() == 1);
    CHECK_THAT(person.asked[0], Catch::Contains("Passphrase of " + server.path("user_key")));

    ScriptedQuestions nobody;
    CHECK_THAT(refused(without_password(server), with_key(server, "user_key"), nobody).why(), Catch::Contains("it has a passphrase"));
    connect_sftp(server.location(), with_key(server, "user_key"), nobody, base::null_log());  // the password still does

    ScriptedQuestions wrong({"open", kPassword});
    connect_sftp(without_password(server), with_key(server, "user_key"), wrong, base::null_log());
    CHECK(wrong.asked.size() == 2);

    base::write_file("/mnt/home/authorized_keys", "", 0644);
    ScriptedQuestions only_password({kPassword});
    connect_sftp(without_password(server), with_key(server, "user_key"), only_password, base::null_log());
    CHECK(only_password.asked.size() == 1);
}

TEST_CASE("the agent's keys are used") {
    const SshServer server({.config = {"PasswordAuthentication no"}});
    base::PosixCommandRunner runner;
    const auto socket = server.path("agent");
    const auto started = base::run_checked(runner, {.argv = {"ssh-agent", "-s", "-a", socket}});
    const auto pid_text = started.output.substr(started.output.find("SSH_AGENT_PID=") + 14);
    const auto pid = static_cast<pid_t>(std::stol(pid_text));
    ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
    auto options = server.options();
    options.use_agent = true;
    ScriptedQuestions nobody;
    CHECK_THAT(refused(without_password(server), options, nobody).why(), Catch::Contains("there is none"));  // empty agent
    base::run_checked(runner, {.argv = {"ssh-add", "-q", server.path("user_key")}, .environment = {{"SSH_AUTH_SOCK", socket}}});
    connect_sftp(without_password(server), options, nobody, base::null_log());
    ::kill(pid, SIGTERM);
    ::setenv("SSH_AUTH_SOCK", server.path("no agent").c_str(), 1);
    refused(without_password(server), options, nobody);
    ::unsetenv("SSH_AUTH_SOCK");
}

TEST_CASE("keyboard-interactive takes the password, too") {
    const SshServer server(kKeyboardInteractive);
    ScriptedQuestions nobody;
    connect_sftp(server.location(), server.options(), nobody, base::null_log());
    auto location = server.location();
    location.password = "wrong-password";
    ScriptedQuestions person({kPassword});
    CHECK_THAT(refused(location, server.options(), person).why(), Catch::Contains("the password in the URL") || Catch::Contains("nobody is here"));
    CHECK(person.asked.empty());
    connect_sftp(without_password(server), server.options(), person, base::null_log());
    CHECK(person.asked.size() == 1);
}

TEST_CASE("a server that wants key and password gets both") {
    const SshServer server({.config = {"AuthenticationMethods publickey,password"}});
    ScriptedQuestions nobody;
    connect_sftp(server.location(), with_key(server, "user_key"), nobody, base::null_log());
    refused(without_password(server), with_key(server, "user_key"), nobody);
}

TEST_CASE("an unknown account is refused like a wrong password") {
    const SshServer server;
    ScriptedQuestions nobody;
    auto location = server.location();
    location.user = "nobody-here";
    try {
        connect_sftp(location, server.options(), nobody, base::null_log());
        FAIL("logged in");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kAuthentication);
    }
}

}  // namespace nrear::transport::testing
