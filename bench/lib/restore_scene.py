# SPDX-License-Identifier: GPL-3.0-or-later
# Restoring from a loopback sshd, onto tmpfs and onto ext4 (a loop device): nrear beside "ssh cat | tar xzf", on the same archive, one after the other,
# round by round. Each time counts until what was written is on the disk.
#
#   restore_scene.py --tree DIR [--rounds N] [--build DIR] [--work DIR]     as root; alone, without bench/archive

import argparse
import contextlib
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

if __package__:
    from .ssh_server import SshServer
else:
    from ssh_server import SshServer

EXT4_BYTES_MORE_THAN_TREE = 1 << 30


def measured(argv, server):
    """Seconds by the clock, seconds of processors (the server's too), and the largest process's memory; fails when argv does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    at_server = server.processor_seconds()
    started = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"failed: {shlex.join(argv)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + server.processor_seconds() - at_server
    return {"seconds": seconds, "processor_seconds": processors, "peak_bytes": usage.ru_maxrss * 1024}


def emptied(directory):
    """What the run before left must not be paid for by this one."""
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    os.sync()


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
    """Both commands in turns, who begins alternates. The ratio of a round is theirs to ours: how many times faster nrear was."""
    runs = {"nrear": [], "tar": []}
    commands = {"nrear": ours, "tar": theirs}
    for number in range(rounds):
        order = ("nrear", "tar") if number % 2 == 0 else ("tar", "nrear")
        for who in order:
            emptied(target)
            runs[who].append(measured(commands[who], server))
    emptied(target)

    def ratio(figure):
        return statistics.median(t[figure] / n[figure] for n, t in zip(runs["nrear"], runs["tar"]))

    return {
        "scene": name,
        "rounds": rounds,
        "faster": round(ratio("seconds"), 2),
        "less_processor": round(ratio("processor_seconds"), 2),
        "nrear_seconds": round(statistics.median(run["seconds"] for run in runs["nrear"]), 2),
        "tar_seconds": round(statistics.median(run["seconds"] for run in runs["tar"]), 2),
        "nrear_processor_seconds": round(statistics.median(run["processor_seconds"] for run in runs["nrear"]), 2),
        "tar_processor_seconds": round(statistics.median(run["processor_seconds"] for run in runs["tar"]), 2),
        "nrear_peak_bytes": max(run["peak_bytes"] for run in runs["nrear"]),
    }


def restore_scenes(unpack_tree, archives, tree_bytes, work, rounds):
    """`archives`: {name: path of a .tar.gz}; `work`: a directory on tmpfs. Yields one dictionary for each archive and file system."""
    with SshServer(os.path.join(work, "sshd")) as server, ext4(work, 2 * tree_bytes + EXT4_BYTES_MORE_THAN_TREE) as on_ext4:
        on_tmpfs = os.path.join(work, "tmpfs")
        os.makedirs(on_tmpfs)
        for archive_name, archive in archives.items():
            digest = subprocess.run(["sha256sum", archive], check=True, capture_output=True, text=True).stdout.split()[0]
            for file_system, target in (("tmpfs", on_tmpfs), ("ext4", on_ext4)):
                ours = [unpack_tree, archive, target, "--server", server.url, "--known-hosts", server.known_hosts, "--key", server.key, "--sha256", digest]
                theirs = f"set -o pipefail; {shlex.join(server.ssh)} cat {shlex.quote(archive)} | tar xzf - -C {shlex.quote(target)} && sync -f {shlex.quote(target)}"
                yield compare(f"{archive_name} onto {file_system}", ours, ["bash", "-c", theirs], target, rounds, server)


def run(bench):
    """The scene of bench/archive."""
    tree = bench.corpora.debian()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as work:
        for result in scenes_of(tree, bench.pack_tree, bench.unpack_tree, work, bench.rounds):
            yield {**result, "scene": "restore: " + result["scene"], "wanted": [("2.5 times ssh cat | tar xzf", result["faster"] >= 2.5)]}


def scenes_of(tree, pack_tree, unpack_tree, work, rounds):
    own, foreign = os.path.join(work, "nrear.tar.gz"), os.path.join(work, "rear.tar.gz")
    with open(own, "wb") as archive:
        subprocess.run([pack_tree, tree], stdout=archive, stderr=subprocess.DEVNULL, check=True)
    subprocess.run(["tar", "--gzip", "--xattrs", "--acls", "-cf", foreign, "-C", tree, "."], check=True)
    tree_bytes = int(subprocess.run(["du", "-sb", tree], check=True, capture_output=True, text=True).stdout.split()[0])
    yield from restore_scenes(unpack_tree, {"nrear's archive": own, "ReaR's archive": foreign}, tree_bytes, work, rounds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--build", default="build")
    parser.add_argument("--work", default="/dev/shm")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        pack_tree, unpack_tree = (os.path.abspath(os.path.join(options.build, name)) for name in ("pack_tree", "unpack_tree"))
        for scene in scenes_of(options.tree, pack_tree, unpack_tree, work, options.rounds):
            print(json.dumps(scene), flush=True)


if __name__ == "__main__":
    sys.exit(main())
