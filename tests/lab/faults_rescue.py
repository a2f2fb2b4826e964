# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input in the rescue system: disks that are too small, archives that are damaged or of another host, and an operator who does not say
# yes. Then the opposite: a recovery that nobody watches. The backups are made by faults.py.

import contextlib
import json
import os

from . import faults_history, journey, node_spec
from .machine import Machine
from .report import Step
from .server_files import changed

RECOVER = "nrear recover --password-file /run/secret"
UNATTENDED_SECONDS = 900
SMALL_BYTES = 1 << 30


def is_blank(path):
    """Whether nothing but zeros was ever written to the sparse file."""
    with open(path, "rb") as disk:
        with contextlib.suppress(OSError):  # ENXIO: no data up to the end
            disk.seek(0, os.SEEK_DATA)
            return False
    return True


class RescueFaults:
    def __init__(self, lab, checks, like, password):
        self.lab = lab
        self.checks = checks
        self.password = password
        self.older = faults_history.OlderIso(self)
        self.archive = self.older.folder + "/backup.tar.gz"
        self.record = self.older.folder + "/backup.json"
        self.large = journey.blank_disk(lab, "large.raw", like)
        self.small = os.path.join(lab.work, "small.raw")
        with open(self.small, "wb") as out:
            out.truncate(SMALL_BYTES)

    def run(self, iso):
        with journey.boot_rescue(self.lab, journey.NREAR, self.large, iso, more_disks=[self.small]) as rescue:
            self.console = rescue.console
            self.console.run(f"umask 077; echo {self.password} >/run/secret; umask 022", 60)
            for group in (self.older.look, self.older.choose, self.older.gone, self.disks, self.other_backups, self.answers):
                with Step("rescue system: " + group.__name__.replace("_", " ")):
                    group()
            self.checks.that("nothing was written to either disk so far", is_blank(self.small) and is_blank(self.large))
            with Step("rescue system: flipped bit"):
                self.flipped_bit()
            with Step("rescue system: the older run comes back"):
                self.older.restored(journey.the_word)

    def case(self, name, command, status, *words, **more):
        return self.checks.command(self.console, name, command, status, *words, seconds=journey.RECOVER_SECONDS, **more)

    def disks(self):
        self.console.run("DEVICE=$(basename $(readlink -f /sys/block/vda/device)); echo $DEVICE >/sys/bus/virtio/drivers/virtio_blk/unbind", 60)
        self.case("no disk that is large enough", RECOVER, 18, "find a disk for /dev/vda", "too small", "nothing was written")
        self.console.run("echo $DEVICE >/sys/bus/virtio/drivers/virtio_blk/bind; udevadm settle", 60)
        self.case("a disk named that is too small", RECOVER + " --map /dev/vda=/dev/vdb", 18, "what it is to hold needs", str(SMALL_BYTES), "nothing was written")
        self.case("a disk named that is not there", RECOVER + " --map /dev/vda=/dev/vdz", 19, "there is no disk /dev/vdz")

    def other_backups(self):
        with changed(self.archive):
            os.truncate(self.archive, os.path.getsize(self.archive) * 2 // 3)
            self.case("truncated archive", RECOVER, 17, "backup.tar.gz", "cut off", "nothing was written")
        with changed(self.record):
            with open(self.record, encoding="utf-8") as record:
                facts = json.load(record)
            with open(self.record, "w", encoding="utf-8") as record:
                json.dump(facts | {"hostname": "controller-1"}, record)
            self.case("archive of another host, nobody to ask", RECOVER + " --non-interactive", 17, "of another host: controller-1", "--force-host")
            self.refused("archive of another host, not agreed to", 17, "no", "of another host: controller-1")
            self.case("archive of another host, --force-host", RECOVER + " --force-host -s", 0, "taken because of --force-host", "Nothing was changed")

    def answers(self):
        for answer in ("no", "y", ""):
            self.refused(f"the answer \"{answer}\"", 1, answer, "nothing was written to any disk")
        self.refused("end of input at the question", 1, b"\x04", "nothing was written to any disk", end="")

    def refused(self, name, status, answer, *words, end="\r"):
        """The question is answered so; nothing may happen then."""
        text, got, count = self.converse(answer if isinstance(answer, str) else answer.decode(), end)
        problems = [f"exit status {got}, not {status}"] if got != status else []
        problems += [f"does not say \"{word}\"" for word in words if word not in text]
        problems += [] if count == 1 else [f"asked {count} questions, not 1"]
        self.checks.note(name, problems, text)

    def converse(self, answer, end="\r", command=RECOVER):
        type_line = self.console.type_line
        first = True

        def send(text):
            nonlocal first
            self.console.send(text + ("\r" if first else end))
            first = False

        self.console.type_line = send
        try:
            status, asked = self.console.converse(command, [(journey.ASKS_A_WORD, answer), (journey.ASKS_WHAT_NOW, "")], journey.RECOVER_SECONDS)
        finally:
            self.console.type_line = type_line
        return self.console.transcript, status, len(asked)

    def flipped_bit(self):
        with changed(self.archive):
            with open(self.archive, "r+b") as archive:
                middle = os.path.getsize(self.archive) // 2
                archive.seek(middle)
                byte = archive.read(1)[0]
                archive.seek(middle)
                archive.write(bytes([byte ^ 0x10]))
            text, status, _ = self.converse(journey.the_word)
            problems = [f"exit status {status}, not 17"] if status != 17 else []
            problems += [f"does not say \"{word}\"" for word in ("backup.tar.gz", "NOT recovered") if word not in text]
            problems += ["says that the machine is recovered"] if "The machine is recovered" in text else []
            self.checks.note("a flipped bit in the archive", problems, text)


def unattended(lab, checks, iso, like):
    """The ISO in the drive, a blank disk, nobody there, and a server that starts later."""
    disk = journey.blank_disk(lab, "unattended.raw", like)
    with Step("unattended recovery"), Machine(lab.accel, lab.log("unattended"), disks=[disk], iso=iso, memory_mib=lab.memory_mib) as rescue:
        with lab.server.down():
            rescue.console.expect(r"trying again every 10 s, giving up in 10 min", journey.BOOT_SECONDS)
        rescue.wait_off(UNATTENDED_SECONDS)
    with open(lab.log("unattended"), encoding="utf-8", errors="replace") as log:
        said = log.read()
    checks.that("it waits for a server that is not there yet", "The backup server answers, after " in said)
    checks.that("it recovers and switches off by itself", "The machine is recovered: " in said)
    with journey.boot_node(lab, disk, "unattended-node", "the recovered node boots") as node:
        checks.command(node.console, "what came back is the node", f"hostname; test -s /etc/rear/local.conf && grep -c {node_spec.SWAP_UUID} /etc/fstab", 0,
                       node_spec.HOSTNAME)
        checks.command(node.console, "and of its backups the newest", f"cat {faults_history.WHICH}", 0, faults_history.NEWER)
