# SPDX-License-Identifier: GPL-3.0-or-later
# What the test node is: names, addresses, disk layout, packages. Plain data; how it is built lives in tree.py and image.py.

from dataclasses import dataclass

MIB = 1024 * 1024

HOSTNAME = "controller-0"
SERVER_NAME = "undercloud-0"
SERVER_ADDRESS = "192.168.24.1"
NODE_ADDRESS = "192.168.24.10"
NETWORK = "192.168.24.0/24"
SERVER_USER = "backup"
SERVER_PASSWORD = "backup"
DEPOT_PORT = 7000

# Address randomisation costs most of each fork+exec under emulation; the timer check panics now and then on a loaded host.
KERNEL_ARGUMENTS = "console=tty0 console=ttyS0,115200 norandmaps no_timer_check mitigations=off"

# The configuration of the TripleO document, to the letter.
LOCAL_CONF = """\
OUTPUT=ISO
OUTPUT_URL=sftp://backup:backup@undercloud-0/data/backup/
BACKUP=NETFS
BACKUP_URL=sshfs://backup@undercloud-0/data/backup/
BACKUP_PROG_COMPRESS_OPTIONS=( --gzip )
BACKUP_PROG_COMPRESS_SUFFIX=".gz"
BACKUP_PROG_EXCLUDE=( '/tmp/*' '/data/*' )
"""


@dataclass(frozen=True)
class Partition:
    mount: str  # "swap" for swap space
    mib: int
    label: str
    uuid: str
    features: str = ""  # mke2fs -O, on top of mke2fs's own choice
    reserved_percent: int = 5


ROOT_UUID = "5ad2ee2b-3c4f-4f0a-9d5a-7a0c11e0a001"
SWAP_UUID = "5ad2ee2b-3c4f-4f0a-9d5a-7a0c11e0a002"
BOOT_UUID = "5ad2ee2b-3c4f-4f0a-9d5a-7a0c11e0a003"
VAR_UUID = "5ad2ee2b-3c4f-4f0a-9d5a-7a0c11e0a004"

# Reserved blocks and an absent feature differ from mke2fs's defaults, so that "made anew with defaults" is seen as a difference.
LAYOUTS = {
    "plain": (
        Partition("/", 3000, "node-root", ROOT_UUID, "^resize_inode", 3),
        Partition("swap", 256, "node-swap", SWAP_UUID),
    ),
    "split": (
        Partition("/boot", 300, "node-boot", BOOT_UUID, "^64bit", 1),
        Partition("/", 2200, "node-root", ROOT_UUID, "^resize_inode", 3),
        Partition("swap", 256, "node-swap", SWAP_UUID),
        Partition("/var", 900, "node-var", VAR_UUID),
    ),
}
DISK_SIGNATURE = "0x7a0c11e0"

BASE_PACKAGES = (
    "systemd systemd-sysv udev dbus initramfs-tools grub-pc e2fsprogs python3-minimal attr acl libcap2-bin iproute2 kmod "
    "bash less vim-tiny kbd fdisk procps cpio zstd iputils-ping"
).split()

# Everything that ReaR 2.7 wants for the same configuration, as the TripleO document lists it (grub-pc names what it installs with).
REAR_PACKAGES = "rear file genisoimage isolinux syslinux syslinux-common lftp sshfs openssh-client wget".split()


@dataclass(frozen=True)
class NodeSpec:
    kernel: str = "linux-image-cloud-amd64"
    layout: str = "plain"
    data_mib: int = 128
    with_rear: bool = False

    def packages(self):
        extra = REAR_PACKAGES if self.with_rear else []
        return sorted([self.kernel, *BASE_PACKAGES, *extra])

    def partitions(self):
        return LAYOUTS[self.layout]

    def disk_mib(self):
        return sum(p.mib for p in self.partitions()) + 2

    def name(self):
        return "-".join(
            [self.kernel.replace("linux-image-", ""), self.layout, f"{self.data_mib}m"] + (["rear"] if self.with_rear else [])
        )
