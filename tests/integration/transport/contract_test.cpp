// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of Transport, held by a real sshd: with OpenSSH's extensions, without them, with SFTP's smallest requests.
#include "tests/contract/transport_contract.h"

#include "tests/integration/transport/scripted_questions.h"
#include "tests/integration/transport/ssh_server.h"
#include "transport/lasting_transport.h"

namespace nrear::transport::testing {

TEST_CASE("SFTP keeps the contract with OpenSSH's extensions") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto transport = connect_sftp(server.location(), server.options(), nobody, base::null_log());
    contract::hold_transport_contract(*transport, fresh_directory());
    contract::hold_resumable_contract(*transport, fresh_directory());
    CHECK(transport->warnings().empty());
    CHECK(transport->description() == "nrear-test@127.0.0.1 (127.0.0.1) by SFTP");
}

TEST_CASE("SFTP keeps the contract with a server that has no extensions") {
    const SshServer server({.sftp_command = "internal-sftp -P posix-rename,fsync,statvfs,fstatvfs,limits,hardlink,lsetstat,expand-path,copy-data"});
    ScriptedQuestions nobody;
    const auto transport = connect_sftp(server.location(), server.options(), nobody, base::null_log());
    contract::hold_transport_contract(*transport, fresh_directory(), false);
    contract::hold_resumable_contract(*transport, fresh_directory());
    REQUIRE(transport->warnings().size() == 2);
    CHECK_THAT(transport->warnings()[0], Catch::Contains("fsync@openssh.com"));
    CHECK_THAT(transport->warnings()[1], Catch::Contains("posix-rename@openssh.com"));
}

TEST_CASE("the lasting transport over SFTP keeps the contract") {
    const SshServer server;
    ScriptedQuestions nobody;
    const auto connect = [&] { return connect_sftp(server.location(), server.options(), nobody, base::null_log()); };
    LastingTransport transport(connect(), connect, {});
    contract::hold_transport_contract(transport, fresh_directory());
}

}  // namespace nrear::transport::testing
