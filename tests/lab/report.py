# SPDX-License-Identifier: GPL-3.0-or-later
# What the person watching sees: steps with times, and commands whose output is shown only when they fail.

import subprocess
import sys
import time

START = time.monotonic()


class LabError(Exception):
    """Something that the drill cannot go on from. The text is for a person; `details` are the last lines of a log."""

    def __init__(self, text, details=()):
        super().__init__(text)
        self.details = list(details)


def say(text):
    elapsed = int(time.monotonic() - START)
    print(f"[{elapsed // 60:3d}:{elapsed % 60:02d}] {text}", flush=True)


class Step:
    """`with Step("what is done") as step:` prints the step and how long it took; step.seconds stays for the figures."""

    def __init__(self, text):
        self.text = text
        self.seconds = 0.0

    def __enter__(self):
        say(f"{self.text} ...")
        self.began = time.monotonic()
        return self

    def __exit__(self, kind, value, trace):
        self.seconds = time.monotonic() - self.began
        say(f"{self.text}: {'FAILED' if kind else 'done'} ({self.seconds:.1f} s)")
        return False


def run(argv, stdin_text=None, accept=(0,)):
    """Run a command, return its standard output as text. A failure carries its last lines."""
    done = subprocess.run(argv, input=stdin_text, stdin=subprocess.DEVNULL if stdin_text is None else None,
                          capture_output=True, text=True, errors="surrogateescape", check=False)
    if done.returncode not in accept:
        raise LabError(f"{argv[0]} ended with status {done.returncode}: {' '.join(map(str, argv))}",
                       (done.stdout + done.stderr).splitlines()[-30:])
    return done.stdout


def show_failure(error, out=sys.stdout):
    print(f"\nFAILED: {error}", file=out)
    for line in error.details:
        print(f"    | {line}", file=out)
    out.flush()
