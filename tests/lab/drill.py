# SPDX-License-Identifier: GPL-3.0-or-later
# The drill: a node is backed up, its disk thrown away, the ISO booted on a blank one, recovered, booted, and every file compared.
# Exit status 0 only if nothing differs beyond the file volatile-paths. Run by scripts/drill.

import argparse
import glob
import json
import os
import sys

from . import compare, image, journey, machine, node_spec, offline, sandbox
from .depot import Depot
from .report import LabError, Step, say, show_failure
from .server import Server
from .verdict import Verdict

MANIFEST_SECONDS = 900
RESCUE_MEMORY_MIB = 512  # all that the rescue system may need, recover included



class Drill:
    def __init__(self, lab, spec, program):
        self.lab = lab
        self.spec = spec
        self.program = program
        self.verdict = Verdict()
        self.node_disk = os.path.join(lab.work, "node.raw")
        self.iso, self.archive = lab.iso(), lab.archive()

    # --- stages, in order ---

    def back_up(self):
        self.lab.image.copy_disk(self.node_disk)
        with journey.boot_node(self.lab, self.node_disk, "node", "the node boots") as node:
            self.lab.fetch_program(node)
            asked = journey.timed_talk(self.lab, journey.NREAR, node, "mkbackup", journey.NREAR.backup_command,
                                       journey.NREAR.backup_answers, journey.BACKUP_SECONDS)
            for question in asked:
                say(f"  asked: {question.splitlines()[-1]}")
            self.live_before = self.live_manifest(node, "before")
            journey.power_off(node)

    def lose_and_recover(self):
        """The node's disk is set aside, for the comparison only: no machine sees it again."""
        self.facts_before = offline.disk_facts(self.node_disk)
        lost = os.path.join(self.lab.work, "lost.raw")
        os.rename(self.node_disk, lost)
        self.node_disk = lost
        say("the node's disk is gone; a blank one is in its place")
        self.new_disk = journey.blank_disk(self.lab, "new.raw", lost)
        with journey.boot_rescue(self.lab, journey.NREAR, self.new_disk, self.iso, RESCUE_MEMORY_MIB) as rescue:
            for question in journey.timed_talk(self.lab, journey.NREAR, rescue, "recover", journey.NREAR.recover_command,
                                               journey.NREAR.recover_answers, journey.RECOVER_SECONDS):
                say(f"  asked: {question.splitlines()[-1]}")
            with Step("the rescue system reboots"):
                rescue.console.type_line("reboot")
                rescue.wait_off(journey.OFF_SECONDS)

    def compare_disks(self):
        self.verdict.add("disk facts", compare.compare_facts(self.facts_before, offline.disk_facts(self.new_disk)))
        if not offline.loop_mounts_work(self.lab.work):
            say("this host cannot mount ext4 images: the offline comparisons and that with GNU tar are left to the live one")
            return
        with Step("comparing the disks file by file"):
            before = self.read_disk(self.node_disk, "disk-before")
            self.recovered = self.read_disk(self.new_disk, "disk-recovered")
            self.verdict.add("disks", compare.compare(before, self.recovered, compare.read_rules("disk")))
        with Step("unpacking the archive by GNU tar and comparing"):
            path = offline.tar_manifest(self.archive, self.spec.disk_mib(), self.lab.work, os.path.join(self.lab.logs, "tar.manifest"))
            self.verdict.add("GNU tar", compare.compare(self.recovered, compare.read_manifest(path), compare.read_rules("tar")))

    def boot_and_compare(self):
        with journey.boot_node(self.lab, self.new_disk, "recovered", "the recovered system boots from its disk") as node:
            failed = node.console.run("systemctl --failed --no-legend --plain", 120).strip()
            if failed:
                self.verdict.differences.append(compare.Difference("systemd", f"failed units: {failed}"))
            swaps = node.console.run("grep -c /dev/ /proc/swaps", 60, accept=None).split()
            if not swaps or swaps[-1] != "1":
                self.verdict.differences.append(compare.Difference("swap", f"the recovered system uses {swaps} swap areas, not 1"))
            after = self.live_manifest(node, "after")
            self.verdict.add("running systems", compare.compare(self.live_before, after, compare.read_rules("live")))
            journey.power_off(node)

    # --- tools of the stages ---

    def live_manifest(self, node, when):
        """Every file of the running node, through bind mounts that show what lies under other mounts."""
        pairs, mounts = [], []
        for part in self.spec.partitions():
            if part.mount != "swap":
                view = "/run/lab-view" + part.mount.rstrip("/").replace("/", "-")
                mounts.append(f"mkdir -p {view} && mount --bind {part.mount} {view}")
                pairs.append(f"{view}={part.mount}")
        with Step(f"listing and hashing every file of the node ({when})"):
            node.console.run(self.lab.depot.fetch_command("manifest.py", "/run/manifest.py"), 120)
            node.console.run(" && ".join(mounts), 60)
            path = self.lab.depot.put(node.console, f"live-{when}.manifest", "python3 -B /run/manifest.py " + " ".join(pairs), MANIFEST_SECONDS)
            return compare.read_manifest(path)

    def read_disk(self, disk, name):
        path = os.path.join(self.lab.logs, name + ".manifest")
        return compare.read_manifest(offline.disk_manifest(disk, self.spec, self.lab.work, path))


def conclude(drill):
    print("\nFigures:")
    for key, value in drill.lab.figures.items():
        print(f"    {key:32} {value}")
    with open(os.path.join(drill.lab.logs, "figures.json"), "w", encoding="utf-8") as out:
        json.dump(drill.lab.figures, out, indent=2)
    drill.verdict.write(drill.lab.logs)
    if drill.verdict.differences:
        print(f"\nDRILL FAILED: {len(drill.verdict.differences)} differences (all of them: {drill.lab.logs}/differences)")
        return 1
    print("\nDRILL PASSED: the recovered system is the same, file by file, but for what volatile-paths names")
    return 0


def perform(options, spec, node_image, accel, work):
    with Server(work, options.logs) as server, Depot(os.path.join(work, "depot")) as depot:
        depot.offer("nrear", options.nrear)
        depot.offer("manifest.py", offline.MANIFEST)
        lab = journey.Lab(node_image, accel, server, depot, work, options.logs)
        drill = Drill(lab, spec, options.nrear)
        drill.back_up()
        journey.check_server(lab)
        journey.note_sizes(lab, drill.iso, drill.archive)
        drill.lose_and_recover()
        drill.compare_disks()
        drill.boot_and_compare()
        return conclude(drill)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/drill", description="Back up, lose, recover and compare a node in QEMU.")
    parser.add_argument("--nrear", required=True, help="the static program")
    parser.add_argument("--logs", required=True, help="directory for console logs, manifests and figures")
    parser.add_argument("--layout", choices=sorted(node_spec.LAYOUTS), default="plain")
    parser.add_argument("--kernel", default=node_spec.NodeSpec.kernel, help="the node's kernel package")
    parser.add_argument("--data-mib", type=int, default=node_spec.NodeSpec.data_mib)
    parser.add_argument("--keep-work", action="store_true", help="leave the disks and the server's files in the work directory")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    spec = node_spec.NodeSpec(kernel=options.kernel, layout=options.layout, data_mib=options.data_mib)
    os.makedirs(options.logs, exist_ok=True)
    for old in glob.glob(os.path.join(options.logs, "*")):
        if os.path.isfile(old):
            os.remove(old)
    try:
        sandbox.check_host()
        node_image = image.get(spec)  # outside of the sandbox: packages come over the network
        accel = machine.acceleration(node_image.kernel)
    except LabError as error:
        show_failure(error)
        return 1
    status = sandbox.run(lambda work: perform(options, spec, node_image, accel, work), options.keep_work)
    if status != 0:
        print(f"logs: {options.logs}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
