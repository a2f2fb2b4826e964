# SPDX-License-Identifier: GPL-3.0-or-later
# A tree to a loopback sshd: nrear beside ReaR's way (tar --gzip onto sshfs), "tar | pigz | ssh cat", and OpenSSH's sftp with the file ready; then the ready file
# over a line of 20 ms and over one of 100 Mbit/s, both ways. In turns, round by round; ratios of a round, their medians.
#
#   upload_scene.py --tree DIR [--rounds N] [--build DIR] [--work DIR]     as root; alone, without bench/archive

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

# usr/share/rear/backup/NETFS/default/500_make_backup.sh of ReaR 2.7, with its defaults
REAR_TAR = "tar --warning=no-xdev --sparse --block-number --totals --no-wildcards-match-slash --one-file-system --ignore-failed-read --anchored --xattrs --acls --gzip -C / -c -f - {tree}"
FAST_LINE = 125_000_000
SLOW_LINE = 12_500_000


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(["bash", "-c", "set -o pipefail; " + command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "processors": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def in_turns(commands, rounds, between):
    runs = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            between()
            runs[name].append(measured(commands[name]))
    return runs


def summed_up(scene, runs, wanted, size):
    """`wanted`: {name: ratio to nrear that must be shown}."""
    result = {"scene": scene, "rounds": len(runs["nrear"])}
    reached = []
    for name, measurements in runs.items():
        seconds = statistics.median(run["seconds"] for run in measurements)
        result[name] = f"{seconds:.2f} s, {statistics.median(run['processors'] for run in measurements):.2f} processor s here"
        if name != "nrear":
            ratio = statistics.median(theirs["seconds"] / ours["seconds"] for ours, theirs in zip(runs["nrear"], measurements))
            result[f"times {name}"] = round(ratio, 2)
            if name in wanted:
                reached.append((f"{wanted[name]} times {name}", ratio >= wanted[name]))
    result["MB/s of nrear"] = round(size / 1e6 / statistics.median(run["seconds"] for run in runs["nrear"]), 1)
    return {**result, "wanted": reached}


@contextlib.contextmanager
def line(build, port, *options):
    process = subprocess.Popen([os.path.join(build, "line_proxy"), str(port), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
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
    subprocess.run(["sshfs", "-p", str(server.port), "-o", options, f"root@127.0.0.1:{remote}", mount_point], check=True)
    try:
        yield mount_point
    finally:
        subprocess.run(["umount", mount_point], check=True)


class Scene:
    def __init__(self, build, work, server, rounds):
        self.build = build
        self.server = server
        self.rounds = rounds
        self.stored = os.path.join(work, "stored")
        os.makedirs(self.stored)

    def emptied(self):
        for name in os.listdir(self.stored):
            os.unlink(os.path.join(self.stored, name))

    def known(self, port):
        """known_hosts for a line to the server."""
        path = f"{self.server.known_hosts}.{port}"
        with open(self.server.known_hosts, encoding="ascii") as known, open(path, "w", encoding="ascii") as copy:
            copy.write(known.read().replace(f"]:{self.server.port} ", f"]:{port} "))
        return path

    def nrear(self, source, name, port=None):
        port = port or self.server.port
        url = f"sftp://root@127.0.0.1:{port}{self.stored}/{name}"
        return shlex.join([os.path.join(self.build, "send_tree"), source, url, "--known-hosts", self.known(port), "--key", self.server.key])

    def openssh(self, program, port=None):
        port = port or self.server.port
        options = {"UserKnownHostsFile": self.known(port), "IdentityFile": self.server.key, "IdentitiesOnly": "yes", "IdentityAgent": "none", "BatchMode": "yes"}
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return [program, "-F", "none", "-P" if program == "sftp" else "-p", str(port), *words]

    def sftp_put(self, ready, port=None):
        return f"echo put {shlex.quote(ready)} {shlex.quote(self.stored)}/put | {shlex.join([*self.openssh('sftp', port), '-b', '-', 'root@127.0.0.1'])}"

    def sftp_get(self, name, port):
        return f"echo get {shlex.quote(self.stored)}/{name} /dev/null | {shlex.join([*self.openssh('sftp', port), '-b', '-', 'root@127.0.0.1'])}"

    def ssh_cat(self, name, port=None):
        return shlex.join([*self.openssh("ssh", port), "root@127.0.0.1", f"cat > {shlex.quote(self.stored)}/{name}"])

    def tree(self, tree, ready, mounted):
        tar = REAR_TAR.format(tree=shlex.quote(tree))
        commands = {"nrear": self.nrear(tree, "nrear"),
                    "tar | pigz | ssh cat": f"{tar.replace(' --gzip', '')} | pigz | {self.ssh_cat('pigz')}",
                    "sftp put, file ready": self.sftp_put(ready)}
        if mounted:
            commands["ReaR's way"] = f"{tar} | dd bs=1M of={shlex.quote(mounted)}/rear"
        wanted = {"ReaR's way": 8, "tar | pigz | ssh cat": 3, "sftp put, file ready": 1.3}
        return summed_up("upload: tree to a loopback sshd", in_turns(commands, self.rounds, self.emptied), wanted, os.path.getsize(ready))

    def over_lines(self, ready):
        size = os.path.getsize(ready)
        for name, options, limit in (("20 ms", ["--delay", "10", "--rate", str(FAST_LINE)], FAST_LINE), ("100 Mbit/s", ["--rate", str(SLOW_LINE)], SLOW_LINE)):
            with line(self.build, self.server.port, *options) as port:
                up = in_turns({"nrear": self.nrear(ready, "nrear", port), "sftp put": self.sftp_put(ready, port), "ssh cat": f"{self.ssh_cat('cat', port)} < {shlex.quote(ready)}"},
                              self.rounds, self.emptied)
                yield self.of_the_line(summed_up(f"upload: the ready file over {name}", up, {}, size), limit)
                shutil.copy(ready, os.path.join(self.stored, "there"))
                down = in_turns({"nrear": self.nrear("--fetch", "there", port), "sftp get": self.sftp_get("there", port)}, self.rounds, lambda: None)
                yield self.of_the_line(summed_up(f"download: the ready file over {name}", down, {}, size), limit)

    @staticmethod
    def of_the_line(result, limit):
        share = result["MB/s of nrear"] * 1e6 / limit
        return {**result, "of what the line carries": round(share, 2), "wanted": [("0.9 of what the line carries", share >= 0.9)]}


def upload_scenes(tree, ready, build, work, rounds):
    with SshServer(os.path.join(work, "sshd")) as server:
        scene = Scene(build, work, server, rounds)
        with sshfs(server, scene.stored, work) as mounted:
            yield scene.tree(tree, ready, mounted)
        yield from scene.over_lines(ready)


def all_scenes(tree, build, rounds, work):
    with tempfile.TemporaryDirectory(dir=work) as directory:
        ready = os.path.join(directory, "ready.tar.gz")
        with open(ready, "wb") as archive:
            subprocess.run([os.path.join(build, "pack_tree"), tree], stdout=archive, stderr=subprocess.DEVNULL, check=True)
        yield from upload_scenes(os.path.abspath(tree), ready, build, directory, rounds)


def run(bench):
    subprocess.run(["cmake", "--build", bench.build, "--target", "send_tree", "line_proxy"], check=True, stdout=subprocess.DEVNULL)
    yield from all_scenes(bench.corpora.debian(), bench.build, bench.rounds, "/dev/shm")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--build", default="build")
    parser.add_argument("--work", default="/dev/shm")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    subprocess.run(["cmake", "--build", build, "--target", "pack_tree", "send_tree", "line_proxy"], check=True, stdout=subprocess.DEVNULL)
    for result in all_scenes(options.tree, build, options.rounds, options.work):
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    sys.exit(main())
