# SPDX-License-Identifier: GPL-3.0-or-later
# The operator's journey, one function per stage, the same for nrear and for ReaR: node up, backup, menu, rescue shell, recover, first boot.
# What is compared afterwards, and what counts as a failure, is the caller's business (drill.py, rear_compare.py).

import contextlib
import dataclasses
import glob
import json
import os
import re
import time
from dataclasses import dataclass, field

from . import node_spec
from .machine import Machine
from .report import LabError, Step, run, say

NODE_PROMPT = r"root@controller-0:[^\n]*# $"
RESCUE_PROMPT = r"RESCUE controller-0:[^\n]*# $"
KEY_HOME = b"\x1b[1~"
KEY_UP = b"\x1b[A"
MENU_ENTRIES = 12  # no fewer than the menu has

# Deadlines with room for two loaded cores under emulation.
BOOT_SECONDS = 600
MENU_SECONDS = 180
BACKUP_SECONDS = 3600
RECOVER_SECONDS = 1800
OFF_SECONDS = 300

# Strict, since a pattern is also tried on a line of which only a part has come: a warning that speaks of passwords is no question.
ASKS_PASSWORD = r"^(Password of \S+|\S+'s password): $"
ASKS_A_WORD = r"\(type (\S+) to go on\): ?$"
ASKS_WHAT_NOW = r"Your choice \[[^\]\n]*\]: ?$"
ASKS_PASSPHRASE = r"^([^\n]*[Pp]assphrase[^\n]*|The same again): ?$"
# cryptsetup-initramfs before the root is there, systemd afterwards.
ASKS_TO_UNLOCK = r"Please (unlock disk|enter passphrase for disk) [^\n]*: ?$"
RESTORE_BEGINS = r"Restore the files"

SERVER_FILES = {"rear-controller-0.iso", "nrear-controller-0.log", "controller-0/backup.tar.gz", "controller-0/backup.tar.gz.index",
                "controller-0/backup.log", "controller-0/backup.json"}


def the_word(match):
    """The word that the question itself names: the operator has read it."""
    return match.group(1).decode()


@dataclass
class Tool:
    """One of the two programs. Answers are (pattern, reply) pairs for Console.converse."""
    name: str
    backup_command: str
    rescue_command: str
    recover_command: str
    backup_answers: list
    recover_answers: list
    menu: str = r"Recover " + node_spec.HOSTNAME  # first entry of the boot menu


NREAR = Tool(
    name="nrear",
    backup_command="nrear -d -v mkbackup",
    rescue_command="nrear -d -v mkrescue",
    recover_command="nrear recover",
    backup_answers=[(ASKS_A_WORD, the_word), (ASKS_PASSWORD, node_spec.SERVER_PASSWORD)],
    # A failed step asks what to do; Enter takes the default, which ends the run.
    recover_answers=[(ASKS_A_WORD, the_word), (ASKS_PASSWORD, node_spec.SERVER_PASSWORD), (ASKS_WHAT_NOW, "")],
)


def unhurried(text):
    """A reply that waits: cryptsetup prints its prompt before it turns the echo off, and drops what has been typed by then."""
    def reply(_):
        time.sleep(3)
        return text
    return reply


def with_passphrase(tool, passphrase):
    """The tool on a node whose disks are encrypted: the passphrase is typed whenever it is asked for."""
    if passphrase is None:
        return tool
    return dataclasses.replace(tool, recover_answers=[*tool.recover_answers, (ASKS_PASSPHRASE, unhurried(passphrase))])


@dataclass
class Lab:
    """Where a run happens: image, acceleration, server, depot, directories, and the figures gathered on the way."""
    image: object
    accel: list
    server: object
    depot: object
    work: str
    logs: str
    memory_mib: int = 1024
    variables: str = None  # UEFI variables of the board; a BIOS without
    passphrase: str = None  # typed when the node's initramfs asks for one
    figures: dict = field(default_factory=dict)

    def log(self, name):
        return os.path.join(self.logs, name + ".log")

    def iso(self):
        return os.path.join(self.server.backup_dir, "rear-controller-0.iso")

    def archive(self):
        return os.path.join(self.server.backup_dir, "controller-0/backup.tar.gz")

    def fetch_program(self, machine):
        """Install the program, offered in the depot as "nrear", on a running node."""
        console = machine.console
        console.run(self.depot.fetch_command("nrear", "/usr/local/sbin/nrear") + " && chmod 755 /usr/local/sbin/nrear", 120)
        say(console.run("nrear --version", 60).strip().splitlines()[-1])


def quiet_shell(console):
    """A wide terminal, no line editing surprises, and exec without address randomisation (most of its time under emulation)."""
    # No history files: the lab's own typing must not show in the comparison. No kernel messages: one behind a prompt would hide it.
    console.run("unset HISTFILE; export LESSHISTFILE=- SYSTEMD_PAGER=; stty cols 500; bind 'set enable-bracketed-paste off' 2>/dev/null; "
                "echo 0 >/proc/sys/kernel/randomize_va_space; echo 1 >/proc/sys/kernel/printk", 60)


def await_prompt(console, passphrase):
    """Wait for the root prompt; unlock disks on the way."""
    patterns = [NODE_PROMPT] if passphrase is None else [NODE_PROMPT, ASKS_TO_UNLOCK]
    while console.expect(patterns, BOOT_SECONDS, "a root prompt on the node")[0] == 1:
        console.type_line(passphrase)


@contextlib.contextmanager
def boot_node(lab, disk, log_name, text, more_disks=()):
    """Boot from `disk` to a root prompt; yields the machine."""
    with Machine(lab.accel, lab.log(log_name), disks=[disk, *more_disks], memory_mib=lab.memory_mib, variables=lab.variables) as machine:
        with Step(text) as step:
            await_prompt(machine.console, lab.passphrase)
            quiet_shell(machine.console)
        lab.figures[f"{log_name} boot s"] = round(step.seconds, 1)
        yield machine


# Peak memory of every process of one name, in bash alone: a rescue system may lack pgrep and awk.
SAMPLER = ("(while sleep 2; do for d in /proc/[0-9]*; do {{ read -r c <$d/comm; }} 2>/dev/null || continue; [ \"$c\" = {name} ] || continue; "
           "while read -r k v _; do [ $k = VmHWM: ] && echo $v; done <$d/status; done; done >/run/lab-peak 2>/dev/null) & LAB_SAMPLER=$!")
SAMPLED = "kill $LAB_SAMPLER; m=0; while read -r v; do [ $v -gt $m ] && m=$v; done </run/lab-peak; echo peak=$m"


def timed_talk(lab, tool, machine, what, command, answers, seconds):
    """Run one of the tool's commands at the prompt; a status other than 0 ends the run. Time, questions and text are kept."""
    console = machine.console
    console.run(SAMPLER.format(name=tool.name), 60)
    with Step(f"{tool.name}: {what} ({command})") as step:
        status, asked = console.converse(command, answers, seconds)
        with open(lab.log(f"{tool.name}-{what}"), "w", encoding="utf-8") as out:
            out.write(console.transcript)
        if status != 0:
            raise LabError(f"{command} ended with status {status}", console.transcript.splitlines()[-60:])
    lab.figures[f"{what} s"] = round(step.seconds, 1)
    lab.figures[f"{what} questions"] = len(asked)
    peak = int(re.search(r"peak=(\d+)", console.run(SAMPLED, 60)).group(1))
    lab.figures[f"{what} peak resident MiB"] = round(peak / 1024, 1)
    return asked


def answer_until(console, command, answers, pattern, seconds):
    """Type the command and answer what it asks until `pattern` is seen after an answer (a plan that is shown names it too); it goes on running."""
    console.type_line(command)
    questions, agreed = [question for question, _ in answers], False
    while True:
        index, match = console.expect(questions + ([pattern] if agreed else []), seconds, f"{pattern} from: {command}")
        if index == len(questions):
            return
        reply = answers[index][1]
        console.type_line(reply(match) if callable(reply) else reply)
        agreed = True


def power_off(machine):
    machine.console.type_line("poweroff")
    machine.wait_off(OFF_SECONDS)


def choose_recover(machine, tool, by_uefi=False):
    """Choose the first entry of the boot menu over the serial line. The default entry would boot the local disk."""
    console = machine.console
    console.expect(tool.menu, MENU_SECONDS, "the boot menu")
    console.drain(1.0)
    # UEFI's own terminal takes the first byte of Home for Escape, and GRUB leaves its menu.
    for key in [KEY_UP] * MENU_ENTRIES if by_uefi else [KEY_HOME]:
        console.send(key)
        console.drain(1.0)
    console.send("\r")


@contextlib.contextmanager
def boot_rescue(lab, tool, disk, iso, memory_mib=None, more_disks=(), log_name="rescue"):
    """Boot the ISO with `disk` as the first disk, choose Recover, wait for the rescue prompt; yields the machine."""
    with Machine(lab.accel, lab.log(f"{tool.name}-{log_name}"), disks=[disk, *more_disks], iso=iso, memory_mib=memory_mib or lab.memory_mib,
                 variables=lab.variables) as machine:
        with Step(f"{tool.name}: ISO to boot menu"):
            choose_recover(machine, tool, by_uefi=lab.variables is not None)
        with Step(f"{tool.name}: boot menu to rescue prompt") as step:
            index, _ = machine.console.expect([RESCUE_PROMPT, r"login: ?$"], BOOT_SECONDS, "the rescue prompt")
            if index == 1:
                machine.console.type_line("root")
                machine.console.expect(RESCUE_PROMPT, BOOT_SECONDS, "the rescue prompt")
        lab.figures["menu to prompt s"] = round(step.seconds, 1)
        quiet_shell(machine.console)
        yield machine


def blank_disk(lab, name, like):
    """A new disk of the size of the file `like`, with nothing on it."""
    path = os.path.join(lab.work, name)
    with open(path, "wb") as out:
        out.truncate(os.path.getsize(like))
    return path


def check_server(lab):
    """Exactly the files of a backup, the archive whole; their sizes are noted."""
    where = lab.server.backup_dir
    present = {os.path.relpath(path, where) for path in glob.glob(where + "/**", recursive=True, include_hidden=True) if os.path.isfile(path)}
    if present != SERVER_FILES:
        raise LabError("the files on the server are not those expected", [f"missing: {sorted(SERVER_FILES - present)}",
                                                                          f"unexpected: {sorted(present - SERVER_FILES)}"])
    with open(where + "/controller-0/backup.json", encoding="utf-8") as record:
        json.load(record)
    run(["gzip", "-t", lab.archive()])


def note_sizes(lab, iso, archive):
    lab.figures["ISO MB"] = round(os.path.getsize(iso) / 1e6, 1)
    lab.figures["archive MB"] = round(os.path.getsize(archive) / 1e6, 1)
    say(f"on the server: ISO {lab.figures['ISO MB']} MB, archive {lab.figures['archive MB']} MB")

