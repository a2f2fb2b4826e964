# SPDX-License-Identifier: GPL-3.0-or-later
# One case = a command typed on a console, its exit status, and the words that its output must and must not have. A case that fails is noted
# and the next one is tried: the person who reads the table wants all of it.

import time

from .report import say

SHOWN_LINES = 12


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = []

    def note(self, name, problems, output=""):
        if not problems:
            self.passed += 1
            say(f"  ok      {name}")
            return
        self.failed.append(name)
        say(f"  FAILED  {name}: {'; '.join(problems)}")
        for line in output.splitlines()[-SHOWN_LINES:]:
            print(f"            | {line}", flush=True)

    def that(self, name, good, why=""):
        """A fact that was established by other means."""
        self.note(name, [] if good else [why or "it is not so"])

    def command(self, console, name, command, status, *words, absent=(), within=None, seconds=120):
        """Type `command` and hold its end and its output (both streams) against what is expected; returns the output."""
        began = time.monotonic()
        output = console.run("{ " + command + "; } 2>&1", seconds, accept=None)
        took = time.monotonic() - began
        problems = judge(output, console.last_status, status, words, absent)
        if within is not None and took > within:
            problems.append(f"took {took:.0f} s, not at most {within}")
        self.note(name, problems, output)
        return output


def judge(output, got, wanted, words=(), absent=()):
    """What is wrong with a command's end, as texts. Line ends in the output are as good as blanks: terminals wrap."""
    flat = " ".join(output.split())
    problems = [f"exit status {got}, not {wanted}"] if got != wanted else []
    problems += [f"does not say \"{word}\"" for word in words if word not in flat]
    problems += [f"says \"{word}\"" for word in absent if word in flat]
    return problems
