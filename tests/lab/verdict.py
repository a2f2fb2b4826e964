# SPDX-License-Identifier: GPL-3.0-or-later
# What comparisons of a node with its recovery came to, as drill and rows collect, show and keep it.

import os

from .compare import Difference
from .report import say

SHOWN = 60


class Verdict:
    """`differences` of all comparisons so far; none of them means that the machine came back equal."""

    def __init__(self):
        self.differences = []

    def add(self, what, found):
        """Shows what one comparison has found."""
        say(f"comparison of {what}: {len(found)} differences")
        for difference in found[:SHOWN]:
            print(f"    {difference}", flush=True)
        if len(found) > SHOWN:
            print(f"    ... and {len(found) - SHOWN} more")
        self.differences += [Difference(f"{what}: {d.path}", d.text) for d in found]

    def write(self, folder):
        with open(os.path.join(folder, "differences"), "w", encoding="utf-8") as out:
            out.writelines(f"{d}\n" for d in self.differences)
