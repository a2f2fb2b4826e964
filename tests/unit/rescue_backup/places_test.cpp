// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "rescue/backup/places.h"

using namespace nrear;
using namespace nrear::backup;

namespace {

PlaceSettings tripleo() {
    PlaceSettings settings;
    settings.output_url = "sftp://backup:backup@undercloud-0/data/backup/";
    settings.backup_url = "sshfs://backup@undercloud-0/data/backup/";
    settings.output_prefix = "controller-0";
    settings.archive_name = "backup";
    settings.archive_suffix = ".tar.gz";
    settings.iso_prefix = "rear-controller-0";
    settings.iso_dir = "/var/lib/nrear/output";
    settings.log_name = "rear-controller-0.log";
    return settings;
}

}  // namespace

TEST_CASE("the TripleO document's files land where ReaR puts them") {
    const auto places = places_of(tripleo());
    CHECK(places.iso_path == "/data/backup/rear-controller-0.iso");
    CHECK(places.archive_path == "/data/backup/controller-0/backup.tar.gz");
    CHECK(places.file_list_path == "/data/backup/controller-0/backup.log");
    CHECK(places.record_path == "/data/backup/controller-0/backup.json");
    CHECK(places.run_log_path == "/data/backup/rear-controller-0.log");
    CHECK(places.local_iso_path == "/var/lib/nrear/output/rear-controller-0.iso");
    CHECK(places.backup.same_account(places.output));
}

TEST_CASE("an sshfs output gets a directory for the host, an sftp output does not") {
    auto settings = tripleo();
    settings.output_url = "sshfs://root@10.1.2.3/dbar/";
    CHECK(places_of(settings).iso_path == "/dbar/controller-0/rear-controller-0.iso");
    settings.output_url = "";
    CHECK(places_of(settings).iso_path == "/data/backup/controller-0/rear-controller-0.iso");
    settings.backup_url = "sftp://backup@h/";
    CHECK(places_of(settings).iso_path == "/rear-controller-0.iso");
    CHECK(places_of(settings).archive_path == "/controller-0/backup.tar.gz");
}

TEST_CASE("the historical mode's names are kept") {
    auto settings = tripleo();
    settings.archive_name = "controller-0-202211220101";
    settings.iso_prefix = "controller-0-202211220101";
    settings.netfs_prefix = "nodes/c0";
    const auto places = places_of(settings);
    CHECK(places.archive_path == "/data/backup/nodes/c0/controller-0-202211220101.tar.gz");
    CHECK(places.record_path == "/data/backup/nodes/c0/controller-0-202211220101.json");
    CHECK(places.iso_path == "/data/backup/controller-0-202211220101.iso");
}

TEST_CASE("no URL at all is a configuration error that says what to set") {
    auto settings = tripleo();
    settings.output_url = settings.backup_url = "";
    try {
        places_of(settings);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::kConfig);
        CHECK(error.hint().find("BACKUP_URL=") != std::string::npos);
    }
}
