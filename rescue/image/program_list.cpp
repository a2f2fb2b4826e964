// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/program_list.h"

namespace nrear::image {

namespace {

constexpr std::string_view kEssential[] = {"bash", "mount", "umount", "modprobe", "udevadm"};

constexpr std::string_view kEveryday[] = {
    // shell and text
    "sh", "awk", "cat", "cmp", "cut", "diff", "echo", "egrep", "env", "false", "fgrep", "find", "grep", "head", "less", "more", "nano",
    "printf", "sed", "seq", "sort", "stat", "tail", "tee", "test", "tr", "true", "uniq", "vi", "wc", "xargs", "[",
    // files
    "basename", "chattr", "chgrp", "chmod", "chown", "chroot", "cp", "dd", "df", "dirname", "du", "getfacl", "getfattr", "gunzip", "gzip",
    "install", "ln", "ls", "lsattr", "md5sum", "mkdir", "mkfifo", "mknod", "mktemp", "mv", "od", "pwd", "readlink", "realpath", "rm", "rmdir",
    "setfacl", "setfattr", "sha256sum", "sync", "tar", "touch", "truncate", "xz", "zcat", "cpio", "hexdump",
    // processes and the system
    "chvt", "clear", "date", "depmod", "dmesg", "free", "hostname", "hwclock", "id", "insmod", "kill", "killall", "loadkeys", "lsmod", "lspci", "lsusb",
    "modinfo", "nohup", "pidof", "pgrep", "pkill", "ps", "reset", "rmmod", "sleep", "stty", "sysctl", "timeout", "top", "tty", "uname",
    "uptime", "whoami", "which",
    // disks and filesystems; the programs of RAID, LVM and other filesystems come with the plan of a node that uses them
    "badblocks", "blkdiscard", "blkid", "blockdev", "dumpe2fs", "e2fsck", "e2label", "efibootmgr", "fdisk",
    "findfs", "findmnt", "fsck", "fsck.ext4", "hdparm", "losetup", "lsblk", "lsscsi", "mke2fs", "mkfs",
    "mkfs.ext4", "mkswap", "mountpoint", "partx", "resize2fs", "sfdisk", "swaplabel", "swapoff",
    "swapon", "tune2fs", "wipefs",
    // network; nrear itself speaks to the backup server
    "arping", "dhclient", "dhcpcd", "ethtool", "ip", "ping", "traceroute", "udhcpc",
};

constexpr ProgramData kProgramData[] = {
    {"mke2fs", "/etc/mke2fs.conf"},
    {"dhclient", "/sbin/dhclient-script"},
    {"dhclient", "/usr/sbin/dhclient-script"},
    {"dhcpcd", "/usr/lib/dhcpcd"},
    {"dhcpcd", "/lib/dhcpcd"},
    {"dhcpcd", "/usr/libexec/dhcpcd-run-hooks"},
    {"dhcpcd", "/etc/dhcpcd.conf"},
    {"udhcpc", "/etc/udhcpc"},
    {"udhcpc", "/usr/share/udhcpc"},
    {"ip", "/etc/iproute2"},
    {"ip", "/usr/share/iproute2"},
    {"ping", "/etc/protocols"},
    {"lspci", "/usr/share/misc/pci.ids.gz"},
};

constexpr std::string_view kTerminals[] = {"ansi", "dumb", "linux", "screen", "screen-256color", "tmux", "tmux-256color", "vt100", "vt102", "vt220", "xterm",
                                           "xterm-256color"};

constexpr std::string_view kUdevd[] = {"/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd", "/usr/lib/udev/udevd", "/lib/udev/udevd",
                                       "/usr/sbin/udevd", "/sbin/udevd"};

}  // namespace

std::span<const std::string_view> essential_programs() { return kEssential; }
std::span<const std::string_view> everyday_programs() { return kEveryday; }
std::span<const ProgramData> program_data() { return kProgramData; }
std::span<const std::string_view> terminal_types() { return kTerminals; }
std::span<const std::string_view> udevd_paths() { return kUdevd; }

}  // namespace nrear::image
