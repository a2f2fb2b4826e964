# SPDX-License-Identifier: GPL-3.0-or-later
# One row from the built node to the verdict: back up, blank disks, recover, boot from disk, compare files and storage, with no hands on it.
# Runs inside the sandbox; what the rows are stands in rows.py, the command in rows_main.py.

import contextlib
import hashlib
import json
import os
import time

from . import compare, journey, machine, row_build, rows, storage_compare
from .depot import Depot
from .report import LabError, Step, say
from .server import Server
from .verdict import Verdict

HERE = os.path.dirname(os.path.abspath(__file__))
FACTS_SECONDS = 1200
MANIFEST_SECONDS = 1800
RESCUE_MEMORY_MIB = 1024  # argon2 wants some
# How long files have been coming back when the power goes (row 14).
POWER_LOSS_AFTER_SECONDS = 6
GUEST_FILES = {"storage_facts.py": "storage_facts.py", "manifest.py": "manifest.py", "views": "views"}


def digest(path):
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def failed_units(node):
    """Names of systemd's failed units; some fail on the node as well, as Debian's mdmonitor without a mail address."""
    shown = node.console.run("systemctl --failed --no-legend --plain", 300)
    return {line.split()[0] for line in shown.splitlines() if line.strip()}


class RowRun:
    def __init__(self, lab, row, built, tool):
        self.lab = lab
        self.row = row
        self.built = built
        self.verdict = Verdict()
        self.lab.figures["build s"] = built.seconds
        self.lab.passphrase = rows.PASSPHRASE if row.passphrase else None
        self.is_nrear = tool is journey.NREAR
        self.tool = journey.with_passphrase(tool, lab.passphrase)

    # --- stages, in order ---

    def back_up(self):
        self.node_disks, self.lab.variables = self.built.copy_to(self.lab.work)
        with self.boot(self.row.drives, self.node_disks, "node", "the node boots") as node:
            if self.is_nrear:
                self.lab.fetch_program(node)
            self.failed_before = failed_units(node)
            self.facts_before = self.storage_facts(node, self.row.drives, "before")
            journey.timed_talk(self.lab, self.tool, node, "mkbackup", self.tool.backup_command, self.tool.backup_answers, journey.BACKUP_SECONDS)
            if self.is_nrear:
                self.record_host(node)
            self.files_before = self.manifest(node, "before")
            journey.power_off(node)
        if self.is_nrear:
            journey.check_server(self.lab)
        journey.note_sizes(self.lab, self.lab.iso(), self.lab.archive())

    def record_host(self, node):
        """The node as a recorded host, a by-product: tests/fixtures/hosts may take it."""
        with Step("recording the host"):
            node.console.run("nrear dump --fixture /run/lab-host >/run/lab-host.log 2>&1 || { tail -n 20 /run/lab-host.log; false; }", FACTS_SECONDS)
            path = self.lab.depot.put(node.console, "host.tar", "tar -C /run/lab-host -cf - .", 600)
            os.replace(path, os.path.join(self.lab.logs, "host.tar"))

    def lose_and_recover(self):
        """The node's disks are set aside: no machine sees them again, but for those that were never the node's."""
        drives = self.row.recovered_on()
        self.new_disks = row_build.blank_files(drives, self.lab.work, "new")
        old = dict(zip(rows.labels(self.row.drives), self.node_disks))
        for number, (drive, label) in enumerate(zip(drives, rows.labels(drives))):
            if drive.foreign:
                self.new_disks[number] = old[label]
        self.foreign = {path: digest(path) for drive, path in zip(drives, self.new_disks) if drive.foreign}
        if self.lab.variables:
            self.lab.variables = machine.new_board(os.path.join(self.lab.work, "new-variables.fd"))
        say("the node's disks are gone; blank ones are in their places")
        if self.row.power_loss:
            self.lose_power()
        with self.rescue("rescue") as rescue:
            command = " ".join([self.tool.recover_command, self.row.recover]).strip()
            for question in journey.timed_talk(self.lab, self.tool, rescue, "recover", command, self.tool.recover_answers, journey.RECOVER_SECONDS):
                say(f"  asked: {question.splitlines()[-1]}")
            with Step("the rescue system reboots"):
                rescue.console.type_line("reboot")
                rescue.wait_off(journey.OFF_SECONDS)
        for path, before in self.foreign.items():
            if digest(path) != before:
                self.verdict.differences.append(compare.Difference("foreign disk", "bytes of it were changed"))

    def lose_power(self):
        with self.rescue("rescue-cut") as rescue:
            with Step("recover, and the power goes while files come back"):
                journey.answer_until(rescue.console, self.tool.recover_command, self.tool.recover_answers, journey.RESTORE_BEGINS, journey.RECOVER_SECONDS)
                rescue.console.drain(0.1)
                time.sleep(POWER_LOSS_AFTER_SECONDS)
                rescue.process.kill()
                rescue.process.wait()

    def boot_and_compare(self):
        drives = self.row.recovered_on()
        with self.boot(drives, self.new_disks, "recovered", "the recovered system boots from its disk") as node:
            for unit in sorted(failed_units(node) - self.failed_before):
                self.verdict.differences.append(compare.Difference("systemd", f"failed only after recover: {unit}"))
            after = self.storage_facts(node, drives, "after")
            self.verdict.add("storage", storage_compare.compare(self.facts_before, after, storage_compare.read_rules(*self.row.rules)))
            files = self.manifest(node, "after")
            self.verdict.add("files", compare.compare(self.files_before, files, compare.read_rules("live", "rows")))
            journey.power_off(node)
        for present in self.row.boots:
            self.boot_without(drives, present)

    def boot_without(self, drives, present):
        """With some of the disks only. What that changes on them is forgotten."""
        text = "boots with " + ", ".join(rows.labels(drives)[number] for number in present) + " only"
        left, paths = ([items[number] for number in present] for items in (drives, self.new_disks))
        with self.boot(left, paths, "with-" + "-".join(map(str, present)), text, throw_away=True) as node:
            node.console.run("test -s /etc/rear/local.conf && findmnt /", 120)

    # --- tools of the stages ---

    @contextlib.contextmanager
    def boot(self, drives, paths, name, text, throw_away=False):
        disks = row_build.as_disks(drives, paths, throw_away)
        with journey.boot_node(self.lab, disks[0], name, text, disks[1:]) as node:
            yield node

    @contextlib.contextmanager
    def rescue(self, name):
        disks = row_build.as_disks(self.row.recovered_on(), self.new_disks)
        with journey.boot_rescue(self.lab, self.tool, disks[0], self.lab.iso(), RESCUE_MEMORY_MIB, disks[1:], name) as rescue:
            yield rescue

    def fetch(self, node, *names):
        for name in names:
            node.console.run(self.lab.depot.fetch_command(name, f"/run/{name}"), 120)

    def storage_facts(self, node, drives, when):
        pairs = " ".join(f"{name}={label}" for name, label in zip(rows.device_names(drives), rows.labels(drives)))
        with Step(f"reading what the storage is ({when})") as step:
            self.fetch(node, *GUEST_FILES)
            path = self.lab.depot.put(node.console, f"storage-{when}.facts", f"python3 -B /run/storage_facts.py {pairs}", FACTS_SECONDS)
        self.lab.figures[f"facts {when} s"] = round(step.seconds, 1)
        return storage_compare.read_facts(self.keep(path))

    def manifest(self, node, when):
        """Every file. Last of all, since the views are mounts that mkbackup would see."""
        with Step(f"listing and hashing every file of the node ({when})") as step:
            node.console.run("bash /run/views", 300)
            path = self.lab.depot.put(node.console, f"live-{when}.manifest", "python3 -B /run/manifest.py $(cat /run/lab-views)", MANIFEST_SECONDS)
        self.lab.figures[f"listing {when} s"] = round(step.seconds, 1)
        return compare.read_manifest(self.keep(path))

    def keep(self, path):
        kept = os.path.join(self.lab.logs, os.path.basename(path))
        os.replace(path, kept)
        return kept


def write_result(lab, row, text, verdict):
    """What the table at the end is made of; the sandbox hands back nothing but a status."""
    with open(os.path.join(lab.logs, "result.json"), "w", encoding="utf-8") as out:
        json.dump({"row": row.name, "title": row.title, "verdict": text, "figures": lab.figures}, out, indent=2)
    verdict.write(lab.logs)


def perform(row, built, accel, program, work, logs, tool=journey.NREAR):
    """The whole row; returns the exit status. Called inside the sandbox. `program`: nrear, where that is the tool."""
    began = time.monotonic()
    with Server(work, logs) as server, Depot(os.path.join(work, "depot")) as depot:
        if program:
            depot.offer("nrear", program)
        for name, path in GUEST_FILES.items():
            depot.offer(name, os.path.join(HERE, "guest", path))
        lab = journey.Lab(None, accel, server, depot, work, logs)
        run = RowRun(lab, row, built, tool)
        stage = "back up"
        try:
            for stage, step in (("back up", run.back_up), ("recover", run.lose_and_recover), ("boot and compare", run.boot_and_compare)):
                step()
        except LabError as error:
            lab.figures["total s"] = round(time.monotonic() - began, 1)
            write_result(lab, row, f"FAILED to {stage}: {error}", run.verdict)
            raise
        lab.figures["total s"] = round(time.monotonic() - began, 1)
        count = len(run.verdict.differences)
        write_result(lab, row, f"{count} differences" if count else "equal", run.verdict)
        return 1 if count else 0
