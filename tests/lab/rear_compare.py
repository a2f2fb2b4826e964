# SPDX-License-Identifier: GPL-3.0-or-later
# nrear beside Debian's ReaR: same guest, same server, same configuration, same stages; prints both and their ratios. Asserts nothing.
# ReaR's figures are kept in the cache, stage by stage, since its run takes half an hour. Run by bench/rear-compare.

import argparse
import json
import os
import shutil
import sys

from . import image, journey, machine, node_spec, sandbox
from .depot import Depot
from .report import LabError, run, say, show_failure
from .server import Server

REAR = journey.Tool(
    name="rear",
    backup_command="rear -d -v mkbackup",
    rescue_command="rear -d -v mkrescue",
    recover_command="rear -v recover",
    backup_answers=[(journey.ASKS_PASSWORD, node_spec.SERVER_PASSWORD), (r"\(yes/no[^)\n]*\)\? ?$", "yes")],
    recover_answers=[(journey.ASKS_PASSWORD, node_spec.SERVER_PASSWORD), (r"\(yes/no[^)\n]*\)\? ?$", "yes"),
                     (r"Proceed with 'recover' \(yes\)[^\n]*\n[^\n]*\)\s*$", "yes"), (r"\(default '[^']*' timeout \d+ seconds\)\s*$", "")],
    menu=journey.NREAR.menu + r"|Relax-and-Recover \(BIOS or UEFI",  # the second by UEFI
)

ROWS = (  # figure, what it is, the share of ReaR's that the project aims at
    ("mkrescue s", "mkrescue", 1 / 15), ("ISO MB", "ISO", 1 / 3), ("mkbackup s", "mkbackup", 1 / 8), ("archive MB", "archive", None),
    ("menu to prompt s", "menu to prompt", 1 / 2), ("recover s", "recover", 1 / 3), ("mkbackup questions", "questions on the node", 1 / 4),
    ("recover questions", "questions in the rescue system", None), ("mkbackup peak resident MiB", "peak memory, mkbackup", None),
)


class Run:
    """One program's run, resumable: what each stage leaves (disk, server files, figures) is kept in `folder`."""

    def __init__(self, tool, lab, folder, program):
        self.tool, self.lab, self.folder, self.program = tool, lab, folder, program
        self.state_path = os.path.join(folder, "figures.json")
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(self.state_path):
            with open(self.state_path, encoding="utf-8") as state:
                lab.figures.update(json.load(state))

    def _done(self, stage):
        return stage in self.lab.figures.get("stages", [])

    def _finish(self, stage):
        self.lab.figures.setdefault("stages", []).append(stage)
        with open(self.state_path + ".new", "w", encoding="utf-8") as state:
            json.dump(self.lab.figures, state, indent=2)
        os.rename(self.state_path + ".new", self.state_path)

    def _kept(self, name):
        return os.path.join(self.folder, name)

    def back_up(self):
        if self._done("backup"):
            return
        disk = self.lab.image.copy_disk(os.path.join(self.lab.work, "node.raw"))
        with journey.boot_node(self.lab, disk, f"{self.tool.name}-node", "the node boots") as node:
            if self.program:
                node.console.run(self.lab.depot.fetch_command("program", "/usr/local/sbin/nrear") + " && chmod 755 /usr/local/sbin/nrear", 120)
            node.console.run(f"cp /dev/null /root/.ssh/known_hosts 2>/dev/null; df -k / >/dev/null; {self.tool.name} --version", 120)
            for what, command in (("mkrescue", self.tool.rescue_command), ("mkbackup", self.tool.backup_command)):
                journey.timed_talk(self.lab, self.tool, node, what, command, self.tool.backup_answers, journey.BACKUP_SECONDS)
                if what == "mkrescue":  # the questions are counted in mkbackup, with a server that is not known yet
                    node.console.run("rm -f /root/.ssh/known_hosts", 60)
            journey.power_off(node)
        backup = self.lab.server.backup_dir
        journey.note_sizes(self.lab, backup + "/rear-controller-0.iso", backup + "/controller-0/backup.tar.gz")
        for name in ("rear-controller-0.iso", "controller-0"):
            run(["cp", "-a", os.path.join(backup, name), self.folder])
        self._finish("backup")

    def recover(self):
        if self._done("recover"):
            return
        backup = self.lab.server.backup_dir
        run(["cp", "-a", self._kept("rear-controller-0.iso"), self._kept("controller-0"), backup])
        new_disk = journey.blank_disk(self.lab, "new.raw", self.lab.image.disk)
        with journey.boot_rescue(self.lab, self.tool, new_disk, backup + "/rear-controller-0.iso") as rescue:
            journey.timed_talk(self.lab, self.tool, rescue, "recover", self.tool.recover_command, self.tool.recover_answers,
                               journey.RECOVER_SECONDS)
            rescue.console.type_line("reboot")
            rescue.wait_off(journey.OFF_SECONDS)
        with journey.boot_node(self.lab, new_disk, f"{self.tool.name}-recovered", "the recovered system boots from its disk") as node:
            journey.power_off(node)
        self._finish("recover")


def table(nrear, rear):
    print(f"\n{'':32} {'nrear':>10} {'ReaR 2.7':>10} {'ratio':>8} {'aim':>8}")
    for key, text, aim in ROWS:
        ours, theirs = nrear.get(key), rear.get(key)
        ratio = f"{ours / theirs:.3f}" if ours is not None and theirs else "-"
        unit = "" if "questions" in key else " " + key.rsplit(" ", 1)[1]
        print(f"{text + unit:32} {'-' if ours is None else ours:>10} {'-' if theirs is None else theirs:>10} {ratio:>8} "
              f"{f'{aim:.3f}' if aim else '':>8}")


def perform(tool, program, folder, node_image, accel, logs, work):
    os.makedirs(folder, exist_ok=True)
    with Server(work, logs, keys=folder) as server, Depot(os.path.join(work, "depot")) as depot:
        if program:
            depot.offer("program", program)
        measured = Run(tool, journey.Lab(node_image, accel, server, depot, work, logs), folder, program)
        measured.back_up()
        measured.recover()


def figures(folder):
    path = os.path.join(folder, "figures.json")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as state:
        return json.load(state)


def main():
    parser = argparse.ArgumentParser(prog="bench/rear-compare", description="nrear beside ReaR 2.7 in the same guest.")
    parser.add_argument("--nrear", required=True, help="the static program")
    parser.add_argument("--only", choices=["nrear", "rear"], help="run one of the two; the table shows what is known of the other")
    parser.add_argument("--logs", required=True)
    parser.add_argument("--again", action="store_true", help="measure ReaR again although its figures are in the cache")
    parser.add_argument("--kernel", default=node_spec.NodeSpec.kernel)
    options = parser.parse_args()
    os.makedirs(options.logs, exist_ok=True)
    try:
        sandbox.check_host()
        node_image = image.get(node_spec.NodeSpec(kernel=options.kernel, with_rear=True))
        accel = machine.acceleration(node_image.kernel)
    except LabError as error:
        show_failure(error)
        return 1
    folders = {name: os.path.join(image.cache_dir(), f"bench.{name}.{os.path.basename(node_image.folder)}") for name in ("nrear", "rear")}
    status = 0
    for tool in (journey.NREAR, REAR):
        if options.only not in (None, tool.name):
            continue
        program = options.nrear if tool is journey.NREAR else None
        if program or options.again:
            shutil.rmtree(folders[tool.name], ignore_errors=True)
        say(f"--- {tool.name} ---")
        status |= sandbox.run(lambda work, t=tool, p=program: perform(t, p, folders[t.name], node_image, accel, options.logs, work))
    table(figures(folders["nrear"]), figures(folders["rear"]))
    return status


if __name__ == "__main__":
    sys.exit(main())
