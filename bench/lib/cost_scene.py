# SPDX-License-Identifier: GPL-3.0-or-later
# What a backup costs the machine: processor seconds for a gigabyte of files, and memory, beside restic, borg and tar | zstd.

import os

from .corpora import tree_bytes
from .pack_scene import REAR_TAR, commands
from .side_by_side import Contender, quoted, side_by_side

MOST_MEMORY = 150 << 20


def contenders(bench, tree):
    restic, borg = os.path.join(bench.work, "restic"), os.path.join(bench.work, "borg")
    calls = commands(bench, tree)
    # Their caches are their own business, but a second backup of the same tree must not be a cheaper one.
    environment = f"RESTIC_PASSWORD=bench XDG_CACHE_HOME={quoted(bench.work)}/cache BORG_BASE_DIR={quoted(bench.work)}/borg-home BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes"
    return [Contender("nrear", calls["nrear"] + " | cat >/dev/null"),
            Contender("nrear zstd", calls["nrear zstd"] + " | cat >/dev/null"),
            Contender("tar --gzip", calls["tar --gzip"] + " | cat >/dev/null"),
            Contender("tar | zstd", f"{REAR_TAR} -cf - -C {quoted(tree)} . 2>/dev/null | zstd -3 -T0 -q | cat >/dev/null", needs=["zstd"]),
            Contender("restic", f"{environment} restic -q -r {quoted(restic)} backup {quoted(tree)}",
                      prepare=f"rm -rf {quoted(restic)} {quoted(bench.work)}/cache; {environment} restic -q -r {quoted(restic)} init", needs=["restic"]),
            Contender("borg", f"{environment} borg create --compression zstd,3 {quoted(borg)}::one {quoted(tree)}",
                      prepare=f"rm -rf {quoted(borg)} {quoted(bench.work)}/borg-home; {environment} borg init -e none {quoted(borg)}", needs=["borg"])]


def run(bench):
    trees = {"a tree of Debian": bench.corpora.debian(), "100 000 small files": bench.corpora.small_files(), "random data": bench.corpora.random_data()}
    for name, tree in trees.items():
        runs = side_by_side(contenders(bench, tree), bench.rounds)
        gigabytes = tree_bytes(tree) / 1e9
        result = {"scene": f"cost: {name} ({gigabytes * 1000:.0f} MB)", "not installed": ", ".join(runs.missing) or "-"}
        for who in runs.runs:
            result[who] = f"{runs.median(who, 'processors') / gigabytes:.1f} processor s a GB, {runs.largest(who, 'peak_bytes') / 2**20:.0f} MiB at most"
        result["wanted"] = [("150 MiB at most", runs.largest("nrear", "peak_bytes") <= MOST_MEMORY)]
        yield result
    yield most_threads(bench, trees["random data"], "random data", "adaptive")
    yield most_threads(bench, trees["a tree of Debian"], "a tree of Debian", "adaptive")
    yield sparse(bench)


def most_threads(bench, tree, name, codec):
    """A slow line fills every place of the queue and lets every thread use every grade."""
    command = quoted(bench.pack_tree, tree, "--codec", codec, "--threads", "16", "--rate", "20e6") + " 2>/dev/null >/dev/null"
    peak = side_by_side([Contender("nrear", command)], 1).largest("nrear", "peak_bytes")
    return {"scene": f"cost: 16 threads, {name}, a line of 20 MB/s", "peak": f"{peak / 2**20:.0f} MiB", "wanted": [("150 MiB at most", peak <= MOST_MEMORY)]}


def sparse(bench):
    command = quoted(bench.pack_tree, bench.corpora.sparse()) + " 2>/dev/null >/dev/null"
    runs = side_by_side([Contender("nrear", command)], bench.rounds)
    peak = runs.largest("nrear", "peak_bytes")
    return {"scene": "cost: a sparse file of 1 TiB", "nrear": f"{runs.median('nrear', 'seconds'):.2f} s, {peak / 2**20:.0f} MiB", "wanted": [("150 MiB at most", peak <= MOST_MEMORY)]}
