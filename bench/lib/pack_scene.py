# SPDX-License-Identifier: GPL-3.0-or-later
# A tree to /dev/null, through a pipe: how fast, with how much processor time, how large.

from .corpora import tree_bytes
from .side_by_side import Contender, output_size, quoted, side_by_side

# As ReaR's usr/share/rear/backup/NETFS/default/500_make_backup.sh calls it.
REAR_TAR = ("tar --warning=no-xdev --sparse --block-number --totals --verbose --no-wildcards-match-slash --one-file-system --ignore-failed-read --anchored "
            "--xattrs --xattrs-include=security.capability --xattrs-include=security.selinux --acls")


def commands(bench, tree):
    def nrear(*options):
        return quoted(bench.pack_tree, tree, *options) + " 2>/dev/null"

    return {"nrear": nrear(), "nrear small": nrear("--codec", "small"), "nrear zstd": nrear("--codec", "zstd"),
            "tar --gzip": f"{REAR_TAR} --gzip -cf - -C {quoted(tree)} . 2>/dev/null", "tar | pigz": f"{REAR_TAR} -cf - -C {quoted(tree)} . 2>/dev/null | pigz"}


def run(bench):
    for name, tree in (("a tree of Debian", bench.corpora.debian()), ("100 000 small files", bench.corpora.small_files()), ("random data", bench.corpora.random_data())):
        yield compare(bench, name, tree, name == "a tree of Debian")


def compare(bench, name, tree, must):
    calls = commands(bench, tree)
    needs = {"tar | pigz": ["pigz"]}
    contenders = [Contender(who, f"{call} | cat >/dev/null", needs=needs.get(who)) for who, call in calls.items()]
    runs = side_by_side(contenders, bench.rounds)
    sizes = {who: output_size(calls[who]) for who in runs.runs}
    result = {"scene": f"pack: {name} ({tree_bytes(tree) / 1e6:.0f} MB) to /dev/null", "not installed": ", ".join(runs.missing) or "-"}
    for who in runs.runs:
        result[who] = (f"{runs.median(who, 'seconds'):.2f} s, {runs.median(who, 'processors'):.2f} processor s, "
                       f"{sizes[who] / sizes['tar --gzip']:.3f} of tar --gzip's size, {runs.largest(who, 'peak_bytes') / 2**20:.0f} MiB at most")
    for who in ("nrear", "nrear small"):
        for other in ("tar --gzip", "tar | pigz"):
            if other in runs:
                result[f"{who} beside {other}"] = f"{runs.ratio(who, other, 'seconds'):.1f} times as fast, {runs.ratio(who, other, 'processors'):.1f} times less processor time"
    if must:
        result["wanted"] = wanted(runs, sizes)
    return result


def wanted(runs, sizes):
    def size(who):
        return sizes[who] / sizes["tar --gzip"]

    found = [("12 times tar --gzip, at 1.13 of its size at most", runs.ratio("nrear", "tar --gzip", "seconds") >= 12 and size("nrear") <= 1.13),
             ("small: 3 times tar --gzip, at no more than its size", runs.ratio("nrear small", "tar --gzip", "seconds") >= 3 and size("nrear small") <= 1.0)]
    if "tar | pigz" in runs:
        found.append(("8 times tar | pigz", runs.ratio("nrear", "tar | pigz", "seconds") >= 8))
    return found
