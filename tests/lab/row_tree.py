# SPDX-License-Identifier: GPL-3.0-or-later
# The one file tree that every row's node is made of, and the builder guest that boots from it: Debian with all the storage tools, as small
# as it can be, since every file costs time under emulation. Kept in the cache as an ext4 image with its kernel and initrd.

import glob
import hashlib
import os
import shutil
import tempfile

from . import image, machine, node_spec, tree
from .report import Step, run

HERE = os.path.dirname(os.path.abspath(__file__))
BUILDER_FILES = ("node_spec.py", "tree.py", "row_tree.py", "guest/builder-init")
SOURCE_LABEL = "lab-source"
SPARE_MIB = 400

PACKAGES = tuple(p for p in node_spec.BASE_PACKAGES if p != "grub-pc") + tuple(
    "grub-pc-bin grub-efi-amd64-bin grub-efi-amd64-signed shim-signed grub2-common efibootmgr lvm2 thin-provisioning-tools mdadm cryptsetup "
    "cryptsetup-initramfs xfsprogs btrfs-progs dosfstools gdisk".split())
CLOUD = "linux-image-cloud-amd64"
GENERIC = "linux-image-amd64"  # has USB, which the cloud kernel lacks

# Nothing that a recovery could lose in a way of its own: more of the same costs time in every listing and every archive.
DROPPED = tuple(
    "usr/share/doc/* usr/share/man/* usr/share/info/* usr/share/locale/* usr/share/bash-completion usr/share/i18n usr/share/perl "
    "usr/lib/x86_64-linux-gnu/perl usr/share/consolefonts usr/share/keymaps usr/share/zoneinfo/*/* usr/share/vim/vim*/* usr/share/pixmaps "
    "usr/share/misc/*.ids usr/share/terminfo/*/* usr/lib/x86_64-linux-gnu/gconv usr/lib/x86_64-linux-gnu/libicu* usr/sbin/xfs_scrub* "
    "usr/lib/udev/hwdb* usr/lib/python3*/lib2to3 usr/lib/python3*/ensurepip usr/lib/python3*/asyncio usr/lib/python3*/multiprocessing "
    "usr/lib/python3*/unittest usr/lib/python3*/email usr/lib/python3*/distutils usr/lib/python3*/pydoc_data "
    "var/lib/apt/lists/* var/cache/*/* var/log/*.log var/log/apt var/lib/dpkg/info/*".split())
# Of the kernel's modules: what no row has. modules.dep and the initramfs are made anew.
DROPPED_DRIVERS = tuple(
    "gpu media net infiniband iio staging isdn comedi platform hwmon input leds mfd target video bluetooth thunderbolt edac regulator power "
    "crypto vdpa vhost hid xen net/wireless ufs scsi/[a-ru]* scsi/s[ant]* scsi/v[mh]*".split())
DROPPED_SUBSYSTEMS = tuple(
    "sound virt net/wireless net/mac80211 net/bluetooth net/netfilter net/sctp net/openvswitch net/tipc net/rds net/smc net/dccp net/sched "
    "net/ceph net/sunrpc net/rxrpc net/9p fs/ocfs2 fs/ceph fs/gfs2 fs/afs fs/nfsd fs/nfs fs/cifs fs/smb* fs/jfs fs/ntfs3 fs/f2fs fs/ubifs fs/reiserfs "
    "fs/udf fs/hfs fs/hfsplus fs/nilfs2 fs/orangefs fs/dlm fs/9p fs/ntfs fs/erofs fs/coda fs/ufs fs/jffs2".split())
KEPT_DRIVERS = ("net/virtio_net.ko", "net/net_failover.ko", "platform/x86/wmi.ko")

def packages(kernel, with_rear):
    return sorted({kernel, *PACKAGES, *(node_spec.REAR_PACKAGES if with_rear else ())})


def key(names):
    digest = hashlib.sha256(repr(names).encode())
    for name in BUILDER_FILES:
        with open(os.path.join(HERE, name), "rb") as source:
            digest.update(source.read())
    digest.update(image.package_versions(names).encode())
    return digest.hexdigest()[:16]


class Source:
    """The finished tree: `disk` (an ext4 image labelled SOURCE_LABEL), `kernel`, `initrd`."""

    def __init__(self, folder):
        self.folder = folder
        self.disk = os.path.join(folder, "source.raw")
        self.kernel = os.path.join(folder, "vmlinuz")
        self.initrd = os.path.join(folder, "initrd.img")


def get(kernel=CLOUD, with_rear=False):
    """The source tree with this kernel, with Debian's ReaR for bench/rear-rows; made if the cache does not have it."""
    names = packages(kernel, with_rear)
    name = f"rows-source-{kernel.replace('linux-image-', '')}{'-rear' if with_rear else ''}-{key(names)}"
    final = os.path.join(image.cache_dir(), name)
    with image.cache_lock():
        if not os.path.exists(final):
            with Step(f"making the rows' file tree {name}"), tempfile.TemporaryDirectory(prefix="lab-source.", dir=image.cache_dir()) as work:
                _build(names, work)
                os.rename(os.path.join(work, "source"), final)
            image.drop_older(final)
    return Source(final)


def _build(names, work):
    root = os.path.join(work, "tree")
    source = Source(os.path.join(work, "source"))
    os.mkdir(source.folder)
    _bootstrap(names, root)
    tree.configure(root)
    _slim(root)
    tree.write(root, "/lab/init", _read("guest/builder-init"), 0o755)
    found_kernel, initrd = machine.find_kernel(root)
    shutil.copy(found_kernel, source.kernel)
    shutil.copy(initrd, source.initrd)
    used = int(run(["du", "--apparent-size", "-sm", root]).split()[0])
    with open(source.disk, "wb") as out:
        out.truncate((used + SPARE_MIB) * node_spec.MIB)
    run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", SOURCE_LABEL, "-E", "root_owner=0:0", "-d", root, source.disk])


def _bootstrap(names, root):
    """What differs from row to row (fstab, crypttab, mdadm.conf, the initramfs where it needs them) is written in the builder guest."""
    early = root + ".early"
    tree.write(early, "/etc/initramfs-tools/conf.d/resume", "RESUME=none\n")
    # The fastest, since the rows that need one of their own make it under emulation.
    tree.write(early, "/etc/initramfs-tools/conf.d/compress", "COMPRESS=zstd\nCOMPRESSLEVEL=1\n")
    tree.write(early, "/etc/initramfs-tools/update-initramfs.conf", "update_initramfs=no\nbackup_initramfs=no\n")  # until _slim()
    tree.write(early, "/etc/default/grub", tree.GRUB_DEFAULTS)
    tree.write(early, "/etc/fstab", "# written by the row\n")
    tree.identity(early)
    tree.mmdebstrap(root, early, names)


def _remove(root, patterns):
    for pattern in patterns:
        for path in glob.glob(os.path.join(root, pattern)):
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            elif os.path.lexists(path):  # a directory may be there by two names
                os.remove(path)


def _slim(root):
    """Take out what is dropped; then the list of modules and the initramfs, at native speed."""
    release = os.path.basename(glob.glob(os.path.join(root, "usr/lib/modules/*"))[0])
    modules = f"usr/lib/modules/{release}/kernel/"
    kept = {}
    for name in KEPT_DRIVERS:
        for path in glob.glob(os.path.join(root, modules + "drivers", name)):
            with open(path, "rb") as module:
                kept[path] = module.read()
    _remove(root, DROPPED)
    _remove(root, [modules + "drivers/" + name for name in DROPPED_DRIVERS] + [modules + name for name in DROPPED_SUBSYSTEMS])
    for path, content in kept.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as module:
            module.write(content)
    run(["depmod", "-b", root, release])
    tree.write(root, "/etc/initramfs-tools/update-initramfs.conf", "update_initramfs=yes\nbackup_initramfs=no\n")
    run(["chroot", root, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "update-initramfs", "-c", "-k", release])


def _read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as text:
        return text.read()
