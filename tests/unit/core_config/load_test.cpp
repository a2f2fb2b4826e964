// SPDX-License-Identifier: GPL-3.0-or-later
// Which files are read, in which order, and which are not trusted.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fd_stream.h"
#include "core/base/temp_dir.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;
using Catch::Matchers::Contains;
using nrear::base::TempDir;

namespace {

class Machine {
public:
    Machine() {
        nrear::base::make_directories(rear());
        files_.nrear_directory = nrear();
        files_.rear_directory = rear();
    }
    std::string rear() const { return directory_.path() + "/rear"; }
    std::string nrear() const { return directory_.path() + "/nrear"; }
    void write(const std::string& path, std::string_view text, unsigned mode = 0600) {
        ::nrear::base::write_file(path, text);
        chmod(path.c_str(), mode);
    }
    ConfigFiles& files() { return files_; }
    Configuration load() const { return nrear::config::load(files_, rear_state()); }

private:
    TempDir directory_;
    ConfigFiles files_;
};

}  // namespace

TEST_CASE("site, local and rescue in this order, later ones win") {
    Machine machine;
    machine.write(machine.rear() + "/rescue.conf", "A=rescue\nKERNEL_CMDLINE+=\" c\"\n");
    machine.write(machine.rear() + "/site.conf", "A=site\nB=site\nC=site\nKERNEL_CMDLINE+=a\n");
    machine.write(machine.rear() + "/local.conf", "A=local\nB=local\nKERNEL_CMDLINE+=\" b\"\nDIR=$CONFIG_DIR\n");
    machine.write(machine.rear() + "/other.conf", "A=other\n");
    const auto result = machine.load();
    CHECK(result.files == Strings{machine.rear() + "/site.conf", machine.rear() + "/local.conf", machine.rear() + "/rescue.conf"});
    CHECK(result.settings.scalar("A") + result.settings.scalar("B") + result.settings.scalar("C") == "rescuelocalsite");
    CHECK(result.settings.scalar("KERNEL_CMDLINE") == "a b c");
    CHECK(result.settings.scalar("DIR") == machine.rear());
    CHECK(result.settings.origin("B").text() == machine.rear() + "/local.conf:2");
}

TEST_CASE("additional files are read last, by name or path, with or without .conf") {
    Machine machine;
    machine.write(machine.rear() + "/local.conf", "A=local\n");
    machine.write(machine.rear() + "/one.conf", "A=one\nB=one\n");
    machine.write(machine.rear() + "/two", "A=two\n");
    machine.files().additional = {"one", machine.rear() + "/two"};
    CHECK(machine.load().settings.scalar("A") == "two");
    machine.files().additional = {"two", "one.conf"};
    CHECK(machine.load().settings.scalar("A") == "one");
    machine.files().additional = {"three"};
    CHECK_THROWS_WITH(machine.load(), Contains("there is neither") && Contains("three.conf"));
}

TEST_CASE("the directory: -c, else nrear's own when it holds a configuration, else ReaR's") {
    Machine machine;
    machine.write(machine.rear() + "/local.conf", "A=rear\n");
    CHECK(machine.load().settings.scalar("A") == "rear");
    nrear::base::make_directories(machine.nrear());
    CHECK(machine.load().settings.scalar("A") == "rear");
    machine.write(machine.nrear() + "/local.conf", "A=nrear\n");
    const auto both = machine.load();
    CHECK(both.settings.scalar("A") == "nrear");
    REQUIRE(both.diagnostics.size() == 2);
    CHECK_THAT(both.diagnostics.front().text(), Contains(machine.rear() + ": is not read"));
    machine.files().directory = machine.rear();
    CHECK(machine.load().settings.scalar("A") == "rear");
    machine.files().directory = machine.rear() + "/nothing";
    CHECK_THROWS_WITH(machine.load(), Contains("it does not exist"));
    machine.files().directory = machine.rear() + "/local.conf";
    CHECK_THROWS_WITH(machine.load(), Contains("it is no directory"));
}

TEST_CASE("no file at all gives the defaults") {
    Machine machine;
    const auto result = machine.load();
    CHECK(result.files.empty());
    CHECK(result.settings.scalar("OUTPUT") == "ISO");
    CHECK_FALSE(result.settings.is_set("OUTPUT"));
}

TEST_CASE("files that others could have written are refused") {
    Machine machine;
    const std::string path = machine.rear() + "/local.conf";
    machine.write(path, "OUTPUT=ISO\n", 0666);
    CHECK_THROWS_WITH(machine.load(), path + " cannot be trusted: everybody can write it");
    machine.write(path, "OUTPUT=ISO\n", 0644);
    CHECK_NOTHROW(machine.load());
    chmod(machine.rear().c_str(), 0777);
    CHECK_THROWS_WITH(machine.load(), machine.rear() + " cannot be trusted: everybody can write it");
    chmod(machine.rear().c_str(), 0755);
    if (geteuid() == 0) {
        REQUIRE(chown(path.c_str(), 65534, 65534) == 0);
        CHECK_THROWS_WITH(machine.load(), path + " cannot be trusted: it belongs to user 65534, not to root");
        REQUIRE(chown(path.c_str(), 0, 65534) == 0);
        chmod(path.c_str(), 0660);
        CHECK_THROWS_WITH(machine.load(), path + " cannot be trusted: group 65534 can write it");
    }
}

TEST_CASE("a password that everybody can read is said, once a file") {
    Machine machine;
    const std::string path = machine.rear() + "/local.conf";
    const std::string text = "OUTPUT=ISO\nOUTPUT_URL=sftp://backup:geheim@host/x/\nTTY_ROOT_PASSWORD=geheim\n";
    machine.write(path, text, 0644);
    const auto warned = warnings(machine.load());
    REQUIRE(warned.size() == 2);
    CHECK(warned[0] == "2: OUTPUT_URL holds a password and everybody on this machine can read the file: chmod 600 " + path);
    machine.write(path, text, 0640);
    CHECK(warnings(machine.load()).size() == 1);
    machine.write(path, "OUTPUT_URL=sftp://backup@host/x/\n", 0644);
    CHECK(warnings(machine.load()).empty());
}

TEST_CASE("errors name the file") {
    Machine machine;
    machine.write(machine.rear() + "/site.conf", "OUTPUT=ISO\n");
    machine.write(machine.rear() + "/local.conf", "OUTPUT = ISO\n");
    CHECK_THROWS_WITH(machine.load(), Contains(machine.rear() + "/local.conf:1: "));
    machine.write(machine.rear() + "/local.conf", std::string((1U << 20U) + 1, '\n'));
    CHECK_THROWS_WITH(machine.load(), Contains("larger than"));
    unlink((machine.rear() + "/local.conf").c_str());
    REQUIRE(mkdir((machine.rear() + "/local.conf").c_str(), 0700) == 0);
    CHECK_THROWS_WITH(machine.load(), Contains("no regular file"));
}
