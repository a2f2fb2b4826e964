# SPDX-License-Identifier: GPL-3.0-or-later
# The index: how large it is, what making it costs, what reading by it saves.

import json
import os
import subprocess
import tempfile

from .side_by_side import Contender, quoted, side_by_side

MOST_OF_ARCHIVE = 0.02
MOST_BYTES_FOR_A_FILE = 10_000_000
MOST_SECONDS_FOR_A_FILE = 2


def run(bench):
    with tempfile.TemporaryDirectory(dir=bench.work) as work:
        for name, tree in (("a tree of Debian", bench.corpora.debian()), ("100 000 small files", bench.corpora.small_files())):
            archive = os.path.join(work, "a.tar.gz")
            with open(archive, "wb") as out:
                subprocess.run([bench.pack_tree, tree, "--index", archive + ".index"], stdout=out, stderr=subprocess.DEVNULL, check=True)
            yield size_and_cost(bench, name, tree, archive)
            yield verification(bench, name, archive)
            yield one_file(bench, name, first_file(tree), archive, work)


def size_and_cost(bench, name, tree, archive):
    runs = side_by_side([Contender("with", quoted(bench.pack_tree, tree) + " >/dev/null 2>&1"),
                         Contender("without", quoted(bench.pack_tree, tree, "--no-index") + " >/dev/null 2>&1")], bench.rounds)
    return {**size_of_index(name, archive), "cost": f"{runs.ratio('without', 'with', 'processors'):.2f} times the processor time of packing without one"}


def size_of_index(name, archive):
    share = os.path.getsize(archive + ".index") / os.path.getsize(archive)
    return {"scene": f"index: {name}", "size": f"{100 * share:.2f} % of the archive", "wanted": [("2 % of the archive at most", share <= MOST_OF_ARCHIVE)]}


def verification(bench, name, archive):
    runs = side_by_side([Contender("nrear", quoted(bench.read_archive, "verify", archive) + " >/dev/null"), Contender("gzip -t", quoted("gzip", "-t", archive))],
                        bench.rounds)
    return {"scene": f"index: verify {name}",
            "beside gzip -t": f"{runs.ratio('nrear', 'gzip -t', 'seconds'):.1f} times as fast, {runs.ratio('nrear', 'gzip -t', 'processors'):.1f} times less processor time",
            "peak": f"{runs.largest('nrear', 'peak_bytes') / 2**20:.0f} MiB",
            "wanted": [("no slower than gzip -t", runs.ratio("nrear", "gzip -t", "seconds") >= 1)]}


def first_file(tree):
    return next(os.path.join(folder, file) for folder, _, files in sorted(os.walk(tree)) for file in sorted(files) if os.path.isfile(os.path.join(folder, file)))


def one_file(bench, name, path, archive, work):
    command = quoted(bench.read_archive, "file", archive, path, work)
    runs = side_by_side([Contender("nrear", command + " >/dev/null")], bench.rounds)
    read = json.loads(subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout)
    seconds = runs.median("nrear", "seconds")
    return {"scene": f"index: one file of {name} ({os.path.getsize(archive) / 1e6:.0f} MB)", "read": f"{read['bytes'] / 1e6:.1f} MB, index included, in {seconds:.2f} s",
            "wanted": [("its file came", read["files"] == 1 and read["problems"] == 0), ("10 MB read at most", read["bytes"] <= MOST_BYTES_FOR_A_FILE),
                       ("2 s at most", seconds <= MOST_SECONDS_FOR_A_FILE)]}
