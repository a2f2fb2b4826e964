# SPDX-License-Identifier: GPL-3.0-or-later
# A virtual machine: QEMU's arguments, acceleration, start and end. What is said over its serial line lives in console.py.

import glob
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

from . import node_spec
from .console import Console
from .report import LabError, say

EMULATION = ["-accel", "tcg,thread=multi", "-cpu", "qemu64,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt"]
HARDWARE = ["-accel", "kvm", "-cpu", "host"]
PROBE_SECONDS = 20

# Debian's package ovmf. The variables are a file of their own: the board's memory of what to boot.
UEFI_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
UEFI_VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd"

# What QEMU calls a disk on each bus. "ata" is what the cloud kernel has for SATA (ata_piix); the disks become sda, sdb. "multipath": one disk that hangs on
# two controllers, for the guest two SCSI disks with one WWN.
BUSES = {"virtio": "virtio-blk-pci", "nvme": "nvme", "ata": "ide-hd", "usb": "usb-storage", "multipath": "scsi-hd"}
PATHS = 2


@dataclass(frozen=True)
class Disk:
    """A raw file as a disk. A throw-away disk forgets what is written to it when the machine ends."""
    path: str
    bus: str = "virtio"
    sector: int = 512
    serial: str = ""
    throw_away: bool = False
    starts: bool = False  # what the firmware is set to start from, before all other disks


def multipath_arguments(disk, number):
    """The same file behind each controller (controller_arguments). No cache: what one path has written, the other reads."""
    arguments = []
    for path in range(PATHS):
        name = f"disk{number}path{path}"
        device = f"scsi-hd,bus=paths{path}.0,lun={number},drive={name},share-rw=on,serial={disk.serial or f'lab-disk-{number}'},wwn={0x5000c500a1b2c300 + number:#x}"
        if disk.sector != 512:
            device += f",logical_block_size={disk.sector},physical_block_size={disk.sector}"
        arguments += ["-drive", f"file={disk.path},format=raw,if=none,id={name},file.locking=off,cache=writethrough", "-device", device]
    return arguments


def controller_arguments(disks):
    """What the disks hang on, where the board has none for them."""
    arguments = ["-device", "qemu-xhci"] if any(disk.bus == "usb" for disk in disks) else []
    if any(disk.bus == "multipath" for disk in disks):
        for path in range(PATHS):
            arguments += ["-device", f"virtio-scsi-pci,id=paths{path}"]
    return arguments


def disk_arguments(disk, number):
    """QEMU's arguments for the disk that is `number` in the boot order of the disks."""
    if disk.bus == "multipath":
        return multipath_arguments(disk, number)
    options = f"file={disk.path},format=raw,if=none,id=disk{number},cache=unsafe,discard=unmap,detect-zeroes=unmap"
    device = f"{BUSES[disk.bus]},drive=disk{number},serial={disk.serial or f'lab-disk-{number}'},bootindex={2 if disk.starts else number + 3}"
    if disk.sector != 512:
        device += f",logical_block_size={disk.sector},physical_block_size={disk.sector}"
    return ["-drive", options + (",snapshot=on" if disk.throw_away else ""), "-device", device]


def new_board(path):
    """A main board that has never booted anything: fresh UEFI variables in `path`."""
    shutil.copyfile(UEFI_VARIABLES, path)
    return path


def firmware_arguments(variables):
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={UEFI_CODE}", "-drive", f"if=pflash,format=raw,file={variables}"]


def find_kernel(tree):
    """(kernel, initrd) of a file tree; the node has exactly one."""
    kernels = sorted(glob.glob(os.path.join(tree, "boot/vmlinuz-*")))
    if len(kernels) != 1:
        raise LabError(f"expected one kernel in {tree}/boot, found {len(kernels)}")
    return kernels[0], kernels[0].replace("vmlinuz-", "initrd.img-")


def _boots_under_kvm(kernel):
    """A /dev/kvm that can be opened may still hang a stock kernel. A kernel without a root panics and, with panic=-1, leaves."""
    argv = ["qemu-system-x86_64", *HARDWARE, "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-kernel", kernel, "-append", "console=ttyS0 panic=-1"]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return b"Kernel panic" in done.stdout


def acceleration(kernel):
    """QEMU's arguments for the fastest way in which this kernel is seen to boot here. LAB_ACCEL=tcg|kvm decides without a probe."""
    forced = os.environ.get("LAB_ACCEL")
    if forced:
        return HARDWARE if forced == "kvm" else EMULATION
    if os.access("/dev/kvm", os.R_OK | os.W_OK) and _boots_under_kvm(kernel):
        say("a stock kernel boots under KVM here: hardware virtualisation it is")
        return HARDWARE
    say("no usable KVM: everything runs under emulation")
    return EMULATION


class Machine:
    """One run of a virtual machine, as a context. Use `console` to talk to it; leaving the context kills it if it is still there.

    `disks`: Disk, or the path of one on virtio. `variables`: the file of the board's UEFI variables; without it the firmware is a BIOS."""

    def __init__(self, accel, log_path, disks=(), iso=None, kernel=None, memory_mib=1024, network=True, variables=None):
        self.log_path = log_path
        self.run_dir = tempfile.TemporaryDirectory(prefix="lab-vm-")
        socket_path = os.path.join(self.run_dir.name, "serial")
        self.argv = ["qemu-system-x86_64", *accel, "-m", str(memory_mib), "-smp", "2", "-nodefaults", "-display", "none", "-vga", "std",
                     "-no-reboot", "-device", "virtio-rng-pci", "-chardev", f"socket,id=serial,path={socket_path},server=on,wait=on",
                     "-serial", "chardev:serial"]
        if variables:
            self.argv += firmware_arguments(variables)
        disks = [Disk(disk) if isinstance(disk, str) else disk for disk in disks]
        self.argv += controller_arguments(disks)
        for number, disk in enumerate(disks):
            self.argv += disk_arguments(disk, number)
        if iso:
            self.argv += ["-drive", f"file={iso},format=raw,if=none,id=cd,media=cdrom,readonly=on", "-device", "ide-cd,drive=cd,bootindex=1"]
        if network:
            self.argv += ["-netdev", f"user,id=net,net={node_spec.NETWORK},host={node_spec.SERVER_ADDRESS},dns=192.168.24.3,restrict=off",
                          "-device", "virtio-net-pci,netdev=net,mac=52:54:00:18:00:10,romfile="]
        if kernel:
            image, initrd, arguments = kernel
            self.argv += ["-kernel", image, "-initrd", initrd, "-append", arguments]
        self.socket_path = socket_path
        self.process = None
        self.console = None

    def __enter__(self):
        error_log = open(self.log_path + ".qemu", "wb")
        with error_log:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=error_log, stderr=error_log)
        self.console = Console(self.socket_path, self.log_path, self._qemu_died)
        return self

    def _qemu_died(self):
        return self.process.poll() is not None

    def wait_off(self, seconds):
        """Wait until the machine has switched itself off, or has rebooted (QEMU runs with -no-reboot)."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise LabError(f"the machine did not switch off within {seconds} s", self.console.last_lines())
            self.console.drain(0.5)
        if self.process.returncode != 0:
            raise LabError(f"QEMU ended with status {self.process.returncode}", self.console.last_lines())

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.console:
            self.console.close()
        self.run_dir.cleanup()
        return False
