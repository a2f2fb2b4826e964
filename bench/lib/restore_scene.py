# SPDX-License-Identifier: GPL-3.0-or-later
# Restoring from a loopback sshd, onto tmpfs and onto ext4 (a loop device): nrear beside "ssh cat | tar xzf", on the same archive. Each time counts until
# what was written is on the disk; the server's processor time counts, too.

import contextlib
import os
import subprocess
import tempfile

from .corpora import tree_bytes
from .side_by_side import Contender, quoted, side_by_side
from .ssh_server import SshServer

EXT4_BYTES_MORE_THAN_TREE = 1 << 30


def emptied(directory):
    """What the run before left must not be paid for by this one."""
    return quoted("find", directory, "-mindepth", "1", "-delete") + " && sync"


@contextlib.contextmanager
def ext4(work, size):
    image, mount_point = os.path.join(work, "ext4.img"), os.path.join(work, "ext4")
    with open(image, "wb") as file:
        file.truncate(size)
    os.makedirs(mount_point)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,nodiscard", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, mount_point], check=True)
    try:
        os.rmdir(os.path.join(mount_point, "lost+found"))
        yield mount_point
    finally:
        subprocess.run(["umount", mount_point], check=True)
        os.unlink(image)


def compare(name, ours, theirs, target, rounds, server):
    """The ratio of a round is theirs to ours: how many times faster nrear was."""
    prepare = emptied(target)
    runs = side_by_side([Contender("nrear", ours, prepare), Contender("tar", theirs, prepare)], rounds, server.processor_seconds)
    subprocess.run(["bash", "-c", prepare], check=True)
    faster = runs.ratio("nrear", "tar", "seconds")
    return {
        "scene": f"restore: {name}",
        "rounds": rounds,
        "faster": round(faster, 2),
        "less_processor": round(runs.ratio("nrear", "tar", "processors"), 2),
        "nrear_seconds": round(runs.median("nrear", "seconds"), 2),
        "tar_seconds": round(runs.median("tar", "seconds"), 2),
        "nrear_processor_seconds": round(runs.median("nrear", "processors"), 2),
        "tar_processor_seconds": round(runs.median("tar", "processors"), 2),
        "nrear_peak_bytes": runs.largest("nrear", "peak_bytes"),
        "wanted": [("2.5 times ssh cat | tar xzf", faster >= 2.5)],
    }


def archives_of(tree, pack_tree, work):
    own, foreign = os.path.join(work, "nrear.tar.gz"), os.path.join(work, "rear.tar.gz")
    with open(own, "wb") as archive:
        subprocess.run([pack_tree, tree], stdout=archive, stderr=subprocess.DEVNULL, check=True)
    subprocess.run(["tar", "--gzip", "--xattrs", "--acls", "-cf", foreign, "-C", tree, "."], check=True)
    return {"nrear's archive": own, "ReaR's archive": foreign}


def run(bench):
    tree = bench.corpora.debian()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as work:
        archives = archives_of(tree, bench.pack_tree, work)
        with SshServer(os.path.join(work, "sshd")) as server, ext4(work, 2 * tree_bytes(tree) + EXT4_BYTES_MORE_THAN_TREE) as on_ext4:
            on_tmpfs = os.path.join(work, "tmpfs")
            os.makedirs(on_tmpfs)
            for archive_name, archive in archives.items():
                digest = subprocess.run(["sha256sum", archive], check=True, capture_output=True, text=True).stdout.split()[0]
                for file_system, target in (("tmpfs", on_tmpfs), ("ext4", on_ext4)):
                    ours = quoted(bench.unpack_tree, archive, target, "--server", server.url("/"), *server.login(), "--sha256", digest)
                    theirs = f"{quoted(*server.ssh(quoted('cat', archive)))} | {quoted('tar', 'xzf', '-', '-C', target)} && {quoted('sync', '-f', target)}"
                    yield compare(f"{archive_name} onto {file_system}", ours, theirs, target, bench.rounds, server)
