# SPDX-License-Identifier: GPL-3.0-or-later
# Files of the backup server that are otherwise for the time of one case, and as before afterwards.

import contextlib
import os
import shutil


def give_to_owner_of(path, like):
    """The server's account must be able to read what root made."""
    status = os.stat(like)
    os.chown(path, status.st_uid, status.st_gid)


@contextlib.contextmanager
def changed(path):
    """`path` may be changed inside."""
    kept = path + ".kept"
    shutil.copy2(path, kept)
    give_to_owner_of(kept, path)
    try:
        yield
    finally:
        os.replace(kept, path)


@contextlib.contextmanager
def moved_away(path, folder):
    """What is at `path` is not there, but in `folder` under another name."""
    away = os.path.join(folder, "away")
    os.rename(path, away)
    try:
        yield
    finally:
        os.rename(away, path)


@contextlib.contextmanager
def copied(folder, to, but=()):
    """`folder` is there as `to`, too; the names in `but` are left out. Files share their content: whoever changes one replaces it."""
    shutil.copytree(folder, to, copy_function=os.link, ignore=shutil.ignore_patterns(*but))
    give_to_owner_of(to, folder)
    try:
        yield
    finally:
        shutil.rmtree(to)
