# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a script as root in a guest with blank disks and every storage tool, and builds the nodes of the rows that way. Built disks are
# kept in the cache under a key of the builder's sources and the package versions.

import glob
import hashlib
import json
import os
import shutil
import tarfile
import tempfile

from . import image, machine, node_spec, row_tree, rows
from .report import LabError, Step, run, say

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(HERE, "guest")
BUILD_SECONDS = 1800
# Scratch of the guest's own root lies on its source disk; its memory holds what is written.
MEMORY_MIB = 1024


def blank_files(drives, folder, stem):
    """A new sparse file for each drive."""
    paths = []
    for number, drive in enumerate(drives):
        path = os.path.join(folder, f"{stem}{number}.raw")
        with open(path, "wb") as out:
            out.truncate(drive.mib * rows.MIB)
        paths.append(path)
    return paths


def as_disks(drives, paths, throw_away=False):
    return [machine.Disk(path, drive.bus, drive.sector, drive.serial, throw_away, drive.starts) for drive, path in zip(drives, paths)]


def make_payload(path, files):
    """A tar file of {name: host path}, of whole sectors."""
    with tarfile.open(path, "w") as out:
        for name, source in files.items():
            out.add(source, name)
    size = os.path.getsize(path)
    os.truncate(path, (size + rows.MIB - 1) // rows.MIB * rows.MIB)


def run_script(source, accel, script, files, disks, log, variables=None, seconds=BUILD_SECONDS, root_first=False):
    """Run `script` (a host path) in a builder guest beside `files`; returns (status, its output). The disks come first, so that their names are
    those that the node will see; with `root_first` the guest's own root is vda and they begin at vdb."""
    with tempfile.TemporaryDirectory(prefix="lab-payload.", dir=os.environ.get("TMPDIR", "/var/tmp")) as work:
        payload = os.path.join(work, "payload.tar")
        make_payload(payload, {"script": script, **files})
        root = [machine.Disk(source.disk, serial="lab-source", throw_away=True)]
        hardware = [*(root if root_first else []), *disks, *([] if root_first else root), machine.Disk(payload, serial="lab-payload", throw_away=True)]
        arguments = f"root=LABEL={row_tree.SOURCE_LABEL} rootfstype=ext4 rw quiet noresume init=/lab/init {node_spec.KERNEL_ARGUMENTS}"
        with machine.Machine(accel, log, disks=hardware, kernel=(source.kernel, source.initrd, arguments), network=False, variables=variables,
                             memory_mib=MEMORY_MIB) as guest:
            guest.console.expect([r"LAB BEGIN\n"], 600, "the builder guest")
            _, match = guest.console.expect([r"LAB END status=(\d+)\."], seconds, "the end of the script in the builder guest")
            output = guest.console.before.decode(errors="replace")
            guest.wait_off(120)
            return int(match.group(1)), output


class Built:
    """A built node: `disks` (files), `variables` (the board's UEFI variables, or None), `seconds` that building took."""

    def __init__(self, folder, row):
        self.folder = folder
        self.disks = [os.path.join(folder, f"disk{number}.raw") for number in range(len(row.drives))]
        self.variables = os.path.join(folder, "variables.fd") if row.firmware == "uefi" else None
        with open(os.path.join(folder, "facts.json"), encoding="utf-8") as facts:
            self.seconds = json.load(facts)["seconds"]

    def copy_to(self, work):
        """Copies that a machine may write to: ([disks], variables)."""
        copies = []
        for number, disk in enumerate(self.disks):
            copies.append(os.path.join(work, f"node{number}.raw"))
            run(["cp", "--sparse=always", "--reflink=auto", disk, copies[-1]])
        variables = self.variables and shutil.copyfile(self.variables, os.path.join(work, "node-variables.fd"))
        return copies, variables


def stack_files(row):
    return {"stack": os.path.join(GUEST, "stacks", row.stack), "common.sh": os.path.join(GUEST, "stacks", "common.sh"),
            "odd_files.py": os.path.join(GUEST, "odd_files.py")}


def key(row, source):
    digest = hashlib.sha256(os.path.basename(source.folder).encode())
    digest.update(repr((row.stack, row.drives, row.firmware)).encode())
    for path in [*stack_files(row).values(), os.path.join(HERE, "row_build.py")]:
        with open(path, "rb") as text:
            digest.update(text.read())
    return digest.hexdigest()[:16]


def get(row, accel, logs, with_rear=False):
    """The row's node, built if the cache does not have it. Rows with the same node share it."""
    source = row_tree.get(row.kernel, with_rear)
    name = f"rows-{row.stack}-{row.firmware}{'-rear' if with_rear else ''}-{key(row, source)}"
    final = os.path.join(image.cache_dir(), name)
    with image.cache_lock():
        if os.path.exists(final):
            say(f"node from the cache: {name}")
        else:
            with tempfile.TemporaryDirectory(prefix="lab-row.", dir=image.cache_dir()) as work:
                _build(row, source, accel, work, os.path.join(logs, "build.log"))
                os.rename(os.path.join(work, "node"), final)
            image.drop_older(final)
    return Built(final, row)


def _build(row, source, accel, work, log):
    folder = os.path.join(work, "node")
    os.mkdir(folder)
    paths = blank_files(row.drives, folder, "disk")
    variables = machine.new_board(os.path.join(folder, "variables.fd")) if row.firmware == "uefi" else None
    settings = os.path.join(work, "settings")
    names = [f"/dev/{name}" for name in rows.device_names(row.drives)]
    with open(settings, "w", encoding="utf-8") as out:
        out.write(f"DISKS=({' '.join(names)})\nFIRMWARE={row.firmware}\nPASSPHRASE='{rows.PASSPHRASE}'\n")
    with Step(f"building the node of row {row.name} ({row.stack})") as step:
        status, output = run_script(source, accel, os.path.join(GUEST, "stacks", "build"), {**stack_files(row), "settings": settings},
                                    as_disks(row.drives, paths), log, variables)
        if status != 0 or "STACK BUILT" not in output:
            raise LabError(f"the stack of row {row.name} was not built (status {status})", output.splitlines()[-40:])
    with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as facts:
        json.dump({"seconds": round(step.seconds, 1)}, facts)
    for extra in glob.glob(os.path.join(folder, "*.qemu")):
        os.remove(extra)
