# SPDX-License-Identifier: GPL-3.0-or-later
# A tree to a loopback sshd: nrear beside ReaR's way (tar --gzip onto sshfs), "tar | pigz | ssh cat", and OpenSSH's sftp with the file ready; then files that are
# ready: to the loopback sshd, over a line of 20 ms and over one of 100 Mbit/s, both ways. Logins are counted in, so what goes over the fast line is a gigabyte.

import contextlib
import os
import shutil
import subprocess
import tempfile

from .side_by_side import Contender, quoted, side_by_side
from .ssh_server import ACCOUNT, SshServer

# usr/share/rear/backup/NETFS/default/500_make_backup.sh of ReaR 2.7, with its defaults
REAR_TAR = "tar --warning=no-xdev --sparse --block-number --totals --no-wildcards-match-slash --one-file-system --ignore-failed-read --anchored --xattrs --acls --gzip -C / -c -f - {tree}"
FAST_LINE = 125_000_000
SLOW_LINE = 12_500_000
LARGE = 1_000_000_000


def summed_up(scene, runs, wanted, size):
    """`wanted`: {name: ratio to nrear that must be shown}."""
    result = {"scene": scene, "rounds": len(runs.runs["nrear"])}
    reached = []
    for name in runs.runs:
        result[name] = f"{runs.median(name, 'seconds'):.2f} s, {runs.median(name, 'processors'):.2f} processor s here"
        if name != "nrear":
            ratio = runs.ratio("nrear", name, "seconds")
            result[f"times {name}"] = round(ratio, 2)
            if name in wanted:
                reached.append((f"{wanted[name]} times {name}", ratio >= wanted[name]))
    result["MB/s of nrear"] = round(size / 1e6 / runs.median("nrear", "seconds"), 1)
    return {**result, "wanted": reached}


@contextlib.contextmanager
def line(line_proxy, port, *options):
    process = subprocess.Popen([line_proxy, str(port), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()


@contextlib.contextmanager
def sshfs(server, remote, work):
    """Nothing where sshfs or /dev/fuse is missing."""
    if not shutil.which("sshfs") or not os.path.exists("/dev/fuse"):
        yield None
        return
    mount_point = os.path.join(work, "sshfs")
    os.makedirs(mount_point)
    options = f"UserKnownHostsFile={server.known_hosts},IdentityFile={server.key},IdentitiesOnly=yes,BatchMode=yes"
    subprocess.run(["sshfs", "-p", str(server.port), "-o", options, f"{ACCOUNT}:{remote}", mount_point], check=True)
    try:
        yield mount_point
    finally:
        subprocess.run(["umount", mount_point], check=True)


class Scene:
    def __init__(self, bench, work, server):
        self.bench = bench
        self.server = server
        self.stored = os.path.join(work, "stored")
        os.makedirs(self.stored)

    def in_turns(self, commands, prepare=None):
        return side_by_side([Contender(name, f"{{ {command}; }} >/dev/null 2>&1", prepare) for name, command in commands.items()], self.bench.rounds)

    def emptied(self):
        return quoted("find", self.stored, "-mindepth", "1", "-delete")

    def nrear(self, source, name, port=None):
        return quoted(self.bench.send_tree, source, self.server.url(f"{self.stored}/{name}", port), *self.server.login(port))

    def sftp(self, command, port=None):
        return f"echo {command} | {quoted(*self.server.openssh('sftp', port), '-b', '-', ACCOUNT)}"

    def sftp_put(self, ready, port=None):
        return self.sftp(f"put {quoted(ready)} {quoted(self.stored)}/put", port)

    def sftp_get(self, name, port):
        return self.sftp(f"get {quoted(self.stored)}/{name} /dev/null", port)

    def ssh_cat(self, name, port=None):
        return quoted(*self.server.ssh(f"cat > {quoted(self.stored)}/{name}", port))

    def tree(self, tree, ready, mounted):
        tar = REAR_TAR.format(tree=quoted(tree))
        commands = {"nrear": self.nrear(tree, "nrear"),
                    "tar | pigz | ssh cat": f"{tar.replace(' --gzip', '')} | pigz | {self.ssh_cat('pigz')}",
                    "sftp put, file ready": self.sftp_put(ready)}
        if mounted:
            commands["ReaR's way"] = f"{tar} | dd bs=1M of={quoted(mounted)}/rear"
        wanted = {"ReaR's way": 8, "tar | pigz | ssh cat": 3, "sftp put, file ready": 1.3}
        return summed_up("upload: tree to a loopback sshd", self.in_turns(commands, self.emptied()), wanted, os.path.getsize(ready))

    def ready_file(self, large):
        commands = {"nrear": self.nrear(large, "nrear"), "sftp put": self.sftp_put(large), "ssh cat": f"{self.ssh_cat('cat')} < {quoted(large)}"}
        return summed_up("upload: a gigabyte that is ready to a loopback sshd", self.in_turns(commands, self.emptied()), {}, LARGE)

    def over_lines(self, ready, large):
        for name, options, limit, file in (("20 ms", ["--delay", "10", "--rate", str(FAST_LINE)], FAST_LINE, large), ("100 Mbit/s", ["--rate", str(SLOW_LINE)], SLOW_LINE, ready)):
            yield from self.over_line(name, options, limit, file)

    def over_line(self, name, options, limit, ready):
        size = os.path.getsize(ready)
        with line(self.bench.line_proxy, self.server.port, *options) as port:
            up = self.in_turns({"nrear": self.nrear(ready, "nrear", port), "sftp put": self.sftp_put(ready, port), "ssh cat": f"{self.ssh_cat('cat', port)} < {quoted(ready)}"},
                               self.emptied())
            yield self.of_the_line(summed_up(f"upload: the ready file over {name}", up, {}, size), limit)
            shutil.copy(ready, os.path.join(self.stored, "there"))
            down = self.in_turns({"nrear": self.nrear("--fetch", "there", port), "sftp get": self.sftp_get("there", port)})
            yield self.of_the_line(summed_up(f"download: the ready file over {name}", down, {}, size), limit)

    @staticmethod
    def of_the_line(result, limit):
        share = result["MB/s of nrear"] * 1e6 / limit
        return {**result, "of what the line carries": round(share, 2), "wanted": [("0.9 of what the line carries", share >= 0.9)]}


def run(bench):
    tree = bench.corpora.debian()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as work:
        ready = os.path.join(work, "ready.tar.gz")
        with open(ready, "wb") as archive:
            subprocess.run([bench.pack_tree, tree], stdout=archive, stderr=subprocess.DEVNULL, check=True)
        with SshServer(os.path.join(work, "sshd")) as server:
            scene = Scene(bench, work, server)
            with sshfs(server, scene.stored, work) as mounted:
                yield scene.tree(tree, ready, mounted)
            large = os.path.join(work, "large")
            with open(large, "wb") as noise:
                for _ in range(LARGE // 1_000_000):
                    noise.write(os.urandom(1_000_000))
            yield scene.ready_file(large)
            yield from scene.over_lines(ready, large)
