// SPDX-License-Identifier: GPL-3.0-or-later
// The table. Defaults are those of ReaR's default.conf (2.6 to 2.9) unless nrear does better by itself; they may refer to HOSTNAME, VAR_DIR and LOG_DIR.
#include "core/config/setting_table.h"

#include <algorithm>
#include <array>

namespace nrear::config {

namespace {

using enum Shape;
using enum Effect;

constexpr std::string_view kRecordedForm = "file systems are made as they were recorded";
constexpr std::string_view kOwnBootLoader = "the node's own boot loader is recognised and installed again";
constexpr std::string_view kNetwork = "the rescue system brings up the recorded network";
constexpr std::string_view kOwnLayout = "this node's own storage decides";
constexpr std::string_view kNoPxe = "only for OUTPUT=PXE";
constexpr std::string_view kNoUsb = "only for OUTPUT=USB";
constexpr std::string_view kNoSplit = "splitting a backup over several ISOs is not supported: delete it";
constexpr std::string_view kNoMount = "places are reached without mounting: use a sftp://, sshfs:// or file:// URL instead";
constexpr std::string_view kNoCrypt = "only for encrypted backups";
constexpr std::string_view kNoFullDays = "only for BACKUP_TYPE";

constexpr std::array kSettings{
    // What is made and where it goes.
    KnownSetting{"OUTPUT", kScalar, "ISO"},
    KnownSetting{"OUTPUT_URL"},
    KnownSetting{"OUTPUT_OPTIONS", kScalar, "", kNeedless, "mount options; nothing is mounted"},
    KnownSetting{"OUTPUT_PREFIX", kScalar, "\"$HOSTNAME\""},
    KnownSetting{"OUTPUT_MOUNTCMD", kScalar, "", kRefused, kNoMount},
    KnownSetting{"OUTPUT_UMOUNTCMD", kScalar, "", kRefused, kNoMount},
    KnownSetting{"OUTPUT_LFTP_OPTIONS", kArray, "()", kIgnored, "SFTP is spoken without lftp"},
    KnownSetting{"OUTPUT_LFTP_USERNAME", kScalar, "", kIgnored, "write the user into OUTPUT_URL"},
    KnownSetting{"OUTPUT_LFTP_PASSWORD", kScalar, "", kIgnored, "write the password into OUTPUT_URL, or use a key"},
    KnownSetting{"OUTPUT_URL_FILES_PATTERNS", kArray, "()", kIgnored, "all result files are copied"},
    KnownSetting{"KEEP_OLD_OUTPUT_COPY"},
    KnownSetting{"RESULT_MAILTO", kArray, "()", kIgnored, "nrear sends no mail: use the exit code"},
    KnownSetting{"RESULT_FILES", kArray, "()", kIgnored, "only nrear's own result files are copied"},
    KnownSetting{"ISO_DIR", kScalar, "\"$VAR_DIR/output\""},
    KnownSetting{"ISO_PREFIX", kScalar, "\"rear-$HOSTNAME\""},
    KnownSetting{"ISO_VOLID", kScalar, "REAR-ISO"},
    KnownSetting{"ISO_DEFAULT", kScalar, "boothd"},
    KnownSetting{"ISO_RECOVER_MODE"},
    KnownSetting{"ISO_SYSLINUX_TIMEOUT"},
    KnownSetting{"ISO_MAX_SIZE", kScalar, "", kRefused, kNoSplit},
    KnownSetting{"ISO_FILE_SIZE_LIMIT", kScalar, "2147483648", kNeedless, "no backup is put into the ISO"},
    KnownSetting{"ISO_MKISOFS_BIN", kScalar, "", kNeedless, "nrear writes the ISO itself"},
    KnownSetting{"ISO_MKISOFS_OPTS", kScalar, "", kIgnored, "nrear writes the ISO itself"},
    KnownSetting{"ISO_FILES", kArray, "()", kIgnored, "no other files are put into the ISO"},
    KnownSetting{"ISO_ISOLINUX_BIN"},
    KnownSetting{"USB_*", kEither, "", kNeedless, kNoUsb},
    KnownSetting{"PXE_*", kEither, "", kNeedless, kNoPxe},
    KnownSetting{"OUTPUT_PREFIX_PXE", kScalar, "", kNeedless, kNoPxe},

    // The backup.
    KnownSetting{"BACKUP", kScalar, "REQUESTRESTORE"},
    KnownSetting{"BACKUP_URL"},
    KnownSetting{"BACKUP_OPTIONS", kScalar, "", kNeedless, "mount options; nothing is mounted"},
    KnownSetting{"BACKUP_MOUNTCMD", kScalar, "", kRefused, kNoMount},
    KnownSetting{"BACKUP_UMOUNTCMD", kScalar, "", kRefused, kNoMount},
    KnownSetting{"NETFS_PREFIX"},
    KnownSetting{"NETFS_KEEP_OLD_BACKUP_COPY"},
    KnownSetting{"LIMIT_RATE"},
    KnownSetting{"RETRY_TIME", kScalar, "600"},
    KnownSetting{"NETFS_RESTORE_CAPABILITIES", kArray, "( 'No' )", kNeedless, "capabilities are in the archive"},
    KnownSetting{"BACKUP_PROG", kScalar, "tar"},
    KnownSetting{"BACKUP_PROG_OPTIONS", kArray, "( --anchored )"},
    KnownSetting{"BACKUP_PROG_OPTIONS_CREATE_ARCHIVE", kScalar, "", kRefused, "the archive is written without another program: delete it"},
    KnownSetting{"BACKUP_PROG_OPTIONS_RESTORE_ARCHIVE", kScalar, "", kRefused, "the archive is read without another program: delete it"},
    KnownSetting{"BACKUP_PROG_ARCHIVE", kScalar, "backup"},
    KnownSetting{"BACKUP_PROG_SUFFIX", kScalar, ".tar"},
    KnownSetting{"BACKUP_PROG_COMPRESS_OPTIONS", kArray, "( --gzip )"},
    KnownSetting{"BACKUP_PROG_COMPRESS_SUFFIX", kScalar, ".gz"},
    KnownSetting{"THREADS"},
    KnownSetting{"NICE", kScalar, "10"},
    KnownSetting{"BACKUP_PROG_EXCLUDE", kArray, "( '/tmp/*' '/dev/shm/*' \"$VAR_DIR/output/*\" )"},
    KnownSetting{"BACKUP_PROG_INCLUDE", kArray, "()"},
    KnownSetting{"BACKUP_ONLY_INCLUDE", kScalar, "no"},
    KnownSetting{"BACKUP_ONLY_EXCLUDE", kScalar, "no", kIgnored, "EXCLUDE_MOUNTPOINTS counts, too: leave it empty"},
    KnownSetting{"MANUAL_INCLUDE", kScalar, "NO"},
    KnownSetting{"BACKUP_PROG_WARN_PARTIAL_TRANSFER", kScalar, "1", kNeedless, "files that changed are always named"},
    KnownSetting{"BACKUP_PROG_CRYPT_ENABLED", kScalar, "false"},
    KnownSetting{"BACKUP_PROG_CRYPT_KEY", kScalar, "", kNeedless, kNoCrypt},
    KnownSetting{"BACKUP_PROG_CRYPT_OPTIONS", kScalar, "", kNeedless, kNoCrypt},
    KnownSetting{"BACKUP_PROG_DECRYPT_OPTIONS", kScalar, "", kNeedless, kNoCrypt},
    KnownSetting{"BACKUP_RSYNC_OPTIONS", kArray, "()", kNeedless, "only for BACKUP=RSYNC"},
    KnownSetting{"BACKUP_DUPLICITY_*", kEither, "", kNeedless, "only for BACKUP=DUPLICITY"},
    KnownSetting{"BACKUP_TYPE"},
    KnownSetting{"FULLBACKUPDAY", kArray, "()", kNeedless, kNoFullDays},
    KnownSetting{"FULLBACKUP_OUTDATED_DAYS", kScalar, "7", kNeedless, kNoFullDays},
    KnownSetting{"BACKUP_SELINUX_DISABLE", kScalar, "1", kNeedless, "labels are in the archive and SELinux stays on"},
    KnownSetting{"BACKUP_INTEGRITY_CHECK", kScalar, "", kNeedless, "every backup is checked"},
    KnownSetting{"PING", kScalar, "", kNeedless, "connecting shows whether the server answers"},
    KnownSetting{"PRE_BACKUP_SCRIPT", kEither},
    KnownSetting{"POST_BACKUP_SCRIPT", kEither},

    // What is read back of a backup, and how many stay on the server: nrear's own.
    KnownSetting{"VERIFY", kScalar, "sample"},
    KnownSetting{"KEEP_LAST"},
    KnownSetting{"KEEP_DAILY"},
    KnownSetting{"KEEP_WEEKLY"},
    KnownSetting{"KEEP_MONTHLY"},

    // What is left out.
    KnownSetting{"AUTOEXCLUDE_DISKS", kScalar, "y"},
    KnownSetting{"AUTOEXCLUDE_MULTIPATH", kScalar, "y"},
    KnownSetting{"AUTOEXCLUDE_AUTOFS", kScalar, "", kNeedless, "network and automounted file systems are never entered"},
    KnownSetting{"AUTOEXCLUDE_PATH", kArray, "( /media /run /mnt /tmp )"},
    KnownSetting{"AUTOEXCLUDE_USB_PATH", kArray, "()"},
    KnownSetting{"EXCLUDE_MOUNTPOINTS", kArray, "()"},
    KnownSetting{"EXCLUDE_MD", kArray, "()"},
    KnownSetting{"EXCLUDE_VG", kArray, "()"},
    KnownSetting{"ONLY_INCLUDE_VG", kArray, "()"},
    KnownSetting{"EXCLUDE_COMPONENTS", kArray, "()"},
    KnownSetting{"EXCLUDE_RECREATE", kArray, "()"},
    KnownSetting{"EXCLUDE_BACKUP", kArray, "()"},
    KnownSetting{"EXCLUDE_RESTORE", kArray, "()"},
    KnownSetting{"EXCLUDE_DEVICE_MAPPING", kArray, "( 'loop*' 'ram*' 'zram*' )", kNeedless, kOwnLayout},

    // What the rescue system holds.
    KnownSetting{"KERNEL_CMDLINE"},
    KnownSetting{"KERNEL_FILE"},
    KnownSetting{"COPY_KERNEL_PARAMETERS", kArray, "( net.ifnames biosdevname )"},
    KnownSetting{"MODULES", kArray, "( all_modules )"},
    KnownSetting{"MODULES_LOAD", kArray, "()"},
    KnownSetting{"EXCLUDE_MODULES", kArray, "( scsi_debug )"},
    KnownSetting{"FIRMWARE_FILES", kArray, "()"},
    KnownSetting{"COPY_AS_IS", kArray, "()"},
    KnownSetting{"COPY_AS_IS_*", kArray, "", kNeedless, "only for third-party backup software"},
    KnownSetting{"COPY_AS_IS_EXCLUDE", kArray, "()"},
    KnownSetting{"PROGS", kArray, "()"},
    KnownSetting{"PROGS_*", kArray, "", kNeedless, "only for third-party backup software"},
    KnownSetting{"REQUIRED_PROGS", kArray, "()"},
    KnownSetting{"REQUIRED_PROGS_*", kArray, "", kNeedless, "only for third-party backup software"},
    KnownSetting{"LIBS", kArray, "()"},
    KnownSetting{"CLONE_USERS", kArray, "()", kNeedless, "files are restored by number"},
    KnownSetting{"CLONE_GROUPS", kArray, "()", kNeedless, "files are restored by number"},
    KnownSetting{"CLONE_ALL_USERS_GROUPS", kScalar, "true", kNeedless, "files are restored by number"},
    KnownSetting{"REAR_INITRD_COMPRESSION", kScalar, "", kNeedless, "the node's kernel decides"},
    KnownSetting{"REAR_INITRD_OVERLAY", kScalar, "", kNeedless, "the rescue system is small enough"},
    KnownSetting{"REBUILD_INITRAMFS", kScalar, "yes", kNeedless, "the initramfs is made anew when the machine needs it"},
    KnownSetting{"SSH_FILES", kEither, "avoid_sensitive_files", kNeedless, "no keys of the node are put into the rescue system"},
    KnownSetting{"SSH_UNPROTECTED_PRIVATE_KEYS", kEither, "no", kNeedless, "no keys of the node are put into the rescue system"},
    KnownSetting{"SSH_ROOT_PASSWORD", kScalar, "", kIgnored, "the rescue system has no SSH server: use its consoles"},
    KnownSetting{"TTY_ROOT_PASSWORD", kScalar, "", kIgnored, "the rescue system's consoles ask for no password"},
    KnownSetting{"TIMESYNC", kScalar, "", kNeedless, "recovery does not depend on the clock"},
    KnownSetting{"TIMESYNC_SOURCE", kScalar, "", kNeedless, "recovery does not depend on the clock"},
    KnownSetting{"KEYMAP", kScalar, "", kIgnored, "the rescue system has the kernel's own key map"},
    KnownSetting{"USE_DHCLIENT"},
    KnownSetting{"USE_STATIC_NETWORKING"},
    KnownSetting{"USE_RESOLV_CONF", kArray, "()", kNeedless, "the server's address is recorded, recovery needs no DNS"},
    KnownSetting{"NETWORKING_PREPARATION_COMMANDS", kArray, "()"},
    KnownSetting{"EXCLUDE_NETWORK_INTERFACES", kArray, "()", kIgnored, "the recorded network is set up whole: use NETWORKING_PREPARATION_COMMANDS"},
    KnownSetting{"EXCLUDE_IP_ADDRESSES", kArray, "()", kIgnored, "the recorded network is set up whole: use NETWORKING_PREPARATION_COMMANDS"},
    KnownSetting{"SIMPLIFY_BONDING", kScalar, "no", kNeedless, kNetwork},
    KnownSetting{"SIMPLIFY_BRIDGE", kScalar, "no", kNeedless, kNetwork},
    KnownSetting{"SIMPLIFY_TEAMING", kScalar, "no", kNeedless, kNetwork},
    KnownSetting{"SKIP_CFG2HTML", kScalar, "no", kNeedless, "cfg2html is not called"},
    KnownSetting{"UDEV_NET_MAC_RULE_FILES", kArray, "()", kNeedless, kNetwork},
    KnownSetting{"UDEV_*", kEither, "", kNeedless, "there is no udev workflow"},

    // Recovery.
    KnownSetting{"MIGRATION_MODE", kScalar, "", kNeedless, "disks that differ are always asked about"},
    KnownSetting{"DISKS_TO_BE_WIPED", kScalar, "", kNeedless, "only disks that were matched or named are written to"},
    KnownSetting{"WRITE_PROTECTED_IDS", kArray, "()"},
    KnownSetting{"WRITE_PROTECTED_FS_LABEL_PATTERNS", kArray, "()"},
    KnownSetting{"AUTORESIZE_PARTITIONS", kScalar, ""},
    KnownSetting{"AUTORESIZE_EXCLUDE_PARTITIONS", kArray, "( boot swap efi )"},
    KnownSetting{"AUTOSHRINK_DISK_SIZE_LIMIT_PERCENTAGE", kScalar, "2", kNeedless, "on a smaller disk what is in use decides, and recover shows every size first"},
    KnownSetting{"AUTOINCREASE_DISK_SIZE_THRESHOLD_PERCENTAGE", kScalar, "10"},
    KnownSetting{"MKFS_XFS_OPTIONS", kScalar, "", kNeedless, kRecordedForm},
    KnownSetting{"MKFS_XFS_OPTIONS_*", kScalar, "", kNeedless, kRecordedForm},
    KnownSetting{"LUKS_CRYPTSETUP_OPTIONS", kScalar, "", kNeedless, "mkbackup names what it cannot bring back"},
    KnownSetting{"GRUB2_INSTALL_DEVICES", kScalar, "", kIgnored, "the boot loader is installed where it was"},
    KnownSetting{"BOOTLOADER", kScalar, "", kIgnored, kOwnBootLoader},
    KnownSetting{"USING_UEFI_BOOTLOADER", kScalar, "", kNeedless, "how the node was booted decides"},
    KnownSetting{"UEFI_BOOTLOADER"},
    KnownSetting{"SECURE_BOOT_BOOTLOADER"},
    KnownSetting{"EFI_STUB", kScalar, "no", kIgnored, kOwnBootLoader},
    KnownSetting{"EFIBOOTMGR_CREATE_ENTRIES", kArray, "()", kIgnored, kOwnBootLoader},
    KnownSetting{"GRUB_RESCUE", kScalar, "n", kIgnored, "no rescue system is added to the node's boot menu"},
    KnownSetting{"GRUB2_*", kEither, "", kNeedless, "for boot media that are not made"},
    KnownSetting{"USER_INPUT_TIMEOUT", kScalar, "300"},
    KnownSetting{"USER_INPUT_INTERRUPT_TIMEOUT", kScalar, "30", kNeedless, "USER_INPUT_TIMEOUT counts"},
    KnownSetting{"USER_INPUT_UNATTENDED_TIMEOUT", kScalar, "3", kNeedless, "USER_INPUT_TIMEOUT counts"},
    KnownSetting{"USER_INPUT_*", kScalar, "", kIgnored, "answers are given at the prompt, or by options"},
    KnownSetting{"PRE_RECOVERY_SCRIPT", kEither},
    KnownSetting{"POST_RECOVERY_SCRIPT", kEither},
    KnownSetting{"PRE_RECOVERY_COMMANDS", kArray, "()", kRefused, "write PRE_RECOVERY_SCRIPT=( … ) instead"},
    KnownSetting{"POST_RECOVERY_COMMANDS", kArray, "()", kRefused, "write POST_RECOVERY_SCRIPT=( … ) instead"},
    KnownSetting{"RECOVERY_COMMANDS", kArray, "()", kIgnored, "nrear recover is what runs"},
    KnownSetting{"REBOOT_COMMANDS", kArray, "( reboot )", kIgnored, "use POST_RECOVERY_SCRIPT=reboot or POST_RECOVERY_SCRIPT=poweroff"},
    KnownSetting{"DIRECTORY_ENTRIES_TO_RECOVER", kArray, "()", kNeedless, "directories are in the archive"},
    KnownSetting{"BACKUP_RESTORE_MOVE_AWAY_FILES", kArray, "()", kIgnored, "restored files replace what is there"},
    KnownSetting{"RECOVERY_UPDATE_URL", kScalar, "", kIgnored, "nothing is fetched into a running rescue system"},

    // nrear itself.
    KnownSetting{"LOGFILE"},
    KnownSetting{"TMPDIR"},
    KnownSetting{"KEEP_BUILD_DIR", kScalar, "", kNeedless, "there is no build directory"},
    KnownSetting{"PROGRESS_MODE", kScalar, "", kNeedless, "the terminal decides"},
    KnownSetting{"CHECK_CONFIG_FILES", kArray, "()", kIgnored, "checklayout compares the storage layout only"},
    KnownSetting{"EXCLUDE_RUNTIME_LOGFILE", kScalar, "no", kNeedless, "the log of the run is not in the backup"},
    KnownSetting{"EXCLUDE_MD5SUM_VERIFICATION", kEither, "", kNeedless, "the rescue system is checked by its compression"},
};

constexpr std::array kLegacyNames{
    LegacyName{"NETFS_URL", "BACKUP_URL"},
    LegacyName{"NETFS_OPTIONS", "BACKUP_OPTIONS"},
    LegacyName{"NETFS_MOUNTCMD", "BACKUP_MOUNTCMD"},
    LegacyName{"NETFS_UMOUNTCMD", "BACKUP_UMOUNTCMD"},
    LegacyName{"RSYNC_URL", "BACKUP_URL"},
    LegacyName{"ISO_URL", "OUTPUT_URL"},
    LegacyName{"ISO_OPTIONS", "OUTPUT_OPTIONS"},
    LegacyName{"PXE_TFTP_URL", "PXE_TFTP_UPLOAD_URL"},
};

}  // namespace

std::span<const KnownSetting> known_settings() { return kSettings; }

std::span<const LegacyName> legacy_names() { return kLegacyNames; }

const KnownSetting* find_known(std::string_view name) {
    const auto exact = std::find_if(kSettings.begin(), kSettings.end(), [&](const auto& known) { return known.name == name; });
    if (exact != kSettings.end()) {
        return &*exact;
    }
    const auto family = std::find_if(kSettings.begin(), kSettings.end(), [&](const auto& known) {
        return known.name.ends_with('*') && name.starts_with(known.name.substr(0, known.name.size() - 1));
    });
    return family == kSettings.end() ? nullptr : &*family;
}

Shape shape_of(std::string_view name) {
    const KnownSetting* known = find_known(name);
    return known == nullptr ? kEither : known->shape;
}

}  // namespace nrear::config
