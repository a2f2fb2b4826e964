# SPDX-License-Identifier: GPL-3.0-or-later
# Runs as root inside the builder guest: makes files that backup programs get wrong. Needs python3-minimal, attr, acl, libcap2-bin, e2fsprogs.

import os
import subprocess
import sys
import time

BASE = b"/srv/odd"


def path(name):
    return BASE + b"/" + (name if isinstance(name, bytes) else name.encode())


def make(name, content=b"content\n", mode=0o644):
    with open(path(name), "wb") as out:
        out.write(content)
    os.chmod(path(name), mode)
    return path(name)


def call(*argv):
    subprocess.run(argv, check=True)


def odd_names():
    folder = path("names")
    os.mkdir(folder)
    names = [b"new\nline", b"tab\there", b"not-utf8-\xff\xfe", b"trailing blank ", b" leading blank", b"-leading-dash", b"--help",
             b"back\\slash", b"quote'\"", b"star*?[x]", b"$HOME`id`", b"\x01control", "umlaut-ü-日本".encode(), b"n" * 255, b"#hash", b"~tilde"]
    for name in names:
        with open(folder + b"/" + name, "wb") as out:
            out.write(name)
    deep = folder
    for _ in range(12):
        deep += b"/" + b"deep-directory-name-" * 5
        os.mkdir(deep)
    with open(deep + b"/" + b"f" * 200, "wb") as out:
        out.write(b"a path of more than 1024 bytes")
    os.symlink(b"target-" + b"\xff" * 100, folder + b"/link-to-bytes")


def xattrs():
    file = make("xattrs")
    os.setxattr(file, "user.comment", b"plain text")
    os.setxattr(file, "user.binary", bytes(range(256)))
    os.setxattr(file, "user.empty", b"")
    os.setxattr(file, "trusted.overlay.opaque", b"y")
    os.setxattr(file, "security.ima", b"\x03\x02\x00raw")
    os.setxattr(file, "security.selinux", b"system_u:object_r:etc_t:s0\0")
    folder = path("xattr-directory")
    os.mkdir(folder)
    os.setxattr(folder, "user.on.directory", b"yes")
    os.setxattr(folder, "security.selinux", b"system_u:object_r:var_t:s0\0")
    os.symlink("xattrs", path("xattr-symlink"))
    os.setxattr(path("xattr-symlink"), "trusted.on.symlink", b"yes", follow_symlinks=False)
    os.setxattr(path("xattr-symlink"), "security.selinux", b"system_u:object_r:lnk_t:s0\0", follow_symlinks=False)
    big = make("xattr-large")
    os.setxattr(big, "user.large", b"x" * 3000)


def capabilities_and_acls():
    file = make("capability", mode=0o755)
    call("setcap", "cap_net_raw,cap_net_bind_service+ep", file)
    file = make("acl")
    call("setfacl", "-m", "u:1234:rwx,g:4321:r--,m::rw-", file)
    folder = path("acl-default")
    os.mkdir(folder)
    call("setfacl", "-m", "u:77:rwx", folder)
    call("setfacl", "-d", "-m", "u:88:r-x,g:99:rwx", folder)
    make(b"acl-default/inherits")
    make("setuid", mode=0o4755)
    make("setgid", mode=0o2711)
    make("no-permissions", mode=0o000)
    os.mkdir(path("sticky"))
    os.chmod(path("sticky"), 0o1777)
    os.mkdir(path("setgid-directory"))
    os.chmod(path("setgid-directory"), 0o2770)
    file = make("large-ids")
    os.chown(file, 4000000000, 3999999999)
    os.symlink("nowhere", path("owned-symlink"))
    os.lchown(path("owned-symlink"), 123, 456)
    setuid_owned = make("setuid-of-another")
    os.chown(setuid_owned, 33, 33)
    os.chmod(setuid_owned, 0o6755)


def links_and_specials():
    file = make("linked", b"three names\n")
    os.link(file, path("linked-2"))
    os.mkdir(path("elsewhere"))
    os.link(file, path("elsewhere/linked-3"))
    os.mkfifo(path("fifo"), 0o640)
    os.link(path("fifo"), path("fifo-2"))
    os.symlink("fifo", path("symlink"))
    os.link(path("symlink"), path("symlink-2"), follow_symlinks=False)
    os.symlink("dangling/target/that/does/not/exist", path("dangling"))
    os.symlink("x" * 1000, path("long-symlink"))
    os.mknod(path("null"), 0o020666, os.makedev(1, 3))
    os.link(path("null"), path("null-2"))
    os.mknod(path("block"), 0o060660, os.makedev(259, 70000))
    os.mkdir(path("empty"))
    os.mkdir(path("empty/within"))
    make("empty-file", b"")


def sparse():
    with open(path("sparse-1g"), "wb") as out:
        out.truncate(1 << 30)
        for place in (0, 100 << 20, (1 << 30) - 4096):
            out.seek(place)
            out.write(b"island " * 500)
    with open(path("all-hole"), "wb") as out:
        out.truncate(50 << 20)
    with open(path("ends-in-hole"), "wb") as out:
        out.write(b"head")
        out.truncate(5 << 20)
    with open(path("many-holes"), "wb") as out:
        for block in range(300):
            out.seek(block * 16384)
            out.write(b"%08d" % block)


def times():
    for name, when in [("time-ns", 1234567890123456789), ("time-before-1970", -1234567890 * 10**9 + 987654321),
                       ("time-2100", 4102444800 * 10**9 + 1), ("time-zero", 0)]:
        os.utime(make(name), ns=(when, when))
    os.symlink("time-ns", path("time-symlink"))
    os.utime(path("time-symlink"), ns=(1111111111222222222, 1111111111222222222), follow_symlinks=False)
    os.mkdir(path("time-directory"))
    make("time-directory/inside")
    os.utime(path("time-directory"), ns=(999999999123456789, 999999999123456789))


def on_ext4():
    return b"ext" in subprocess.run(["stat", "-f", "-c", "%T", BASE], capture_output=True, check=True).stdout


def inode_flags():
    """Last: what is immutable cannot be given anything afterwards."""
    for letters, name in [("i", "immutable"), ("a", "append-only"), ("d", "no-dump"), ("A", "no-atime"), ("S", "sync"), ("j", "journalled")]:
        if letters == "j" and not on_ext4():
            continue
        call("chattr", "+" + letters, make("flag-" + name))
    folder = path("flag-directory")
    os.mkdir(folder)
    make("flag-directory/inside")
    call("chattr", "+dA", folder)
    frozen = path("flag-immutable-directory")
    os.mkdir(frozen)
    make("flag-immutable-directory/inside")
    call("chattr", "+i", frozen)
    both = make("flag-immutable-with-xattr")
    os.setxattr(both, "user.kept", b"1")
    os.link(both, path("flag-immutable-linked"))
    call("chattr", "+i", both)


def excluded():
    """What the configuration excludes: it must not come back, but its directory must."""
    os.makedirs("/data/backup", exist_ok=True)
    for name in ("/data/backup/excluded", "/tmp/excluded", "/data/.hidden-excluded"):
        with open(name, "w", encoding="ascii") as out:
            out.write("must not be in the archive\n")


def main():
    os.umask(0o022)
    if len(sys.argv) > 1:
        globals()["BASE"] = os.fsencode(sys.argv[1])
    began = time.monotonic()
    os.makedirs(BASE)
    for step in (odd_names, xattrs, capabilities_and_acls, links_and_specials, sparse, times, inode_flags):
        step()
    if len(sys.argv) == 1:
        excluded()
    print(f"odd files made in {time.monotonic() - began:.1f} s")


main()
