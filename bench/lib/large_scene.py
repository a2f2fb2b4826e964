# SPDX-License-Identifier: GPL-3.0-or-later
# An archive of 10 GB. The tree is the tree of Debian many times over, by bind mounts in a mount namespace of its own: each copy is read and packed anew,
# and takes no room on the disk.

import os
import subprocess
import tempfile

from .index_scene import first_file, one_file, size_of_index, verification
from .side_by_side import quoted

BYTES = 10_000_000_000

PACK = """
set -e
tree=$1 work=$2 copies=$3 program=$4
mount --make-rprivate /
trees=()
for ((i = 0; i < copies; i++)); do
    trees+=("$work/copies/$i")
    mkdir -p "${trees[i]}"
    mount --bind "$tree" "${trees[i]}"
done
exec "$program" "${trees[@]}" --index "$work/a.tar.gz.index"
"""


def pack(bench, tree, work, copies):
    """The archive of so many copies, beside its index; nothing stays mounted."""
    archive = os.path.join(work, "a.tar.gz")
    with open(archive, "wb") as out:
        subprocess.run(["unshare", "--mount", "bash", "-c", PACK, "bash", tree, work, str(copies), bench.pack_tree], stdout=out, stderr=subprocess.DEVNULL, check=True)
    return archive


def run(bench):
    tree = bench.corpora.debian()
    with tempfile.TemporaryDirectory(dir=bench.work) as work:
        one = os.path.getsize(pack(bench, tree, work, 1))
        archive = pack(bench, tree, work, -(-BYTES // one))
        name = f"an archive of {os.path.getsize(archive) / 1e9:.1f} GB"
        yield size_of_index(name, archive)
        path = os.path.join(work, "copies", "1", os.path.relpath(first_file(tree), tree))
        yield one_file(bench, name, path, archive, work)
        yield verification(bench, name, archive)
