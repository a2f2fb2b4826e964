# SPDX-License-Identifier: GPL-3.0-or-later
# The adaptive choice on lines of several rates, beside both choices between which it moves. The line is a sink that takes so many bytes a second.

from .side_by_side import Contender, quoted, side_by_side

RATES = (10, 20, 40, 80, 150, 300, None)  # MB/s; None = no limit
CODECS = ("adaptive", "fast", "small")


def run(bench):
    tree = bench.corpora.debian()
    for rate in RATES:
        def command(codec):
            limit = ["--rate", f"{rate}e6"] if rate else []
            return quoted(bench.pack_tree, tree, "--codec", codec, *limit) + " 2>/dev/null >/dev/null"

        runs = side_by_side([Contender(codec, command(codec)) for codec in CODECS], bench.rounds)
        better = min(("fast", "small"), key=lambda codec: runs.median(codec, "seconds"))
        ratio = runs.ratio("adaptive", better, "seconds")
        yield {"scene": f"line: {rate or 'no limit'}{' MB/s' if rate else ''}",
               **{codec: f"{runs.median(codec, 'seconds'):.2f} s, {runs.median(codec, 'processors'):.2f} processor s" for codec in CODECS},
               "adaptive beside the better": f"{ratio:.2f} times as fast", "wanted": [("0.9 of the better fixed choice", ratio >= 0.9)]}
