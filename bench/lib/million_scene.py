# SPDX-License-Identifier: GPL-3.0-or-later
# A million small files: memory must not grow with their number. With the index, which holds a line for each.

from .side_by_side import Contender, quoted, side_by_side

MOST_MEMORY = 150 << 20


def run(bench):
    tree = bench.corpora.small_files(1_000_000)
    command = quoted(bench.pack_tree, tree) + " 2>/dev/null >/dev/null"
    runs = side_by_side([Contender("nrear", command)], 1)
    peak = runs.largest("nrear", "peak_bytes")
    yield {"scene": "million: a million small files", "nrear": f"{runs.median('nrear', 'seconds'):.1f} s, {peak / 2**20:.0f} MiB",
           "wanted": [("150 MiB at most", peak <= MOST_MEMORY)]}
