# SPDX-License-Identifier: GPL-3.0-or-later
# The end-to-end rows as data: which disks the node has, how it boots, which script of guest/stacks builds it, what recover finds and is
# given, and what else must hold. How a row is run lives in row_run.py.

from dataclasses import dataclass

from . import row_tree

MIB = 1024 * 1024
# Typed at the boot prompt of the initramfs and at recover.
PASSPHRASE = "Runkelruebe 4711 $x"


@dataclass(frozen=True)
class Drive:
    """A disk of the node or of the machine that it is recovered on."""
    mib: int
    bus: str = "virtio"
    sector: int = 512
    serial: str = ""
    label: str = ""  # what the comparison calls it; disk0, disk1... by place when empty
    foreign: bool = False  # not the node's: keeps its bytes, whatever is run
    starts: bool = False  # the firmware is set to start from it; else the first disk


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    stack: str  # guest/stacks/<stack>
    drives: tuple
    firmware: str = "bios"
    after: tuple = ()  # the drives at recover; () = the same, blank
    recover: str = ""  # more arguments of recover
    passphrase: bool = False
    rules: tuple = ()  # sections of volatile-storage beside "always"
    boots: tuple = ()  # further boots of the recovered node, each with these drives only
    power_loss: bool = False  # at recover, once files are coming back; then recover again
    kernel: str = row_tree.CLOUD

    def recovered_on(self):
        return self.after or self.drives


ONE = (Drive(2600),)
TWO = (Drive(2600), Drive(2600))

ROWS = (
    Row("1", "BIOS, MBR, ext4", "mbr-ext4", ONE),
    Row("2", "BIOS, GPT, /boot ext4, LVM with XFS root and /var", "lvm-xfs", (Drive(3000),)),
    Row("3", "UEFI, GPT, vfat ESP, XFS", "uefi-xfs", ONE, firmware="uefi"),
    Row("4b", "TripleO hardened, thin pool, by BIOS", "tripleo", (Drive(4200),)),
    Row("4u", "TripleO hardened, thin pool, by UEFI", "tripleo", (Drive(4200),), firmware="uefi"),
    Row("5", "RAID 1 over two disks, LVM on top; boots with either", "raid1-lvm", TWO, boots=((0,), (1,))),
    Row("6", "LUKS2 under LVM", "luks-lvm", ONE, firmware="uefi", passphrase=True),
    Row("7", "LVM over LUKS over RAID 1", "lvm-luks-raid", TWO, passphrase=True),
    Row("8", "btrfs with subvolumes on two devices", "btrfs", (Drive(1800), Drive(1500))),
    Row("9", "swap file, bind mounts, odd mount options; MBR with logical partitions", "odd-mounts", (Drive(3000),)),
    Row("10", "to a larger disk", "lvm-xfs", (Drive(3000),), after=(Drive(4500),), rules=("larger",)),
    Row("11", "to a smaller disk", "lvm-xfs", (Drive(3000),), after=(Drive(2700),), rules=("smaller",)),
    Row("12", "from vda to nvme0n1", "lvm-xfs", (Drive(3000),), after=(Drive(3000, bus="nvme"),), rules=("renamed",)),
    Row("13", "two equal disks in the other order, and a USB disk that keeps every byte", "two-equal",
        (Drive(2600, serial="SN-A", label="A"), Drive(2600, serial="SN-B", label="B"), Drive(64, "usb", serial="STICK", label="stick", foreign=True)),
        after=(Drive(2600, serial="SN-B", label="B"), Drive(2600, serial="SN-A", label="A", starts=True),
               Drive(64, "usb", serial="STICK", label="stick", foreign=True)), rules=("renamed",), kernel=row_tree.GENERIC),
    Row("14", "power lost in the middle of recover, recovered again", "lvm-xfs", (Drive(3000),), power_loss=True),
)


def find(names):
    """The rows of these names, in the order of the table; 4 means 4b and 4u. An unknown name is an error."""
    if not names:
        return list(ROWS)
    chosen = [row for row in ROWS if row.name in names or row.name.rstrip("bu") in names]
    unknown = [name for name in names if not any(name in (row.name, row.name.rstrip("bu")) for row in ROWS)]
    if unknown:
        raise KeyError(", ".join(unknown))
    return chosen


def device_names(drives):
    """The kernel's names of these disks, in order, by the rules of their buses: vda, nvme0n1, sda (ATA and USB)."""
    counts, names = {}, []
    for drive in drives:
        family = {"virtio": "vd", "nvme": "nvme"}.get(drive.bus, "sd")
        number = counts.get(family, 0)
        counts[family] = number + 1
        names.append(f"nvme{number}n1" if family == "nvme" else family + "abcdefgh"[number])
    return names


def labels(drives):
    return [drive.label or f"disk{number}" for number, drive in enumerate(drives)]
