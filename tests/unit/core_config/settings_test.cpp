// SPDX-License-Identifier: GPL-3.0-or-later
// Typed access, secrets, the table of settings, URLs.
#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <set>

#include "core/base/fd_stream.h"
#include "core/config/setting_names.h"
#include "core/config/setting_table.h"
#include "core/config/url.h"
#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;

TEST_CASE("truth as ReaR sees it") {
    Settings settings;
    const auto is = [&](const char* value) {
        settings.set_scalar("X", value, {});
        return settings.is_true("X") ? "true" : settings.is_false("X") ? "false" : "neither";
    };
    for (const auto* value : {"t", "T", "y", "Y", "yes", "YES", "true", "True", "1"}) {
        CHECK(is(value) == std::string("true"));
    }
    for (const auto* value : {"f", "F", "n", "N", "no", "No", "false", "False", "0"}) {
        CHECK(is(value) == std::string("false"));
    }
    for (const auto* value : {"", " yes", "ye", "on", "off", "2", "-", "yess"}) {
        CHECK(is(value) == std::string("neither"));
    }
    CHECK_FALSE(settings.is_true("UNSET"));
    CHECK_FALSE(settings.is_false("UNSET"));
}

TEST_CASE("numbers") {
    Settings settings;
    settings.set_scalar("X", "300", {});
    CHECK(settings.number("X") == 300U);
    CHECK_FALSE(settings.number("Y"));
    settings.set_scalar("X", "3 s", {.file = "/f", .line = 7});
    CHECK_THROWS_WITH(settings.number("X"), "/f:7: X=3 s: is not a whole number");
}

TEST_CASE("secrets by name and inside values") {
    for (const auto* name : {"BACKUP_PROG_CRYPT_KEY", "SSH_ROOT_PASSWORD", "TTY_ROOT_PASSWORD", "OUTPUT_LFTP_PASSWORD", "BORG_PASSPHRASE", "ZYPPER_ROOT_PASSWORD"}) {
        CHECK(masked(name, "geheim") == "***");
        CHECK(masked(name, "").empty());
    }
    CHECK(masked("SECRET_OUTPUT_DEV", "null") == "null");
    CHECK(masked("OUTPUT_URL", "sftp://u:p@ss@h:22/d@x") == "sftp://u:***@h:22/d@x");
    CHECK(masked("OUTPUT_URL", "sftp://u@h/d") == "sftp://u@h/d");
    CHECK(masked("OUTPUT_URL", "sftp://h:2222/a@b") == "sftp://h:2222/a@b");
    CHECK(masked("OUTPUT_URL", "sftp://u:pa/ss@h/d") == "sftp://u:***@h/d");
    CHECK(masked("BACKUP_URL", "nfs://[fd00::1]/a@b") == "nfs://[fd00::1]/a@b");
    CHECK(masked("BACKUP_OPTIONS", "username=u,password=p,vers=3") == "username=u,password=***,vers=3");
    CHECK(masked("BACKUP_OPTIONS", "compass=x,pass=") == "compass=x,pass=");
    CHECK(masked("PRE_RECOVERY_SCRIPT", "curl https://u:p@h/x") == "curl https://u:***@h/x");
}

TEST_CASE("secrets of all settings, for the log") {
    const auto settings = read("OUTPUT_URL=sftp://u:in-the-url@h/d\nTTY_ROOT_PASSWORD=by-name\nA=plain\n").settings;
    CHECK(settings.secrets() == Strings{"in-the-url", "by-name"});
}

TEST_CASE("what is made of a secret is one, but for URLs, which hide their own") {
    const auto settings = read("PASS='long secret'\nA=\"x $PASS\"\nB=( 1 $A )\nBACKUP_URL=sftp://u:$PASS@h/d\n").settings;
    CHECK(settings.shown("A", settings.scalar("A")) == "***");
    CHECK(settings.shown("B", "secret") == "***");
    CHECK(settings.shown("BACKUP_URL", settings.scalar("BACKUP_URL")) == "sftp://u:***@h/d");
    const auto grouped = read("{ BACKUP_URL=sftp://u@h/d ; } 2>>/dev/null\n").settings;
    CHECK(grouped.shown("OUTPUT_URL", grouped.scalar("OUTPUT_URL")) == "***");
}

TEST_CASE("URLs as ReaR cuts them") {
    const auto url = split_url("sftp://backup:p@ss:w0rd#1@10.0.0.1:2222/data/backup");
    REQUIRE(url);
    CHECK(url->scheme == "sftp");
    CHECK(url->user == "backup");
    CHECK(url->password == "p@ss:w0rd#1");
    CHECK(url->host == "10.0.0.1");
    CHECK(url->port == "2222");
    CHECK(url->path == "/data/backup");
    const auto six = split_url("nfs://[fd00:fd00:fd00:2000::1]/ctl_plane_backups");
    REQUIRE(six);
    CHECK(six->host == "fd00:fd00:fd00:2000::1");
    CHECK_FALSE(six->port);
    CHECK(split_url("sshfs://[::1]:22/x")->port == "22");
    CHECK(split_url("cifs://dom;user@h/share")->user == "dom;user");
    CHECK(split_url("file:///srv")->path == "/srv");
    CHECK(split_url("rsync://root@host::/module")->host == "host:");
    CHECK(split_url("sftp://host")->path.empty());
    CHECK_FALSE(split_url("null"));
}

TEST_CASE("the table of settings") {
    std::set<std::string_view> names;
    for (const auto& known : known_settings()) {
        CHECK(names.insert(known.name).second);
        const bool explained = known.effect == Effect::kUsed || !known.remark.empty();
        CHECK(explained);
        if (known.shape == Shape::kArray && !known.name.ends_with('*')) {
            CHECK(known.value.starts_with('('));
        }
    }
    const auto defaults = read("");
    CHECK(defaults.diagnostics.empty());
    CHECK(defaults.settings.array("BACKUP_PROG_EXCLUDE") == default_excludes_and({}));
    CHECK(defaults.settings.scalar("USER_INPUT_TIMEOUT") == "300");
    CHECK(defaults.settings.scalar("ISO_DEFAULT") == "boothd");
    CHECK(shape_of("BACKUP_PROG_EXCLUDE") == Shape::kArray);
    CHECK(shape_of("COPY_AS_IS_BORG") == Shape::kArray);
    CHECK(shape_of("MY_OWN") == Shape::kEither);
    CHECK(find_known("COPY_AS_IS_EXCLUDE")->name == "COPY_AS_IS_EXCLUDE");
    CHECK(find_known("MY_OWN") == nullptr);
    for (const auto& [name, successor] : legacy_names()) {
        CHECK(find_known(successor) != nullptr);
    }
}

TEST_CASE("a setting that the table calls used is used somewhere") {
    std::string sources;
    for (const auto* folder : {"cli", "rescue", "core/config"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(NREAR_SOURCE_DIR) / folder)) {
            const std::string path = entry.path().string();
            if (path.ends_with(".cpp") && !path.ends_with("setting_table.cpp")) {
                sources += nrear::base::read_file(path);
            }
        }
    }
    for (const auto& known : known_settings()) {
        if (known.effect == Effect::kUsed) {
            INFO(known.name);
            CHECK(sources.find(nrear::base::cat('"', known.name, '"')) != std::string::npos);
        }
    }
}

TEST_CASE("what this machine gives") {
    const auto environment = this_environment("mkbackup");
    CHECK(environment.hostname.find('.') == std::string::npos);
    CHECK_FALSE(environment.hostname.empty());
    CHECK(environment.home_of("root") == "/root");
    CHECK_FALSE(environment.home_of("no-such-user-here"));
    CHECK(environment.now > 1600000000);
    CHECK(load_text("A=$HOSTNAME\n", "x", environment).settings.scalar("A") == environment.hostname);
}
