# SPDX-License-Identifier: GPL-3.0-or-later
# Prints one line per file of one filesystem tree with everything that must survive a recovery. Runs in a guest (python3-minimal) or on the
# host. Line: path TAB key=value TAB ...; bytes outside of printable ASCII, and backslash, are \xNN. Never updates access times.

import array
import errno
import fcntl
import hashlib
import os
import stat
import sys

FS_IOC_GETFLAGS = 0x80086601
# How ext4 stores the file, not what a person set: extents, hashed directory, huge file, inline data, large xattr inode, encrypted, casefold.
STORAGE_FLAGS = 0x00080000 | 0x00001000 | 0x00040000 | 0x10000000 | 0x00200000
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket",
         stat.S_IFCHR: "char", stat.S_IFBLK: "block"}
BLOCK = 65536
PLAIN = {byte for byte in range(0x20, 0x7F)} - {ord("\\")}


def escape(raw):
    return "".join(chr(b) if b in PLAIN else "\\x%02x" % b for b in raw)


def content(descriptor, size):
    """SHA-256 over (offset, block) of every block that is not all zero: holes and written zeros are the same content."""
    digest = hashlib.sha256(b"%d" % size)
    place = 0
    while place < size:
        try:
            place = os.lseek(descriptor, place, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                break  # only a hole is left
            raise
        place -= place % BLOCK
        block = os.pread(descriptor, BLOCK, place)
        if not block:
            break
        if block.count(0) != len(block):
            digest.update(b"@%d:" % place)
            digest.update(block)
        place += len(block)
    return digest.hexdigest()


def inode_flags(descriptor):
    flags = array.array("L", [0])
    try:
        fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, flags)
    except OSError as error:
        if error.errno in (errno.ENOTTY, errno.EOPNOTSUPP):
            return 0
        raise
    return (flags[0] & 0xFFFFFFFF) & ~STORAGE_FLAGS


def extended(path):
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        value = os.getxattr(path, name, follow_symlinks=False)
        yield f"xattr:{escape(os.fsencode(name))}={value.hex()}"


def describe(path, info, leaders, shown):
    kind = KINDS[stat.S_IFMT(info.st_mode)]
    fields = [f"kind={kind}", f"mode={stat.S_IMODE(info.st_mode):04o}", f"uid={info.st_uid}", f"gid={info.st_gid}",
              f"mtime={info.st_mtime_ns}"]
    if kind == "link":
        fields.append(f"target={escape(os.readlink(path))}")
    if kind in ("char", "block"):
        fields.append(f"rdev={os.major(info.st_rdev)}:{os.minor(info.st_rdev)}")
    if kind != "dir" and info.st_nlink > 1:
        leader = leaders.setdefault(info.st_ino, shown)
        fields += [f"nlink={info.st_nlink}", f"leader={leader}"]
    if kind in ("file", "dir"):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOATIME)
        try:
            fields.append(f"flags={inode_flags(descriptor):#x}")
            if kind == "file":
                fields += [f"size={info.st_size}", f"alloc={info.st_blocks * 512}", f"sha256={content(descriptor, info.st_size)}"]
        finally:
            os.close(descriptor)
    fields.extend(extended(path))
    return fields


def walk(root, prefix, out):
    """Depth first in byte order of names, so that the leader of a group of hard links is the same on both sides."""
    device = os.lstat(root).st_dev
    leaders = {}
    waiting = [b""]
    while waiting:
        inside = waiting.pop()
        path = root + inside
        info = os.lstat(path)
        shown = escape(prefix + inside) or "/"
        if info.st_dev != device:
            out.write(f"{shown}\tkind=other-filesystem\n")
            continue
        out.write("\t".join([shown] + describe(path, info, leaders, shown)) + "\n")
        if stat.S_ISDIR(info.st_mode):
            waiting.extend(inside + b"/" + name for name in sorted(os.listdir(path), reverse=True))


def main():
    for pair in sys.argv[1:]:  # directory=what it is shown as: /run/root=/  /run/root-boot=/boot
        root, _, prefix = os.fsencode(pair).partition(b"=")
        walk(root.rstrip(b"/") or b"/.", prefix.rstrip(b"/"), sys.stdout)
    sys.stdout.write("# end\n")


if __name__ == "__main__":
    main()
