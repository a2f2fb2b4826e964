# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input on a real node: each fault is typed on its console, and must end with its exit code, say the right words, and leave nothing
# behind, here or on the server; then the rescue system's share (faults_rescue.py). Exit status 0 only if every case is as expected. Run by scripts/faults.

import argparse
import glob
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys

from . import faults_backups, faults_history, faults_rescue, image, journey, machine, node_spec, sandbox, server
from .checks import Checks
from .depot import Depot
from .report import LabError, Step, run, say, show_failure

# Found nowhere by chance.
PASSWORD = "Zuckerruebe-4711"
AT_POINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest/at-point")
AT_ONCE = 30  # seconds; a try that waits for a person or a time-out takes longer, even under emulation
BACKUP_SECONDS = 600

NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups "
NO_TERMINAL = "setsid -w "
CONTROL_CHARACTERS = r"LC_ALL=C grep -cP '[\x00-\x08\x0b-\x1f\x7f]'"
# What a run may leave on the node: nothing. The first line of each kind would be printed.
LEFTOVERS = (r"find /var/tmp /tmp /var/lib/nrear /run -xdev \( -name 'nrear-rescue*' -o -name '*.iso.*' \) 2>/dev/null; pgrep -x nrear; "
             "grep nrear /proc/self/mounts; true")


def fat_image(path):
    """A FAT16 file system of 8 MiB, empty: mkfs.vfat may be missing here and on the node."""
    sectors, fat_sectors = 16384, 32
    boot = struct.pack("<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"MSDOS5.0", 512, 2, 1, 2, 512, sectors, 0xF8, fat_sectors, 32, 64, 0, 0)
    boot += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, 0x4711, b"NO NAME    ", b"FAT16   ")
    with open(path, "wb") as out:
        out.write(boot.ljust(510, b"\0") + b"\x55\xaa")
        for number in range(2):
            out.seek(512 * (1 + number * fat_sectors))
            out.write(b"\xf8\xff\xff\xff")
        out.truncate(sectors * 512)
    return path


class Faults:
    def __init__(self, lab):
        self.lab = lab
        self.checks = Checks()
        self.console = None
        self.store = lab.server.backup_dir
        self.keys = lab.server.keys
        self.disk = os.path.join(lab.work, "node.raw")
        self.iso = os.path.join(lab.work, "rescue.iso")
        self.unattended = os.path.join(lab.work, "unattended.iso")

    def case(self, name, command, status, *words, **more):
        return self.checks.command(self.console, name, command, status, *words, **more)

    # --- the node, prepared ---

    def conf(self, name, *lines):
        """A file for -C, read after local.conf."""
        text = "\\n".join(line.replace("'", "'\\''") for line in lines)
        self.console.run(f"printf '{text}\\n' >/root/{name}.conf", 60)

    def prepare(self):
        fetch = self.lab.depot.fetch_command
        self.console.run(fetch("nrear", "/usr/local/sbin/nrear") + " && chmod 755 /usr/local/sbin/nrear", 120)
        self.console.run(fetch("at-point", "/usr/local/bin/at-point") + " && chmod 755 /usr/local/bin/at-point", 60)
        self.console.run(f"sed -i 's/backup:backup@/backup:{PASSWORD}@/' /etc/rear/local.conf && grep -q {PASSWORD} /etc/rear/local.conf", 60)
        where = "undercloud-0/data/backup/"
        self.conf("wrong", f"OUTPUT_URL=sftp://backup:Runkel-17@{where}")
        self.conf("nosecret", f"OUTPUT_URL=sftp://backup@{where}")
        self.conf("groupc", "OUTPUT=ISO", "OUTPUT=USB")
        self.conf("small", "BACKUP_PROG_EXCLUDE+=( /usr/* )")
        for name, place in (("nowhere", "/nowhere/"), ("readonly", "/data/readonly/"), ("full", "/data/full/")):
            self.conf(name, f"OUTPUT_URL=sftp://backup:{PASSWORD}@undercloud-0{place}", f"BACKUP_URL=sshfs://backup@undercloud-0{place}")

    # --- groups of cases ---

    def usage(self):
        self.case("unknown command", "nrear frobnicate", 2, "unknown command", "frobnicate", "nrear help")
        self.case("unknown option", "nrear --frobnicate mkbackup", 2, "unknown option --frobnicate", "nrear help")
        self.case("configuration that cannot be used", "nrear -C /root/groupc.conf mkbackup", 10, "/root/groupc.conf:2", "OUTPUT=USB", "write OUTPUT=ISO")
        self.case("not root", NOBODY + "/usr/local/sbin/nrear -c /nowhere mkbackup", 1, "must be run as root")
        self.case("recover outside of the rescue system", "nrear recover", 2, "no rescue system", "boot the ISO")

    def login(self):
        self.case("unknown host key, no terminal", NO_TERMINAL + "nrear mkbackup </dev/null", 13, "is not known", "SHA256:", "Nothing was sent",
                  "--accept-new-host-key", within=AT_ONCE)
        self.case("wrong password", "nrear --accept-new-host-key -C /root/wrong.conf mkbackup", 12, "the server refused the password in the URL",
                  absent=["Runkel-17"], within=AT_ONCE)
        self.case("no secret, no terminal", NO_TERMINAL + "nrear -C /root/nosecret.conf mkbackup </dev/null", 12, "no password is set", "--password-file",
                  "NREAR_PASSWORD_FILE", within=AT_ONCE)
        self.case("no secret, --non-interactive", "nrear -n -C /root/nosecret.conf mkbackup", 12, "no password is set", within=AT_ONCE)
        self.console.run(f"echo {PASSWORD} >/root/secret; chmod 644 /root/secret", 60)
        self.case("password file that others can read", "nrear -C /root/nosecret.conf --password-file /root/secret mkbackup", 10, "/root/secret", "chmod 600",
                  within=AT_ONCE)
        self.changed_host_key()

    def changed_host_key(self):
        known = run(["ssh-keygen", "-lf", os.path.join(self.keys, "host-key-ed25519.pub")]).split()[1]
        other_keys = os.path.join(self.lab.work, "other-keys")
        self.lab.server.restart(other_keys)
        shown = run(["ssh-keygen", "-lf", os.path.join(other_keys, "host-key-ed25519.pub")]).split()[1]
        self.case("changed host key", "nrear mkbackup", 13, "has changed", known, shown, "Nothing was sent", within=AT_ONCE)
        self.case("changed host key, --accept-new-host-key", "nrear --accept-new-host-key mkbackup", 13, "has changed", within=AT_ONCE)
        self.lab.server.restart(self.keys)

    def storage(self):
        self.console.run("modprobe vfat; mkdir /srv/fat && mount /dev/vdb /srv/fat", 60)
        self.case("file system that cannot come back", "nrear mkbackup", 18, "FAT file system on /dev/vdb", "/srv/fat", "EXCLUDE_MOUNTPOINTS", within=AT_ONCE)
        self.console.run("umount /srv/fat && rmdir /srv/fat", 60)
        self.console.run("mv /lib/modules/$(uname -r) /lib/modules/away", 60)
        self.case("no kernel modules", "nrear mkrescue", 1, "find the kernel", "linux-image", within=AT_ONCE)
        self.console.run("mv /lib/modules/away /lib/modules/$(uname -r)", 60)
        self.checks.that("nothing was written to the server by what was refused", self.on_server() == [], f"found {self.on_server()}")

    def bad_server(self):
        read_only = os.path.join(self.lab.server.data, "readonly")
        os.mkdir(read_only)
        full = server.ROOT + "/data/full"
        os.mkdir(full)
        sandbox.mount("tmpfs", full, "tmpfs", data=f"size=8m,mode=755,uid={server.ACCOUNT_ID},gid={server.ACCOUNT_ID}")
        self.case("no such path on the server", "nrear -C /root/nowhere.conf mkbackuponly", 1, "/nowhere", within=AT_ONCE)
        self.case("read-only path on the server", "nrear -C /root/readonly.conf mkbackuponly", 1, "/data/readonly", "ermission", within=AT_ONCE)
        self.case("the server's disk is full", "nrear -C /root/full.conf mkbackuponly", 15, "/data/full", seconds=BACKUP_SECONDS)
        left = [path for path in glob.glob(full + "/**", recursive=True, include_hidden=True) if os.path.isfile(path)]
        self.checks.that("nothing is left on the full disk", left == [], f"found {left}")
        self.checks.that("nothing is left in the read-only path", os.listdir(read_only) == [])

    def layouts(self):
        self.case("checklayout without a saved layout", "rm -f /var/lib/nrear/layout/layout.json; nrear checklayout", 1, "savelayout")
        self.case("savelayout", "nrear savelayout", 0, "layout.json")
        self.case("checklayout, nothing has changed", "nrear checklayout", 0, "Disk layout is identical")
        self.console.run("swapoff -a && swaplabel -L another /dev/vda2", 60)
        self.case("checklayout, the swap space has another label", "nrear checklayout", 1, "Disk layout has changed", "another")
        self.console.run("swaplabel -L node-swap /dev/vda2 && swapon -a", 60)
        self.case("checklayout, as it was", "nrear checklayout", 0, "Disk layout is identical")
        self.case("plan", "nrear plan", 0, "/dev/vda", "ext4", "swap")
        self.checks.that("plan --json", len(self.json("nrear plan --json")) > 0)
        self.case("plan --shell", "nrear plan --shell >/run/plan && cat /run/plan && bash -n /run/plan", 0, "sfdisk", "mke2fs")

    def output(self):
        shown = self.json("nrear dump --json")
        self.checks.that("dump --json", set(shown) == {"settings", "warnings"} and shown["settings"]["OUTPUT"] == "ISO" and
                         shown["settings"]["BACKUP_PROG_EXCLUDE"] == ["/tmp/*", "/data/*"] and
                         [set(warning) for warning in shown["warnings"]] == [{"file", "line", "message"}], f"{str(shown)[:300]}")
        self.case("dump hides the password", "nrear dump", 0, "/etc/rear/local.conf:2", absent=[PASSWORD])
        self.case("dump --expose-secrets shows it", "nrear -e dump", 0, PASSWORD)
        warns = "nrear -s mkbackup"
        self.checks.that("a warning is coloured on a terminal", b"\x1b[33mwarning" in self.raw(warns))
        for name, command in (("NO_COLOR", "NO_COLOR=1 " + warns), ("TERM=dumb", "TERM=dumb " + warns), ("--no-color", warns + " --no-color")):
            said = self.raw(command)
            self.checks.that(f"no escape sequence with {name}", b"warning" in said and b"\x1b" not in said)
        self.case("no control characters in a pipe", f"nrear dump 2>&1 | {CONTROL_CHARACTERS}", 1, "0")
        self.case("-s needs no root and changes nothing", NOBODY + "/usr/local/sbin/nrear -s mkbackup", 0, "Simulation, nothing is done")

    def json(self, command):
        """What the command prints, read as JSON; the node's own Python is too small for that."""
        return json.loads(self.console.run(command + " 2>/dev/null | cat", 60))

    def raw(self, command):
        """The bytes that reach the terminal while `command` runs."""
        path = self.lab.log("node")
        begin = os.path.getsize(path)
        self.console.run(command, 120)
        with open(path, "rb") as log:
            log.seek(begin)
            return log.read()

    def first_backup(self):
        """In two halves, each command on its own; what is there afterwards is the earlier backup of all that follows."""
        self.case("mkrescue with a password file", "chmod 600 /root/secret && nrear -v -C /root/nosecret.conf --password-file /root/secret mkrescue", 0,
                  "rear-controller-0.iso", seconds=BACKUP_SECONDS)
        self.checks.that("mkrescue sends the ISO", "rear-controller-0.iso" in self.on_server())
        self.case("mkbackuponly on 40 columns", "stty cols 40; nrear -v -C /root/small.conf mkbackuponly; LAB=$?; stty cols 500; (exit $LAB)", 0,
                  "controller-0/backup.tar.gz", seconds=BACKUP_SECONDS)
        with open(self.lab.log("node"), "rb") as log:
            live = [part for part in log.read().split(b"\r") if part.startswith(b"Backing up") and b"left" in part and b"\n" not in part]
        self.checks.that("the live line stays on one line of 40 columns", live and max(map(len, live)) < 40,
                         f"{len(live)} live lines, longest {max(map(len, live), default=0)}")
        self.whole("the first backup")

    def interruptions(self):
        nrear = "nrear -v -C /root/small.conf mkbackuponly"
        for name, number in (("INT", 130), ("TERM", 143)):
            self.case(f"SIG{name} in the middle of the upload", f"at-point 'sent 20' 'kill -{name} $PID' {nrear}", number, "interrupted",
                      seconds=BACKUP_SECONDS)
            self.clean(f"after SIG{name} in the upload")
        for name, number in (("INT", 130), ("TERM", 143)):
            self.case(f"SIG{name} while the rescue system is packed", f"at-point packing 'sleep 1; kill -{name} $PID' nrear -v mkrescue", number, "interrupted",
                      seconds=BACKUP_SECONDS)
            self.clean(f"after SIG{name} while packing")
        self.case("a second run at the same time", f"at-point 'sent 5' 'nrear mkbackup; echo second=$?; kill -9 $PID' {nrear}", 137,
                  "another nrear is at work", "(mkbackuponly)", "second=11", seconds=BACKUP_SECONDS)
        left = self.temporary_on_server()
        self.checks.that("kill -9 leaves a half-sent archive behind, under another name", len(left) > 0, "there is none: the case shows nothing")
        self.whole("after kill -9")

    def good_run(self):
        faults_history.write_which(self, faults_history.OLDER)
        sample = "for i in 1 2 3 4 5; do ps axww; sleep 3; done >/run/ps.out"
        text = self.case("mkbackup after kill -9", f"at-point 'sent 5' '{sample}' nrear -d -v mkbackup", 0, "Backup:", "Rescue:", seconds=BACKUP_SECONDS)
        self.checks.that("its output has no control characters", not any(c < " " and c != "\n" for c in text))
        self.clean("after the good run")

    def keep_the_earlier(self):
        faults_history.keep_the_earlier(self)

    def secrets(self):
        self.case("the password is not in the process list", f"grep -c 'nrear -d -v mkbackup' /run/ps.out && grep -c {PASSWORD} /run/ps.out", 1, "0")
        self.case("nor in the log", f"ls /var/log/nrear && grep -rc {PASSWORD} /var/log/nrear", 1, ":0")
        for path in glob.glob(self.store + "/**", recursive=True):
            if path.endswith((".log", ".json", ".iso")):
                with open(path, "rb") as stored:
                    self.checks.that(f"nor in {os.path.relpath(path, self.store)}", PASSWORD.encode() not in stored.read())
        folder = os.path.join(self.lab.work, "iso-files")
        run(["xorriso", "-osirrox", "on", "-indev", self.store + "/rear-controller-0.iso", "-extract", "/isolinux", folder])
        unpacked = subprocess.run(["bsdtar", "-xOf", glob.glob(folder + "/initrd*")[0]], capture_output=True, check=True).stdout
        self.checks.that("nor in the rescue system", b"undercloud-0" in unpacked and PASSWORD.encode() not in unpacked, f"{len(unpacked)} bytes looked at")

    def broken_line(self):
        faults_backups.broken_line(self)

    def backups(self):
        faults_backups.look(self)

    # --- what is on the server ---

    def on_server(self):
        found = glob.glob(self.store + "/**", recursive=True, include_hidden=True)
        return sorted(os.path.relpath(path, self.store) for path in found if os.path.isfile(path))

    def temporary_on_server(self):
        return [name for name in self.on_server() if ".nrear-" in name]

    def clean(self, when):
        left = self.temporary_on_server() + self.console.run(LEFTOVERS, 60).split()
        self.checks.that(f"nothing is left {when}", left == [], f"found {left}")
        self.whole(when)

    def whole(self, when):
        """The archive is the one that backup.json speaks of."""
        with open(self.store + "/controller-0/backup.json", encoding="utf-8") as record:
            wanted = json.load(record)["archive"]["sha256"]
        with open(self.store + "/controller-0/backup.tar.gz", "rb") as archive:
            got = hashlib.file_digest(archive, "sha256").hexdigest()
        self.checks.that(f"archive and backup.json belong together: {when}", got == wanted, f"sha256 {got}, not {wanted}")

    def unattended_iso(self):
        """An ISO that recovers by itself, with a key for the server in it: embedded on purpose, by COPY_AS_IS."""
        self.console.run("mkdir -p -m 700 /root/.ssh && " + self.lab.depot.fetch_command("key", "/root/.ssh/id_ed25519") +
                         " && chmod 600 /root/.ssh/id_ed25519", 60)
        self.conf("unattended", "COPY_AS_IS+=( /root/.ssh/id_ed25519 )", "ISO_DEFAULT=automatic", "ISO_RECOVER_MODE=unattended",
                  "POST_RECOVERY_SCRIPT=poweroff", "OUTPUT_URL=sftp://backup@undercloud-0/data/backup/")
        self.case("mkrescue with a key, for an unattended recovery", "nrear -v -C /root/unattended.conf mkrescue", 0, "Rescue:", seconds=BACKUP_SECONDS)
        shutil.copy(self.store + "/rear-controller-0.iso", self.unattended)

    def on_the_node(self):
        self.lab.image.copy_disk(self.disk)
        second = fat_image(os.path.join(self.lab.work, "fat.raw"))
        with journey.boot_node(self.lab, self.disk, "node", "the node boots", [second]) as node:
            self.console = node.console
            self.prepare()
            for group in (self.usage, self.login, self.storage, self.bad_server, self.layouts, self.output, self.first_backup, self.interruptions,
                          self.broken_line, self.good_run, self.keep_the_earlier, self.backups, self.secrets, self.unattended_iso):
                with Step(group.__name__.replace("_", " ")):
                    group()


def perform(options, node_image, accel, work):
    key = os.path.join(work, "id_ed25519")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    with server.Server(work, options.logs, password=PASSWORD, authorized=key + ".pub") as backup_server, Depot(os.path.join(work, "depot")) as depot:
        depot.offer("nrear", options.nrear)
        depot.offer("at-point", AT_POINT)
        depot.offer("key", key)
        faults = Faults(journey.Lab(node_image, accel, backup_server, depot, work, options.logs))
        faults.on_the_node()
        faults_rescue.RescueFaults(faults.lab, faults.checks, faults.disk, PASSWORD).run(faults.iso)
        faults_rescue.unattended(faults.lab, faults.checks, faults.unattended, faults.disk)
        return verdict(faults.checks)


def verdict(checks):
    if checks.failed:
        print(f"\nFAULTS FAILED: {len(checks.failed)} of {checks.passed + len(checks.failed)} checks:")
        print("".join(f"    {name}\n" for name in checks.failed))
        return 1
    print(f"\nFAULTS PASSED: {checks.passed} checks")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="scripts/faults", description="Bad input on a real node in QEMU.")
    parser.add_argument("--nrear", required=True, help="the static program")
    parser.add_argument("--logs", required=True, help="directory for console logs")
    options = parser.parse_args()
    os.makedirs(options.logs, exist_ok=True)
    for old in glob.glob(os.path.join(options.logs, "*")):
        os.remove(old)
    try:
        sandbox.check_host()
        node_image = image.get(node_spec.NodeSpec())
        accel = machine.acceleration(node_image.kernel)
    except LabError as error:
        show_failure(error)
        return 1
    status = sandbox.run(lambda work: perform(options, node_image, accel, work))
    if status != 0:
        say(f"logs: {options.logs}")
    return status


if __name__ == "__main__":
    sys.exit(main())
