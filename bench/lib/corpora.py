# SPDX-License-Identifier: GPL-3.0-or-later
# What is packed: trees that are made once, and are the same each time on one machine.

import os
import random
import shutil
import subprocess

USR = ["bin", "sbin", "lib/python3", "lib/git-core", "share/perl", "lib/x86_64-linux-gnu", "share", "include", "lib"]
KIND_OF_WORDS = 3000


def tree_bytes(path):
    return int(subprocess.run(["du", "-sb", path], check=True, capture_output=True, text=True).stdout.split()[0])


def words(seed):
    source = random.Random(seed)
    return [bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 9))) for _ in range(KIND_OF_WORDS)]


class Corpora:
    def __init__(self, directory, megabytes, tree=None):
        """`tree` is taken for that of Debian."""
        self.directory = directory
        self.megabytes = megabytes
        self.tree = tree

    def debian(self):
        return self.tree or self.made(f"debian-{self.megabytes}", self.make_debian)

    def small_files(self, count=100_000):
        return self.made(f"small-{count}", lambda path: self.make_small(path, count))

    def random_data(self):
        return self.made("random", self.make_random)

    def sparse(self):
        return self.made("sparse", self.make_sparse)

    def made(self, name, make):
        """Made under another name first: what was interrupted is not taken for whole."""
        path = os.path.join(self.directory, name)
        if not os.path.isdir(path):
            shutil.rmtree(path + ".part", ignore_errors=True)
            os.makedirs(path + ".part")
            make(path + ".part")
            os.rename(path + ".part", path)
        return path

    def make_debian(self, path):
        """Whole directories of /usr until there is enough; of the last one what fits."""
        left = self.megabytes * 1_000_000
        for part in USR:
            for entry in sorted(os.scandir(os.path.join("/usr", part)), key=lambda entry: entry.name) if os.path.isdir(os.path.join("/usr", part)) else []:
                size = tree_bytes(entry.path)
                target = os.path.join(path, part)
                if size > left or os.path.lexists(os.path.join(target, entry.name)):
                    continue
                os.makedirs(target, exist_ok=True)
                subprocess.run(["cp", "-a", entry.path, target], check=True)
                left -= size

    def make_small(self, path, count):
        source, vocabulary = random.Random(1), words(1)
        for number in range(count):
            directory = os.path.join(path, f"d{number % 97}", f"s{number % 1009}")
            if number < 97 * 1009:
                os.makedirs(directory, exist_ok=True)
            size = int(source.expovariate(1 / 3000)) + 1
            with open(os.path.join(directory, f"file{number}"), "wb") as file:
                file.write(b" ".join(source.choices(vocabulary, k=size // 6 + 1))[:size])

    def make_random(self, path):
        with open(os.path.join(path, "random"), "wb") as file:
            for _ in range(512):
                file.write(os.urandom(1 << 20))

    def make_sparse(self, path):
        with open(os.path.join(path, "sparse-1-TiB"), "wb") as file:
            file.truncate(1 << 40)
            for number in range(1000):
                file.seek(number << 30)
                file.write(os.urandom(4096))
