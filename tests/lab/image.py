# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the node's disk image and keeps it in a cache. Filesystems are filled by mke2fs -d and a builder guest does the rest, so the host's
# kernel needs neither loop devices nor partition support.

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile

from . import machine, node_spec, tree
from .report import LabError, Step, run, say

HERE = os.path.dirname(os.path.abspath(__file__))
BUILDER_FILES = ("node_spec.py", "tree.py", "image.py", "guest/odd_files.py", "guest/build-node")
BUILD_SECONDS = 900


def cache_dir():
    base = os.environ.get("NREAR_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "nrear")
    path = os.path.join(base, "lab")
    os.makedirs(path, exist_ok=True)
    return path


def package_versions(packages):
    """Candidate versions in apt's lists; empty where the lists are absent."""
    shown = subprocess.run(["apt-cache", "show", "--no-all-versions", *packages], capture_output=True, text=True, check=False).stdout
    return "".join(line + "\n" for line in shown.splitlines() if line.startswith(("Package:", "Version:")))


def cache_key(spec):
    """(inputs, versions): digests of what decides the image's content."""
    digest = hashlib.sha256(repr(spec).encode())
    for name in BUILDER_FILES:
        with open(os.path.join(HERE, name), "rb") as source:
            digest.update(source.read())
    versions = package_versions(spec.packages())
    return digest.hexdigest()[:12], hashlib.sha256(versions.encode()).hexdigest()[:8] if versions else ""


class Image:
    """A finished image: `disk` (raw, sparse), and the node's `kernel` and `initrd` outside of it."""

    def __init__(self, folder):
        self.folder = folder
        self.disk = os.path.join(folder, "disk.raw")
        self.kernel = os.path.join(folder, "vmlinuz")
        self.initrd = os.path.join(folder, "initrd.img")

    def copy_disk(self, target):
        run(["cp", "--sparse=always", "--reflink=auto", self.disk, target])
        return target


def _find(spec, inputs, versions):
    wanted = f"{spec.name()}-{inputs}-{versions}"
    for name in sorted(os.listdir(cache_dir()), reverse=True):
        if name == wanted or (not versions and name.startswith(f"{spec.name()}-{inputs}-")):
            if "." not in name:
                return os.path.join(cache_dir(), name)
    return None


@contextlib.contextmanager
def cache_lock():
    with open(os.path.join(cache_dir(), ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _drop_older(spec, keep):
    for name in os.listdir(cache_dir()):
        if name.startswith(spec.name() + "-") and name != keep and len(name.split("-")) == len(keep.split("-")):
            shutil.rmtree(os.path.join(cache_dir(), name), ignore_errors=True)


def drop_older(folder):
    """Remove what differs from `folder`, a name that ends in -KEY, by its key alone."""
    stem = os.path.basename(folder).rpartition("-")[0]
    for name in os.listdir(cache_dir()):
        if name.rpartition("-")[0] == stem and name != os.path.basename(folder):
            shutil.rmtree(os.path.join(cache_dir(), name), ignore_errors=True)


def get(spec):
    """The image for `spec`, built if the cache does not have it."""
    with cache_lock():
        inputs, versions = cache_key(spec)
        found = _find(spec, inputs, versions)
        if found:
            say(f"node image from the cache: {os.path.basename(found)}")
            return Image(found)
        name = f"{spec.name()}-{inputs}-{versions or 'unknown'}"
        with Step(f"building node image {name}"), tempfile.TemporaryDirectory(prefix="lab-image.", dir=cache_dir()) as work:
            build(spec, work)
            final = os.path.join(cache_dir(), name)
            os.rename(os.path.join(work, "image"), final)
        _drop_older(spec, name)
        return Image(final)


def _partition_table(spec, disk):
    lines = ["label: dos", f"label-id: {node_spec.DISK_SIGNATURE}", "unit: sectors"]
    start = 2048
    for part in spec.partitions():
        kind = "82" if part.mount == "swap" else "83"
        bootable = ", bootable" if part is spec.partitions()[0] else ""
        lines.append(f"start={start}, size={part.mib * 2048}, type={kind}{bootable}")
        start += part.mib * 2048
    run(["sfdisk", "--quiet", disk], stdin_text="\n".join(lines) + "\n")


def _fill_filesystems(spec, root, work, disk):
    """One ext4 per partition, filled from its part of the tree. Parts other than / are moved out of the tree first."""
    sources = {"/": root}
    for part in spec.partitions():
        if part.mount not in ("/", "swap"):
            sources[part.mount] = os.path.join(work, "part" + part.mount.replace("/", "-"))
            inside = os.path.join(root, part.mount.lstrip("/"))
            os.rename(inside, sources[part.mount])
            os.mkdir(inside)
    start = 1
    for part in spec.partitions():
        if part.mount != "swap":
            features = ["-O", part.features] if part.features else []
            run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", part.label, "-U", part.uuid, "-m", str(part.reserved_percent), *features,
                 "-E", f"offset={start * node_spec.MIB},root_owner=0:0", "-d", sources[part.mount], disk, f"{part.mib}M"])
        start += part.mib


def _builder_settings(spec, root):
    mounts = [f"/dev/vda{n}:{p.mount}" for n, p in enumerate(spec.partitions(), 1) if p.mount not in ("/", "swap")]
    number, swap = next((n, p) for n, p in enumerate(spec.partitions(), 1) if p.mount == "swap")
    tree.write(root, "/lab/settings", f'LAB_MOUNTS="{" ".join(mounts)}"\nLAB_SWAP_LABEL={swap.label}\nLAB_SWAP_UUID={swap.uuid}\n'
               f"LAB_SWAP_DEVICE=/dev/vda{number}\n")
    for name in ("build-node", "odd_files.py"):
        shutil.copy(os.path.join(HERE, "guest", name), os.path.join(root, "lab", name))


def _run_builder(spec, image, accel, log):
    root_number = next(n for n, p in enumerate(spec.partitions(), 1) if p.mount == "/")
    arguments = f"root=/dev/vda{root_number} rootfstype=ext4 rw quiet noresume init=/lab/build-node {node_spec.KERNEL_ARGUMENTS}"
    with machine.Machine(accel, log, disks=[image.disk], kernel=(image.kernel, image.initrd, arguments), network=False) as guest:
        index, _ = guest.console.expect(["LAB BUILD OK", "LAB BUILD FAILED.*", "Kernel panic.*"], BUILD_SECONDS, "the builder guest")
        if index != 0:
            raise LabError("the builder guest failed", guest.console.last_lines())
        guest.wait_off(60)


def build(spec, work):
    root = os.path.join(work, "tree")
    os.mkdir(os.path.join(work, "image"))
    image = Image(os.path.join(work, "image"))
    with Step("making the file tree (mmdebstrap)"):
        tree.make_tree(spec, root)
    kernel, initrd = machine.find_kernel(root)
    shutil.copy(kernel, image.kernel)
    shutil.copy(initrd, image.initrd)
    _builder_settings(spec, root)
    with Step("making the filesystems (mke2fs -d)"):
        with open(image.disk, "wb") as out:
            out.truncate(spec.disk_mib() * node_spec.MIB)
        _partition_table(spec, image.disk)
        _fill_filesystems(spec, root, work, image.disk)
    with Step("builder guest: boot loader, swap, odd files"):
        _run_builder(spec, image, machine.acceleration(image.kernel), os.path.join(work, "builder.log"))


