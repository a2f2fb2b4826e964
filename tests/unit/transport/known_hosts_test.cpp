// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/known_hosts.h"

#include <catch2/catch.hpp>

#include "transport/ssh_connection.h"

namespace nrear::transport {

namespace {

const std::string kKeyA = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
const std::string kKeyB = "AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";
const std::string kRsa = "AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7";

std::vector<KnownHost> find(const std::string& text, std::string_view host = "undercloud-0", std::uint16_t port = 22) {
    return find_known_hosts(text, "/root/.ssh/known_hosts", host, port);
}

KnownHost known(const std::string& type, const std::string& key, bool revoked = false) { return {{type, key}, revoked, "file", 1}; }

}  // namespace

TEST_CASE("names in known_hosts") {
    CHECK(known_hosts_name("Undercloud-0", 22) == "undercloud-0");
    CHECK(known_hosts_name("undercloud-0", 2222) == "[undercloud-0]:2222");
    CHECK(known_hosts_name("fd00::1", 22) == "fd00::1");
}

TEST_CASE("lines about a host are found with their file and number") {
    const auto found = find("# comment\n\nother ssh-ed25519 " + kKeyB + "\nundercloud-0,192.0.2.1 ssh-ed25519 " + kKeyA + " comment here\n\tundercloud-0\tssh-rsa " + kRsa + "\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].key.type == "ssh-ed25519");
    CHECK(found[0].key.base64 == kKeyA);
    CHECK(found[0].file == "/root/.ssh/known_hosts");
    CHECK(found[0].line == 4);
    CHECK(found[1].line == 5);
    CHECK(find("UNDERCLOUD-0 ssh-ed25519 " + kKeyA).size() == 1);
}

TEST_CASE("a port that is not 22 stands in the name") {
    const auto text = "undercloud-0 ssh-ed25519 " + kKeyA + "\n[undercloud-0]:2222 ssh-ed25519 " + kKeyB + "\n";
    REQUIRE(find(text, "undercloud-0", 22).size() == 1);
    CHECK(find(text, "undercloud-0", 22)[0].line == 1);
    REQUIRE(find(text, "undercloud-0", 2222).size() == 1);
    CHECK(find(text, "undercloud-0", 2222)[0].line == 2);
    CHECK(find(text, "undercloud-0", 2223).empty());
}

TEST_CASE("patterns and exceptions") {
    const auto line = [](const std::string& names) { return names + " ssh-ed25519 " + kKeyA; };
    CHECK(find(line("*")).size() == 1);
    CHECK(find(line("undercloud-?")).size() == 1);
    CHECK(find(line("under*-0")).size() == 1);
    CHECK(find(line("under*-1")).empty());
    CHECK(find(line("undercloud")).empty());
    CHECK(find(line("undercloud-0x")).empty());
    CHECK(find(line("*,!undercloud-0")).empty());
    CHECK(find(line("!undercloud-1,*")).size() == 1);
    CHECK(find(line("!undercloud-0")).empty());
}

TEST_CASE("hashed names, as ssh-keygen -H makes them") {
    // echo "undercloud-0 ssh-ed25519 …" > f; ssh-keygen -H -f f; the same with [undercloud-0]:2222
    const std::string plain_port = "|1|VIyEGZ66+1iFGBHvdSY0r9OocEg=|4bubMUPG75dslRUDePTs42ZX3jU=";
    const std::string other_port = "|1|Gdz5jXjmGREnHpofvm3KZ1429Tw=|MxqVBbOVu4q+4NnylLdNDJ7444E=";
    const auto text = plain_port + " ssh-ed25519 " + kKeyA + "\n" + other_port + " ssh-ed25519 " + kKeyB + "\n";
    REQUIRE(find(text).size() == 1);
    CHECK(find(text)[0].line == 1);
    REQUIRE(find(text, "undercloud-0", 2222).size() == 1);
    CHECK(find(text, "undercloud-0", 2222)[0].line == 2);
    CHECK(find(text, "undercloud-1").empty());
    CHECK(find("|1|broken ssh-ed25519 " + kKeyA).empty());
    CHECK(find("|2|a|b ssh-ed25519 " + kKeyA).empty());
}

TEST_CASE("markers and lines without sense") {
    CHECK(find("@cert-authority * ssh-ed25519 " + kKeyA).empty());
    REQUIRE(find("@revoked * ssh-ed25519 " + kKeyA).size() == 1);
    CHECK(find("@revoked * ssh-ed25519 " + kKeyA)[0].revoked);
    CHECK(find("undercloud-0").empty());
    CHECK(find("undercloud-0 ssh-ed25519").empty());
    CHECK(find("undercloud-0 ssh-ed25519 not*base64*at*all*here").empty());
    CHECK(find("@revoked").empty());
    CHECK(find(std::string("\0\xff\n|\n,,, ssh-ed25519 ", 21) + kKeyA).empty());
}

TEST_CASE("known key types are asked for first, SHA-1 never") {
    CHECK(host_key_algorithms({}) == "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256");
    CHECK(host_key_algorithms({known("ssh-rsa", kRsa)}) == "rsa-sha2-512,rsa-sha2-256,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521");
    CHECK(host_key_algorithms({known("ssh-rsa", kRsa, true), known("ssh-dss", kRsa)}) == host_key_algorithms({}));
}

TEST_CASE("judging a key") {
    const HostKey shown{"ssh-ed25519", kKeyA};
    CHECK(judge_host_key({}, shown).verdict == HostKeyVerdict::kUnknown);
    CHECK(judge_host_key({known("ssh-ed25519", kKeyA)}, shown).verdict == HostKeyVerdict::kKnown);
    CHECK(judge_host_key({known("ssh-ed25519", kKeyB), known("ssh-ed25519", kKeyA)}, shown).verdict == HostKeyVerdict::kKnown);
    const auto changed = judge_host_key({known("ssh-rsa", kRsa), known("ssh-ed25519", kKeyB)}, shown);
    CHECK(changed.verdict == HostKeyVerdict::kChanged);
    CHECK(changed.because->key.type == "ssh-ed25519");
    CHECK(judge_host_key({known("ssh-rsa", kRsa)}, shown).verdict == HostKeyVerdict::kChanged);
    CHECK(judge_host_key({known("ssh-ed25519", kKeyA), known("ssh-ed25519", kKeyA, true)}, shown).verdict == HostKeyVerdict::kRevoked);
    CHECK(judge_host_key({known("ssh-ed25519", kKeyB, true)}, shown).verdict == HostKeyVerdict::kUnknown);
}

TEST_CASE("fingerprints are those of ssh-keygen -l") {
    CHECK(fingerprint_of({"ssh-ed25519", kKeyA}) == "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA");
    CHECK(fingerprint_of({"ssh-ed25519", "AAAA"}) == "(unreadable)");
    CHECK(fingerprint_of({"strange", kKeyA}) == "(unreadable)");
}

}  // namespace nrear::transport
