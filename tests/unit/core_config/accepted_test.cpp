// SPDX-License-Identifier: GPL-3.0-or-later
// Real configuration files that must mean exactly what bash makes of them.
#include <catch2/catch.hpp>

#include "tests/unit/core_config/rear_state.h"

using namespace nrear::config;

TEST_CASE("TripleO document") {
    const auto result = read(R"(OUTPUT=ISO
OUTPUT_URL=sftp://backup:backup@undercloud-0/data/backup/
BACKUP=NETFS
BACKUP_URL=sshfs://backup@undercloud-0/data/backup/
BACKUP_PROG_COMPRESS_OPTIONS=( --gzip )
BACKUP_PROG_COMPRESS_SUFFIX=".gz"
BACKUP_PROG_EXCLUDE=( '/tmp/*' '/data/*' )
)");
    const auto& settings = result.settings;
    CHECK(warnings(result).empty());
    CHECK(settings.scalar("OUTPUT") == "ISO");
    CHECK(settings.scalar("OUTPUT_URL") == "sftp://backup:backup@undercloud-0/data/backup/");
    CHECK(settings.scalar("BACKUP") == "NETFS");
    CHECK(settings.scalar("BACKUP_URL") == "sshfs://backup@undercloud-0/data/backup/");
    CHECK(settings.array("BACKUP_PROG_COMPRESS_OPTIONS") == Strings{"--gzip"});
    CHECK(settings.scalar("BACKUP_PROG_COMPRESS_SUFFIX") == ".gz");
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/tmp/*", "/data/*"});
    CHECK(settings.scalar("ISO_PREFIX") == "rear-controller-0");
    CHECK(settings.scalar("NETFS_PREFIX") == "controller-0");
    CHECK(settings.origin("BACKUP_PROG_EXCLUDE").text() == "/etc/rear/local.conf:7");
    CHECK(settings.origin("ISO_PREFIX").text() == "default");
}

TEST_CASE("BACKUP_URL without BACKUP means NETFS and is said") {
    const auto result = read(R"(OUTPUT=ISO
OUTPUT_URL=sftp://backup:backup@undercloud-0/data/backup/
BACKUP_URL=sftp://backup:backup@undercloud-0/data/backup/
)");
    CHECK(result.settings.scalar("BACKUP") == "NETFS");
    CHECK(warnings(result) == Strings{"3: BACKUP_URL without BACKUP: taken as BACKUP=NETFS, add that line"});
    CHECK(read("OUTPUT=ISO\n").settings.scalar("BACKUP") == "REQUESTRESTORE");
}

namespace {

constexpr const char* kTripleoRole = R"(# This configuration file is generated automatically
export TMPDIR="${TMPDIR-/var/tmp}"
ISO_DEFAULT="automatic"
OUTPUT=ISO
BACKUP=NETFS
BACKUP_PROG_COMPRESS_OPTIONS=( --gzip)
BACKUP_PROG_COMPRESS_SUFFIX=".gz"
OUTPUT_URL=nfs://192.168.24.1/ctl_plane_backups
ISO_PREFIX=controller-0
BACKUP_URL=nfs://192.168.24.1/ctl_plane_backups
BACKUP_PROG_CRYPT_ENABLED=False
NETWORKING_PREPARATION_COMMANDS=('ip l a br-ex type bridge' 'ip l s ens3 up' 'ip l s br-ex up' 'ip l s ens3 master br-ex' 'dhclient br-ex')
BACKUP_PROG_OPTIONS+=( --anchored --xattrs-include='*.*' --xattrs )
BACKUP_PROG_EXCLUDE=( '/data/*' '/tmp/*' '/ctl_plane_backups/*' '/var/lib/nova/instances/*' )
EXCLUDE_RECREATE+=( "/dev/cinder-volumes" )
USING_UEFI_BOOTLOADER=1
)";

}  // namespace

TEST_CASE("tripleo-ansible role") {
    const auto result = read(kTripleoRole);
    const auto& settings = result.settings;
    CHECK(warnings(result).empty());
    CHECK(settings.scalar("TMPDIR") == "/var/tmp");
    CHECK(settings.array("BACKUP_PROG_COMPRESS_OPTIONS") == Strings{"--gzip"});
    CHECK(settings.scalar("ISO_PREFIX") == "controller-0");
    CHECK(settings.is_false("BACKUP_PROG_CRYPT_ENABLED"));
    CHECK(settings.array("NETWORKING_PREPARATION_COMMANDS") == Strings{"ip l a br-ex type bridge", "ip l s ens3 up", "ip l s br-ex up",
                                                                       "ip l s ens3 master br-ex", "dhclient br-ex"});
    CHECK(settings.array("BACKUP_PROG_OPTIONS") == Strings{"--anchored", "--anchored", "--xattrs-include=*.*", "--xattrs"});
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/data/*", "/tmp/*", "/ctl_plane_backups/*", "/var/lib/nova/instances/*"});
    CHECK(settings.array("EXCLUDE_RECREATE") == Strings{"/dev/cinder-volumes"});
    CHECK(settings.is_true("USING_UEFI_BOOTLOADER"));
}

TEST_CASE("TMPDIR of the environment wins over a - default, also when empty") {
    auto environment = rear_state();
    environment.variables["TMPDIR"] = "/oem";
    CHECK(read(kTripleoRole, environment).settings.scalar("TMPDIR") == "/oem");
    environment.variables["TMPDIR"] = "";
    CHECK(read("export TMPDIR=\"${TMPDIR-/var/tmp}\"\n", environment).settings.find("TMPDIR")->elements.front().text.empty());
    CHECK(read("export TMPDIR=\"${TMPDIR:-/var/tmp}\"\n", environment).settings.scalar("TMPDIR") == "/var/tmp");
    CHECK(read("").settings.scalar("TMPDIR") == "/var/tmp");
}

TEST_CASE("historical mode of the role") {
    const auto settings = read(R"(ISO_PREFIX=controller-0
LOGFILE="$LOG_DIR/rear-$HOSTNAME-202211220101.log"
ISO_PREFIX=$HOSTNAME-202211220101
BACKUP_PROG_ARCHIVE=$HOSTNAME-202211220101
OUTPUT_PREFIX_PXE=$HOSTNAME-202211220101
)").settings;
    CHECK(settings.scalar("LOGFILE") == "/var/log/rear/rear-controller-0-202211220101.log");
    CHECK(settings.scalar("ISO_PREFIX") == "controller-0-202211220101");
    CHECK(settings.origin("ISO_PREFIX").line == 3);
    CHECK(settings.scalar("BACKUP_PROG_ARCHIVE") == "controller-0-202211220101");
}

TEST_CASE("the role's rescue.conf after its local.conf") {
    const auto settings = read(std::string(kTripleoRole) + "BACKUP_PROG_OPTIONS+=( --anchored --xattrs-include='*.*' --xattrs )\n").settings;
    CHECK(settings.array("BACKUP_PROG_OPTIONS").size() == 7);
}

TEST_CASE("Ironic and PXE configuration") {
    const auto result = read(R"(OUTPUT=PXE
OUTPUT_PREFIX_PXE=$HOSTNAME
BACKUP=NETFS
PXE_RECOVER_MODE="unattended"
PXE_CREATE_LINKS="IP"
USE_STATIC_NETWORKING=y
PXE_CONFIG_GRUB_STYLE=y
KERNEL_CMDLINE="unattended"
POST_RECOVERY_SCRIPT=poweroff
USER_INPUT_TIMEOUT=10
PXE_TFTP_URL=nfs://192.168.24.1/var/lib/ironic/images
BACKUP_URL=nfs://192.168.24.1/ctl_plane_backups
PXE_CONFIG_URL=nfs://192.168.24.1/var/lib/ironic/images/pxelinux.cfg
)");
    const auto& settings = result.settings;
    CHECK(settings.scalar("OUTPUT_PREFIX_PXE") == "controller-0");
    CHECK(settings.scalar("POST_RECOVERY_SCRIPT") == "poweroff");
    CHECK(settings.joined("POST_RECOVERY_SCRIPT") == "poweroff");
    CHECK(settings.number("USER_INPUT_TIMEOUT") == 10U);
    CHECK(settings.scalar("PXE_TFTP_UPLOAD_URL") == "nfs://192.168.24.1/var/lib/ironic/images");
    CHECK(settings.find("PXE_TFTP_URL") == nullptr);
    CHECK(warnings(result) == Strings{"11: PXE_TFTP_URL is an old name: write PXE_TFTP_UPLOAD_URL"});
}

TEST_CASE("a value of one blank is kept") { CHECK(read("MKFS_XFS_OPTIONS=\" \"\n").settings.scalar("MKFS_XFS_OPTIONS") == " "); }

TEST_CASE("appending to an array keeps its default") {
    const auto result = read(R"(OUTPUT=ISO
BACKUP=NETFS
BACKUP_OPTIONS="nfsvers=3,nolock"
BACKUP_URL=nfs://nfs-server-address/path/to/images
NETFS_KEEP_OLD_BACKUP_COPY=y
BACKUP_PROG_EXCLUDE+=( '/usr/openv/tmp/*' '/nbu/logs/openv/logs/nbdisco/*' '/nbu/logs/openv/logs/nbsvcmon/*' )
)");
    CHECK(result.settings.array("BACKUP_PROG_EXCLUDE") ==
          default_excludes_and({"/usr/openv/tmp/*", "/nbu/logs/openv/logs/nbdisco/*", "/nbu/logs/openv/logs/nbsvcmon/*"}));
    CHECK(result.settings.scalar("BACKUP_OPTIONS") == "nfsvers=3,nolock");
    CHECK(result.settings.scalar("OUTPUT_OPTIONS") == "nfsvers=3,nolock");
    CHECK(result.settings.is_true("NETFS_KEEP_OLD_BACKUP_COPY"));
}

TEST_CASE("a variable inside a URL") {
    const auto settings = read(R"(PXE_TFTP_IP=10.0.0.5
PXE_CONFIG_URL="nfs://$PXE_TFTP_IP/var/lib/tftpboot/boot/grub2/powerpc-ieee1275"
OUTPUT_PREFIX_PXE=rear/$HOSTNAME
AUTOEXCLUDE_MULTIPATH=n
BOOT_OVER_SAN=y
)").settings;
    CHECK(settings.scalar("PXE_CONFIG_URL") == "nfs://10.0.0.5/var/lib/tftpboot/boot/grub2/powerpc-ieee1275");
    CHECK(settings.scalar("OUTPUT_PREFIX_PXE") == "rear/controller-0");
    CHECK(settings.is_false("AUTOEXCLUDE_MULTIPATH"));
    CHECK(settings.is_true("BOOT_OVER_SAN"));
}

TEST_CASE("unquoted words with dashes") {
    const auto settings = read(R"(ISO_MKISOFS_BIN="/usr/bin/xorrisofs"
NETFS_KEEP_OLD_BACKUP_COPY=yes
EXCLUDE_VG=( vgHANA-data-HC2 vgHANA-data-HC3 vgHANA-log-HC2 )
BACKUP_PROG_EXCLUDE+=( '/hana/*' )
)").settings;
    CHECK(settings.array("EXCLUDE_VG") == Strings{"vgHANA-data-HC2", "vgHANA-data-HC3", "vgHANA-log-HC2"});
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == default_excludes_and({"/hana/*"}));
}

TEST_CASE("USB and Samba example") {
    const auto settings = read(R"(OUTPUT=USB
USB_DEVICE=/dev/sdX1
BACKUP_URL=cifs://server/share
BACKUP_OPTIONS="username=sambauser,pass=password"
# or: BACKUP_OPTIONS="cred=/etc/rear/cifs_credentials"
USE_DHCLIENT=yes
)").settings;
    CHECK(settings.scalar("BACKUP_OPTIONS") == "username=sambauser,pass=password");
    CHECK(settings.shown("BACKUP_OPTIONS", settings.scalar("BACKUP_OPTIONS")) == "username=sambauser,pass=***");
    CHECK(settings.is_true("USE_DHCLIENT"));
}

TEST_CASE("borg example: export, tilde, braces") {
    const auto settings = read(R"(GRUB_RESCUE=n
ONLY_INCLUDE_VG=( "vg00" )
EXCLUDE_BACKUP+=( fs:/crash fs:/usr/sap fs:/oracle )
BORGBACKUP_REPO="/mnt/rear/${HOSTNAME}"
export BORG_KEYS_DIR=~root/keys
export BORG_PASSPHRASE="S3cr37_P455w0rD"
COPY_AS_IS_BORG=( $BORG_KEYS_DIR )
)").settings;
    CHECK(settings.array("ONLY_INCLUDE_VG") == Strings{"vg00"});
    CHECK(settings.array("EXCLUDE_BACKUP") == Strings{"fs:/crash", "fs:/usr/sap", "fs:/oracle"});
    CHECK(settings.scalar("BORGBACKUP_REPO") == "/mnt/rear/controller-0");
    CHECK(settings.scalar("BORG_KEYS_DIR") == "/root/keys");
    CHECK(settings.array("COPY_AS_IS_BORG") == Strings{"/root/keys"});
    CHECK(settings.shown("BORG_PASSPHRASE", settings.scalar("BORG_PASSPHRASE")) == "***");
}

TEST_CASE("ReaR's integration test") {
    const auto settings = read(R"(SSH_FILES=no
FIRMWARE_FILES=( no )
BACKUP=NETFS
BACKUP_URL=iso:///backup
OUTPUT_URL=null
USER_INPUT_TIMEOUT=10
PRE_RECOVERY_SCRIPT=("mkdir /tmp/mnt;" "mount /dev/vda1 /tmp/mnt/;" "modprobe brd rd_nr=1 rd_size=2097152;")
ISO_FILE_SIZE_LIMIT=4294967296
ISO_DEFAULT=automatic
ISO_RECOVER_MODE=unattended
)").settings;
    CHECK(settings.array("PRE_RECOVERY_SCRIPT") == Strings{"mkdir /tmp/mnt;", "mount /dev/vda1 /tmp/mnt/;", "modprobe brd rd_nr=1 rd_size=2097152;"});
    CHECK(settings.joined("PRE_RECOVERY_SCRIPT") == "mkdir /tmp/mnt; mount /dev/vda1 /tmp/mnt/; modprobe brd rd_nr=1 rd_size=2097152;");
    CHECK(settings.number("ISO_FILE_SIZE_LIMIT") == 4294967296U);
    CHECK(settings.scalar("OUTPUT_URL") == "null");
    CHECK(read("BACKUP_URL=iso://backup\n").settings.scalar("OUTPUT_URL").empty());
}

TEST_CASE("rear-automated-testing templates") {
    const auto settings = read(R"(OUTPUT_OPTIONS="nfsvers=3,nolock"
PRE_BACKUP_SCRIPT=/usr/local/bin/client-backup-with-bareos
PROGS=( "${PROGS[@]}" showmount mount.nfs umount.nfs )
MODULES=( "${MODULES[@]}" nfs )
PRE_RECOVERY_SCRIPT="systemctl start rpcbind.target || rpcbind &"
KERNEL_CMDLINE="$KERNEL_CMDLINE net.ifnames=0"
FIRMWARE_FILES=( 'no' )
SSH_ROOT_PASSWORD="vagrant"
TIMESYNC=NTPDATE
TIMESYNC_SOURCE=0.pool.ntp.org
BACKUP_INTEGRITY_CHECK=1
)").settings;
    CHECK(settings.array("PROGS") == Strings{"showmount", "mount.nfs", "umount.nfs"});
    CHECK(settings.array("MODULES") == Strings{"all_modules", "nfs"});
    CHECK(settings.scalar("PRE_RECOVERY_SCRIPT") == "systemctl start rpcbind.target || rpcbind &");
    CHECK(settings.scalar("KERNEL_CMDLINE") == " net.ifnames=0");
}

TEST_CASE("compact spelling and empty values") {
    const auto settings = read(R"(OUTPUT_URL=sshfs://root@10.1.2.3/dbar/
BACKUP_URL=sshfs://root@10.1.2.3/dbar/
BACKUP_PROG_EXCLUDE=("${BACKUP_PROG_EXCLUDE[@]}" '/u01' '/u02' '/u03')
NETFS_KEEP_OLD_BACKUP_COPY=
KEEP_OLD_OUTPUT_COPY=1
)").settings;
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == default_excludes_and({"/u01", "/u02", "/u03"}));
    CHECK(settings.scalar("NETFS_KEEP_OLD_BACKUP_COPY").empty());
    CHECK(settings.array("NETFS_KEEP_OLD_BACKUP_COPY").empty());
    CHECK_FALSE(settings.is_true("NETFS_KEEP_OLD_BACKUP_COPY"));
}

TEST_CASE("zstd scenario of the user guide; $(which …) is looked up, not run") {
    const auto settings = read(R"(export TMPDIR=/oem
BACKUP_PROG_COMPRESS_OPTIONS=( --use-compress-program=zstd )
BACKUP_PROG_COMPRESS_SUFFIX=".zst"
COPY_AS_IS=( "${COPY_AS_IS[@]}" /etc/oratab clear $(which zstd) )
)").settings;
    CHECK(settings.scalar("TMPDIR") == "/oem");
    CHECK(settings.array("COPY_AS_IS") == Strings{"/etc/oratab", "clear", "/usr/bin/zstd"});
    CHECK(read("COPY_AS_IS=( a $(which nothing) )\n").settings.array("COPY_AS_IS") == Strings{"a"});
    CHECK(read("BACKUP_PROG_COMPRESS_OPTIONS=( --use-compress-program=\"pigz -p 4\" )\n").settings.array("BACKUP_PROG_COMPRESS_OPTIONS") ==
          Strings{"--use-compress-program=pigz -p 4"});
}

TEST_CASE("DRLM style: included paths may end in a slash") {
    const auto result = read(R"(BACKUP_ONLY_INCLUDE="yes"
BACKUP_PROG_INCLUDE+=( '/etc/drlm/' )
BACKUP_PROG_INCLUDE+=( '/var/lib/drlm/' )
)");
    CHECK(result.settings.array("BACKUP_PROG_INCLUDE") == Strings{"/etc/drlm/", "/var/lib/drlm/"});
    CHECK(result.settings.find("BACKUP_PROG_INCLUDE")->elements[0].origin.line == 2);
    CHECK(warnings(result).empty());
}

TEST_CASE("quoting corner cases") {
    const auto result = read(R"(BACKUP_PROG_CRYPT_KEY='my'"'"'k$y'
SSH_ROOT_PASSWORD='$1$Fx5cKDOB$Zr1p'
BACKUP_PROG_EXCLUDE=( '/home/*/.cache/*' "/a b/*" /x\ y )
A=foo#bar
KERNEL_CMDLINE+=" debug"
OUTPUT_URL=file:///srv
BACKUP_URL=$OUTPUT_URL
USE_DHCLIENT=        # comment only
ISO_MAX_SIZE=4400 # MiB
X=1 ; Y=2
P=1;Q=2
declare -a D=( d1 d2 )
VAR=$(hostname)
BACK=`hostname -s`
)");
    const auto& settings = result.settings;
    CHECK(settings.scalar("BACKUP_PROG_CRYPT_KEY") == "my'k$y");
    CHECK(settings.scalar("SSH_ROOT_PASSWORD") == "$1$Fx5cKDOB$Zr1p");
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/home/*/.cache/*", "/a b/*", "/x y"});
    CHECK(settings.scalar("A") == "foo#bar");
    CHECK(settings.scalar("KERNEL_CMDLINE") == " debug");
    CHECK(settings.scalar("BACKUP_URL") == "file:///srv");
    CHECK(settings.find("USE_DHCLIENT")->elements.front().text.empty());
    CHECK(settings.number("ISO_MAX_SIZE") == 4400U);
    CHECK(settings.scalar("X") + settings.scalar("Y") + settings.scalar("P") + settings.scalar("Q") == "1212");
    CHECK(settings.array("D") == Strings{"d1", "d2"});
    CHECK(settings.scalar("VAR") == "controller-0.example.org");
    CHECK(settings.scalar("BACK") == "controller-0");
}

TEST_CASE("incremental settings parse; support.h refuses them") {
    const auto settings = read("BACKUP_TYPE=incremental\nFULLBACKUPDAY=( \"Mon\" \"Thu\" )\nFULLBACKUP_OUTDATED_DAYS=5\n").settings;
    CHECK(settings.scalar("BACKUP_TYPE") == "incremental");
    CHECK(settings.array("FULLBACKUPDAY") == Strings{"Mon", "Thu"});
}

TEST_CASE("old names") {
    const auto result = read("NETFS_URL=nfs://host/path\nNETFS_OPTIONS=\"nolock\"\nISO_URL=nfs://host/iso\n");
    CHECK(result.settings.scalar("BACKUP_URL") == "nfs://host/path");
    CHECK(result.settings.scalar("BACKUP_OPTIONS") == "nolock");
    CHECK(result.settings.scalar("OUTPUT_URL") == "nfs://host/iso");
    CHECK(result.settings.scalar("BACKUP") == "NETFS");
    CHECK(result.settings.origin("OUTPUT_URL").text() == "/etc/rear/local.conf:3");
    CHECK(warnings(result).size() == 4);
    CHECK_THROWS_WITH(read("ISO_URL=nfs://a/x\nOUTPUT_URL=nfs://b/x\n"),
                      "/etc/rear/local.conf:1: ISO_URL=nfs://a/x: contradicts OUTPUT_URL in /etc/rear/local.conf:2");
}

TEST_CASE("arrays over several lines with comments") {
    const auto settings = read("BACKUP_PROG_EXCLUDE=(   # why\n  '/a/*'   # one\n\n  \"${BACKUP_PROG_EXCLUDE[@]}\"\n  /b\\\n\n)\nX=2\n").settings;
    CHECK(settings.array("BACKUP_PROG_EXCLUDE") == Strings{"/a/*", "/tmp/*", "/dev/shm/*", "/var/lib/rear/output/*", "/b"});
    CHECK(settings.find("BACKUP_PROG_EXCLUDE")->elements[4].origin.line == 5);
    CHECK(settings.origin("BACKUP_PROG_EXCLUDE").line == 1);
    CHECK(settings.origin("X").line == 8);
}

TEST_CASE("expansion as in bash") {
    const auto settings = read(R"(LIST="a b  c"
ARRAY=( $LIST "$LIST" x$LIST"y z" )
EMPTY=( "${NOTHING[@]}" "" $NULL )
FILE=backup.tar.gz
SHORT=${FILE%.*}
LONG="${FILE%%.*}"
LITERAL=${FILE%'.*'}
UNSET=${NOTHING-${ALSO_NOTHING:-x $HOSTNAME}}
SET=${FILE-no}
QUOTED="${NOTHING:-a b}"
ELEMENTS="${ARRAY[@]}"
FIRST=$ARRAY
DOLLARS="a$ b$"c$
BACKSLASH="\$\n\\\"" # \n stays
HOMES=~:~root/x:/~root:"~"
TILDES=( ~ ~root/bin a~ ~nobody-there/x )
ISO="rear-$(date -u +%Y-%m-%d)-${HOSTNAME}"
)").settings;
    CHECK(settings.array("ARRAY") == Strings{"a", "b", "c", "a b  c", "xa", "b", "cy z"});
    CHECK(settings.array("EMPTY") == Strings{""});
    CHECK(settings.scalar("SHORT") == "backup.tar");
    CHECK(settings.scalar("LONG") == "backup");
    CHECK(settings.scalar("LITERAL") == "backup.tar.gz");
    CHECK(settings.scalar("UNSET") == "x controller-0");
    CHECK(settings.scalar("SET") == "backup.tar.gz");
    CHECK(settings.scalar("QUOTED") == "a b");
    CHECK(settings.scalar("ELEMENTS") == "a b c a b  c xa b cy z");
    CHECK(settings.scalar("FIRST") == "a");
    CHECK(settings.scalar("DOLLARS") == "a$ b$c$");
    CHECK(settings.scalar("BACKSLASH") == "$\\n\\\"");
    CHECK(settings.scalar("HOMES") == "/root:/root/x:/~root:~");
    CHECK(settings.array("TILDES") == Strings{"/root", "/root/bin", "a~", "~nobody-there/x"});
    CHECK(settings.scalar("ISO") == "rear-2022-11-21-controller-0");
}

TEST_CASE("a new name at each run: $(date …)") {
    CHECK(read("ISO_PREFIX=\"${HOSTNAME}-$(date -u '+%Y-%m-%d-%H%M%S')\"\n").settings.scalar("ISO_PREFIX") == "controller-0-2022-11-21-030640");
    CHECK(read("ISO_PREFIX=x$( date -u +%F )\n").settings.scalar("ISO_PREFIX") == "x2022-11-21");
    CHECK(read("A=\"[$(date +)]\"\n").settings.scalar("A") == "[]");
    CHECK_THROWS(read("A=$(date -d yesterday)\n"));
    CHECK_THROWS(read("A=$(date +%N)\n"));
}

TEST_CASE("values inside { … } 2>>… are secret") {
    const auto settings = read("{ BACKUP_PROG_CRYPT_KEY='long key' ; MINE=hidden ; } 2>>/dev/$SECRET_OUTPUT_DEV\nMINE_TOO=$MINE\n{ A=1\n}\n").settings;
    CHECK(settings.scalar("BACKUP_PROG_CRYPT_KEY") == "long key");
    CHECK(settings.scalar("MINE") == "hidden");
    CHECK(settings.shown("MINE", "hidden") == "***");
    CHECK(settings.scalar("A") == "1");
    CHECK(settings.shown("MINE_TOO", "hidden") == "***");
    CHECK(settings.secrets() == Strings{"1", "long key", "hidden", "hidden"});
}

TEST_CASE("a byte order mark and a missing last line end do no harm") {
    CHECK(read("\xEF\xBB\xBFOUTPUT=ISO").settings.origin("OUTPUT").line == 1);
}
