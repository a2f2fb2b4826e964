# SPDX-License-Identifier: GPL-3.0-or-later
# Runs programs in turns and compares them round by round: what disturbs a round disturbs all of it.

import os
import resource
import shlex
import shutil
import statistics
import subprocess
import time


class Contender:
    """A command for bash; `prepare` is a command that runs before each round and is not measured."""

    def __init__(self, name, command, prepare=None, needs=None):
        self.name = name
        self.command = command
        self.prepare = prepare
        self.needs = needs or []

    def missing(self):
        return [program for program in self.needs if not shutil.which(program)]


def measured(command, elsewhere=None):
    """`elsewhere` gives the processor seconds so far of others who work for the command: a server's."""
    others = elsewhere() if elsewhere else 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    pid = os.posix_spawnp("bash", ["bash", "-c", "set -o pipefail; " + command], os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"failed: {command}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + (elsewhere() if elsewhere else 0) - others
    # Of a pipeline: its largest process.
    return {"seconds": seconds, "processors": processors, "peak_bytes": usage.ru_maxrss * 1024}


class Runs:
    def __init__(self, runs, missing):
        self.runs = runs
        self.missing = missing

    def __contains__(self, name):
        return name in self.runs

    def median(self, name, figure):
        return statistics.median(run[figure] for run in self.runs[name])

    def largest(self, name, figure):
        return max(run[figure] for run in self.runs[name])

    def ratio(self, name, other, figure):
        """How many times more of it `other` took, in the median of the rounds."""
        return statistics.median(o[figure] / n[figure] for n, o in zip(self.runs[name], self.runs[other]))


def side_by_side(contenders, rounds, elsewhere=None):
    missing = {contender.name: contender.missing() for contender in contenders if contender.missing()}
    present = [contender for contender in contenders if contender.name not in missing]
    runs = {contender.name: [] for contender in present}
    for number in range(rounds):
        for contender in present[number % len(present):] + present[:number % len(present)]:
            if contender.prepare:
                subprocess.run(["bash", "-c", contender.prepare], check=True)
            runs[contender.name].append(measured(contender.command, elsewhere))
    return Runs(runs, missing)


def output_size(command):
    return int(subprocess.run(["bash", "-c", f"set -o pipefail; {command} | wc -c"], check=True, capture_output=True, text=True).stdout)


def quoted(*words):
    return shlex.join(words)
