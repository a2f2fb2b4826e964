// SPDX-License-Identifier: GPL-3.0-or-later
// Settings as an operator writes them, and the option structs that the rooms below get.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/config/load.h"
#include "rescue/backup/options.h"

using namespace nrear;
using namespace nrear::backup;
using Words = std::vector<std::string>;

namespace {

config::Settings settings_of(const std::string& text) {
    config::Environment environment;
    environment.hostname = environment.full_hostname = "controller-0";
    return config::load_text(text, "local.conf", environment).settings;
}

const std::string kTripleO = "OUTPUT=ISO\nOUTPUT_URL=sftp://backup:backup@undercloud-0/data/backup/\nBACKUP=NETFS\n"
                             "BACKUP_URL=sshfs://backup@undercloud-0/data/backup/\nBACKUP_PROG_COMPRESS_OPTIONS=( --gzip )\n"
                             "BACKUP_PROG_COMPRESS_SUFFIX=\".gz\"\nBACKUP_PROG_EXCLUDE=( '/tmp/*' '/data/*' )\n";

}  // namespace

TEST_CASE("the TripleO configuration, as far as the files on the server") {
    const auto places = places_of(place_settings(settings_of(kTripleO)));
    CHECK(places.iso_path == "/data/backup/rear-controller-0.iso");
    CHECK(places.archive_path == "/data/backup/controller-0/backup.tar.gz");
    CHECK(places.backup.text() == "sshfs://backup@undercloud-0/data/backup/");
}

TEST_CASE("our own directories are left out whatever BACKUP_PROG_EXCLUDE says") {
    layout::Layout layout;
    const auto selection = selection_settings(settings_of(kTripleO), layout);
    CHECK(selection.exclude == Words{"/tmp/*", "/data/*"});
    CHECK(std::find(selection.own_directories.begin(), selection.own_directories.end(), "/var/lib/nrear/output") != selection.own_directories.end());
    CHECK(std::find(selection.own_directories.begin(), selection.own_directories.end(), "/var/log/nrear") != selection.own_directories.end());
}

TEST_CASE("subvolumes are archived where they are seen, each once, and snapshots not at all") {
    layout::Layout layout;
    layout::BtrfsFilesystem btrfs{.path = "/dev/vda1", .subvolumes = {{.id = 256, .path = "@", .place = "/"}, {.id = 257, .path = "@/nest", .place = "/nest"}, {.id = 258, .path = "@old"},
                                                                     {.id = 259, .path = "@home", .place = "/home"}},
                                  .left_out = {"/.snapshots/2/snapshot"}};
    layout.nodes = {{"fs:vda1", {}, btrfs}, {"mount:/", {"fs:vda1"}, layout::Mount{.mount_point = "/", .path = "/dev/vda1", .type = "btrfs"}},
                    {"mount:/home", {"fs:vda1"}, layout::Mount{.mount_point = "/home", .path = "/dev/vda1", .type = "btrfs"}}};
    const auto selection = select_trees(selection_settings(settings_of(kTripleO), layout));
    CHECK(selection.trees == Words{"/", "/home"});
    CHECK(selection.subvolumes == Words{"/nest"});
    CHECK(selection.left_out == Words{"/.snapshots/2/snapshot"});
}

TEST_CASE("the content of swap files stays out of the backup") {
    layout::Layout layout;
    layout.nodes = {{"mount:/", {}, layout::Mount{.mount_point = "/", .path = "/dev/vda1", .type = "ext4"}}, {"swapfile:/my swap", {"mount:/"}, layout::SwapFile{.path = "/my swap"}}};
    const auto never = select_trees(selection_settings(settings_of(kTripleO), layout)).never;
    CHECK(std::count(never.begin(), never.end(), "/my swap") == 1);
}

TEST_CASE("EXCLUDE_BACKUP takes mount points, devices and volume groups, as ReaR does") {
    layout::Layout layout;
    layout::VolumeGroup group;
    group.name = "vg1";
    layout.nodes = {{"part:vda1", {}, layout::Partition{.path = "/dev/vda1"}}, {"part:vda2", {}, layout::Partition{.path = "/dev/vda2"}}, {"vg:vg1", {}, group},
                    {"mount:/", {"part:vda1"}, layout::Mount{.mount_point = "/"}}, {"mount:/data", {"part:vda2"}, layout::Mount{.mount_point = "/data"}},
                    {"mount:/sap", {"vg:vg1"}, layout::Mount{.mount_point = "/sap"}}, {"mount:/crash", {"part:vda1"}, layout::Mount{.mount_point = "/crash"}}};
    const auto selection = select_trees(selection_settings(settings_of(kTripleO + "EXCLUDE_BACKUP=( /dev/vda2 /dev/vg1 fs:/crash /var/log )\n"), layout));
    CHECK(selection.trees == Words{"/"});
    CHECK(selection.notes.size() == 1);
    CHECK_THAT(selection.notes.at(0), Catch::Contains("'/var/log' has no effect"));
}

TEST_CASE("a backup that is kept on this machine does not hold itself, nor the one before") {
    const auto own = selection_settings(settings_of("OUTPUT=ISO\nBACKUP=NETFS\nBACKUP_URL=file:///srv/backup/\n"), {}).own_directories;
    for (const char* path : {"/srv/backup/controller-0/backup.tar.gz", "/srv/backup/controller-0/backup.tar.gz.nrear-new", "/srv/backup/controller-0.old/backup.tar.gz",
                             "/srv/backup/controller-0/rear-controller-0.iso"}) {
        CHECK(std::find(own.begin(), own.end(), path) != own.end());
    }
    // What else lies in that directory is the operator's.
    CHECK(std::find(own.begin(), own.end(), "/srv/backup") == own.end());
}

TEST_CASE("a place on a file system that recover makes anew is lost with the machine") {
    layout::Layout layout;
    layout.nodes = {{"mount:/", {}, layout::Mount{.mount_point = "/", .path = "/dev/vda1", .type = "ext4"}},
                    {"mount:/srv", {}, layout::Mount{.mount_point = "/srv", .path = "/dev/vda2", .type = "ext4"}}};
    const std::vector<base::MountEntry> mounts{{"/", "ext4", "/dev/vda1"}, {"/srv", "ext4", "/dev/vda2"}, {"/srv/share", "nfs", "nas:/x"}};
    const auto lost = [&](const std::string& url) { return lost_with_machine(places_of(place_settings(settings_of("BACKUP_URL=" + url + "\n"))), layout, mounts); };
    CHECK(lost("file:///srv/backup") == Words{"/srv"});
    CHECK(lost("file:///srvbackup") == Words{"/"});
    CHECK(lost("file:///srv/share/backup").empty());
    CHECK(lost("sftp://u@h/srv").empty());
}

TEST_CASE("how the archive is packed follows suffix and options") {
    using archive::Codec;
    using archive::Compression;
    const auto packing = [](const std::string& options, const std::string& suffix) {
        const auto found = pack_options(settings_of("BACKUP_PROG_COMPRESS_OPTIONS=( " + options + " )\nBACKUP_PROG_COMPRESS_SUFFIX=" + suffix + "\n")).compression;
        return std::pair(found.codec, found.level);
    };
    CHECK(pack_options(settings_of(kTripleO)).compression.codec == Codec::kAdaptive);
    CHECK(packing("'--use-compress-program=pigz -p 4'", ".gz").first == Codec::kAdaptive);
    CHECK(packing("'--use-compress-program=pigz -9'", ".gz") == std::pair(Codec::kGzipSmall, 9));
    CHECK(packing("--gzip -6", ".gz") == std::pair(Codec::kGzipSmall, 6));
    CHECK(packing("-I 'gzip --fast'", ".gz") == std::pair(Codec::kGzipFast, 1));
    CHECK(packing("--zstd", ".zst") == std::pair(Codec::kZstd, 3));
    CHECK(packing("--use-compress-program='zstd -T0 -11'", ".zst") == std::pair(Codec::kZstd, 11));
    CHECK(packing("", "").first == Codec::kNone);
    // Each level that can be asked for is one that the codec has.
    for (int level = 1; level <= 9; ++level) {
        const auto options = pack_options(settings_of("BACKUP_PROG_COMPRESS_OPTIONS=( --gzip -" + std::to_string(level) + " )\n"));
        CHECK_NOTHROW(archive::make_block_compressor(options.compression));
    }
}

TEST_CASE("a .tgz is packed, though its suffix is not the one of compression") {
    CHECK(pack_options(settings_of("BACKUP_PROG_SUFFIX=.tgz\nBACKUP_PROG_COMPRESS_SUFFIX=\n")).compression.codec == archive::Codec::kAdaptive);
}

TEST_CASE("THREADS and NICE") {
    CHECK(pack_options(settings_of("")).threads == 0);
    CHECK(pack_options(settings_of("")).nice == 10);
    CHECK(pack_options(settings_of("THREADS=3\nNICE=0\n")).threads == 3);
    CHECK(pack_options(settings_of("THREADS=3\nNICE=0\n")).nice == 0);
    CHECK(pack_options(settings_of("NICE=\n")).nice == 0);
    const std::string pigz = "BACKUP_PROG_COMPRESS_OPTIONS=( --use-compress-program='pigz -p 4' )\n";
    CHECK(pack_options(settings_of(pigz)).threads == 4);
    CHECK(pack_options(settings_of(pigz + "THREADS=2\n")).threads == 2);
    CHECK_THROWS_WITH(pack_options(settings_of("NICE=20\n")), Catch::Contains("NICE=20: is more than 19"));
    CHECK_THROWS_AS(pack_options(settings_of("THREADS=many\n")), Error);
}

TEST_CASE("consoles of the node come back in their order") {
    CHECK(consoles_of("root=UUID=1 console=tty0 quiet console=ttyS0,115200n8") == Words{"tty0", "ttyS0,115200n8"});
    CHECK(consoles_of("root=/dev/vda1 noconsole=1").empty());
}

TEST_CASE("the menu gets KERNEL_CMDLINE and the parameters that are copied from the node") {
    layout::Host host;
    host.name = "controller-0";
    host.kernel_command_line = "root=UUID=1 net.ifnames=0 biosdevname=0 quiet console=ttyS0";
    const auto menu = menu_options(settings_of(kTripleO + "KERNEL_CMDLINE=\"unattended\"\nISO_DEFAULT=automatic\n"), host, "0.1.0", "6.1.0", "today");
    CHECK(menu.iso_default == "automatic");
    CHECK(menu.kernel_cmdline.find("unattended") != std::string::npos);
    CHECK(menu.kernel_cmdline.find("net.ifnames=0 biosdevname=0") != std::string::npos);
    CHECK(menu.kernel_cmdline.find("quiet") == std::string::npos);
    CHECK(menu.consoles == Words{"ttyS0"});
}

TEST_CASE("the rescue record holds no password") {
    const auto settings = settings_of(kTripleO + "POST_RECOVERY_SCRIPT=poweroff\nEXCLUDE_RESTORE=( /a /b )\nUSER_INPUT_TIMEOUT=10\nISO_VOLID=OURS\nWRITE_PROTECTED_IDS=( u-1 )\nWRITE_PROTECTED_FS_LABEL_PATTERNS=( 'REAR*' )\n");
    auto places = places_of(place_settings(settings));
    places.backup.password = "hidden-word";
    layout::Host host;
    host.name = "controller-0";
    const auto record = rescue_record(settings, host, places);
    CHECK(record.backup_url == "sshfs://backup@undercloud-0/data/backup/");
    CHECK(record.post_recovery_script == "poweroff");
    CHECK(record.exclude_restore == Words{"/a", "/b"});
    CHECK(record.user_input_timeout_seconds == 10);
    CHECK(record.rescue_volume_id == "OURS");
    CHECK(record.write_protected_ids == Words{"u-1"});
    CHECK(record.write_protected_label_patterns == Words{"REAR*"});
    CHECK(record::to_json(record).find("hidden-word") == std::string::npos);
}
