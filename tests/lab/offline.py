# SPDX-License-Identifier: GPL-3.0-or-later
# Looks at disk images and at the archive while no machine runs: table, boot code, filesystem headers, and file trees through loop mounts.

import contextlib
import hashlib
import os
import re
import subprocess
import sys

from . import node_spec, sandbox
from .report import LabError, run

MANIFEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "manifest.py")
SECTOR = 512

# What of a filesystem's header must come back. Times, counters and the directory hash seed are its own.
EXT4_FACTS = ("Filesystem volume name", "Filesystem UUID", "Filesystem features", "Default mount options", "Errors behavior", "Inode count",
              "Block count", "Reserved block count", "Block size", "Inode size", "Inodes per group", "Reserved blocks uid",
              "Reserved blocks gid", "Maximum mount count", "Check interval", "Total journal size", "Default directory hash",
              "Reserved GDT blocks", "Flex block group size")


def partitions(disk):
    """(start, size) in bytes of each partition, and the lines of sfdisk's dump without the device's name."""
    dump = run(["sfdisk", "--dump", disk])
    lines = [re.sub(r"^\S*?(\d+) : ", r"partition \1: ", re.sub(r"\s+", " ", line.replace(disk, ""))) for line in dump.splitlines()
             if line and not line.startswith(("device:", "first-lba", "sector-size"))]
    places = [(int(m.group(1)) * SECTOR, int(m.group(2)) * SECTOR) for m in re.finditer(r"start=\s*(\d+), size=\s*(\d+)", dump)]
    return places, lines


def _ext4_facts(disk, start):
    shown = run(["dumpe2fs", "-h", f"{disk}?offset={start}"])
    pairs = (line.partition(":") for line in shown.splitlines())
    return {key: value.strip() for key, _, value in pairs if key in EXT4_FACTS}


def disk_facts(disk):
    """Everything about the disk that is not a file, as {name: text}."""
    places, lines = partitions(disk)
    facts = {}
    for line in lines:
        key, _, value = line.partition(": ")
        facts[f"table {key}"] = value
    with open(disk, "rb") as raw:
        facts["MBR boot code"] = hashlib.sha256(raw.read(440)).hexdigest()
        raw.seek(SECTOR)
        facts["GRUB core image"] = hashlib.sha256(raw.read(places[0][0] - SECTOR)).hexdigest()
    for number, (start, size) in enumerate(places, 1):
        probed = run(["blkid", "--probe", "--output", "export", "--offset", str(start), "--size", str(size), disk])
        identity = dict(line.split("=", 1) for line in probed.splitlines() if "=" in line)
        for key in ("TYPE", "UUID", "LABEL"):
            facts[f"partition {number} {key}"] = identity.get(key, "(none)")
        if identity.get("TYPE") == "ext4":
            facts.update({f"partition {number} {key}": value for key, value in _ext4_facts(disk, start).items()})
    return facts


@contextlib.contextmanager
def mounted(disk, spec, place, read_only=True):
    """Mount the node's filesystems below `place`, each at a directory of its own; yields the arguments for the manifest."""
    starts, _ = partitions(disk)
    targets, arguments = [], []
    try:
        for part, (start, size) in zip(spec.partitions(), starts):
            if part.mount == "swap":
                continue
            target = os.path.join(place, "root" + part.mount.rstrip("/").replace("/", "-"))
            os.makedirs(target, exist_ok=True)
            options = f"loop,offset={start},sizelimit={size}" + (",ro,noload" if read_only else "")
            run(["mount", "-t", "ext4", "-o", options, disk, target])
            targets.append(target)
            arguments.append(f"{target}={part.mount}")
        yield arguments
    finally:
        for target in reversed(targets):
            run(["umount", target])


def loop_mounts_work(work):
    """Whether this host can mount an ext4 image; a kernel without loop devices or ext4 cannot."""
    probe = os.path.join(work, "probe.raw")
    with open(probe, "wb") as out:
        out.truncate(8 * node_spec.MIB)
    run(["mke2fs", "-q", "-F", "-t", "ext4", probe])
    target = os.path.join(work, "probe")
    os.makedirs(target, exist_ok=True)
    done = subprocess.run(["mount", "-t", "ext4", "-o", "loop", probe, target], capture_output=True, check=False)
    if done.returncode == 0:
        run(["umount", target])
    os.remove(probe)
    return done.returncode == 0


def manifest(arguments, path):
    with open(path, "wb") as out:
        done = subprocess.run([sys.executable, "-B", MANIFEST, *arguments], stdout=out, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise LabError("the manifest could not be made", done.stderr.decode(errors="replace").splitlines())
    return path


def disk_manifest(disk, spec, work, path):
    with mounted(disk, spec, os.path.join(work, "mnt")) as arguments:
        return manifest(arguments, path)


@contextlib.contextmanager
def _accounts_of(archive, work):
    """The node's own account files over the host's while tar runs: it gives files to users by name."""
    for name in ("passwd", "group"):
        copy = os.path.join(work, f"archived-{name}")
        with open(copy, "wb") as out:
            subprocess.run(["tar", "-xzOf", archive, "--wildcards", "--no-anchored", f"etc/{name}", "--occurrence=1"], stdout=out, check=True)
        sandbox.mount(copy, f"/etc/{name}", flags=sandbox.MS_BIND)
    try:
        yield
    finally:
        for name in ("group", "passwd"):
            run(["umount", f"/etc/{name}"])


def tar_manifest(archive, size_mib, work, path):
    """Unpack the archive by GNU tar, as somebody without nrear would, into a new filesystem; the manifest of that."""
    image, target = os.path.join(work, "tar.raw"), os.path.join(work, "tar-root")
    with open(image, "wb") as out:
        out.truncate(size_mib * node_spec.MIB)
    run(["mke2fs", "-q", "-F", "-t", "ext4", image])
    os.makedirs(target, exist_ok=True)
    run(["mount", "-t", "ext4", "-o", "loop", image, target])
    try:
        os.rmdir(os.path.join(target, "lost+found"))
        with _accounts_of(archive, work):
            run(["tar", "--acls", "--xattrs", "--selinux", "-xzf", archive, "-C", target])
        return manifest([f"{target}=/"], path)
    finally:
        run(["umount", target])
        os.remove(image)
