# SPDX-License-Identifier: GPL-3.0-or-later
# What a real node can do with its backups on the server besides recovering from them, and a line that breaks while one is sent. Part of scripts/faults.

import os
import threading
import time

BREAK_AFTER = 8 << 20  # bytes of the archive that have arrived


class BrokenLine:
    """Ends the server's sessions once so many bytes of the next archive have arrived, as a context."""

    def __init__(self, server):
        self.server = server
        self.part = server.backup_dir + "/controller-0/backup.tar.gz.nrear-new.nrear-part"
        self.broken = False
        self.began = time.time()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._wait_and_break)

    def _wait_and_break(self):
        while not self.over.wait(0.05):
            if self._arrived() > BREAK_AFTER:
                self.server.end_sessions()
                self.broken = True
                return

    def _arrived(self):
        try:
            part = os.stat(self.part)
        except FileNotFoundError:
            return 0
        return part.st_size if part.st_mtime > self.began else 0  # an earlier run may have left one

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.over.set()
        self.thread.join()
        return False


def broken_line(faults):
    with BrokenLine(faults.lab.server) as line:
        faults.case("a line that breaks in the middle of the upload", "nrear -v --json -C /root/small.conf mkbackuponly >/run/ended.json", 0, "trying again", seconds=600)
    faults.checks.that("the line did break", line.broken, "the archive was sent before")
    ended = faults.json("cat /run/ended.json")
    faults.checks.that("mkbackuponly --json", ended["complete"] and ended["archive"]["path"].endswith("controller-0/backup.tar.gz") and ended["bottleneck"] in ended["stages"],
                       f"{str(ended)[:300]}")
    faults.clean("after a line that broke")


def look(faults):
    """list, ls, restore, verify: each as an operator types it."""
    faults.case("list", "nrear list", 0, "sample")
    listed = faults.json("nrear list --json")["backups"]
    faults.checks.that("list --json", len(listed) == 2 and all(backup["id"] and backup["files"] > 1000 for backup in listed), f"{str(listed)[:300]}")
    faults.case("ls", "nrear ls -l latest '/etc/host*'", 0, "/etc/hostname", "rw-r--r--", absent=["/etc/passwd"])
    faults.case("ls of what is not there", "nrear ls latest /nowhere", 1)
    faults.case("restore of one file", "nrear restore latest /etc/hostname --to /run/one && cmp /etc/hostname /run/one/etc/hostname", 0)
    faults.console.run("echo mine >/run/one/etc/hostname", 60)
    faults.case("restore does not overwrite", "nrear restore latest /etc/hostname --to /run/one", 3, "/etc/hostname")
    faults.case("what was there is as it was", "cat /run/one/etc/hostname", 0, "mine")
    faults.case("restore --overwrite", "nrear restore latest /etc/hostname --to /run/one --overwrite && cmp /etc/hostname /run/one/etc/hostname", 0)
    faults.case("verify", "nrear verify latest", 0)
    faults.case("list tells who looked", "nrear list", 0, "full")
    faults.case("prune without a setting", "nrear prune", 10, "KEEP_LAST")
    damaged(faults, listed[1]["id"], listed[0]["id"])


def damaged(faults, newest, earlier):
    """One byte in the middle of the newest archive, then as it was."""
    path = faults.store + "/controller-0/backup.tar.gz"
    with open(path, "r+b") as archive:
        archive.seek(os.path.getsize(path) // 2)
        byte = archive.read(1)
        archive.seek(-1, os.SEEK_CUR)
        archive.write(bytes([byte[0] ^ 0x10]))
    faults.case("verify of a damaged archive names what is damaged", f"nrear verify {newest}", 17, "/")
    faults.case("latest passes over it, and says so", "nrear ls latest /etc/hostname", 0, "/etc/hostname", newest[:8], f"is damaged: {earlier[:8]} (20")
    with open(path, "r+b") as archive:
        archive.seek(os.path.getsize(path) // 2)
        archive.write(byte)
    faults.whole("after the damage was undone")
    # Without this the record says damaged, and recover would ask whether it is to be used all the same.
    faults.case("verify of what is whole again", f"nrear verify {newest}", 0, "had found damage that is not there now")
