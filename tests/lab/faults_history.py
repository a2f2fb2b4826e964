# SPDX-License-Identifier: GPL-3.0-or-later
# KEEP_LAST and the ISO of an earlier run: it restores the backup that it was made with, out of the history, also when there is a newer one, and
# never another one unsaid. Part of scripts/faults: the rescue system of faults_rescue.py is that ISO's; the unattended recovery is the newest one's.

import glob
import json
import os
import re
import shutil

from .server_files import changed, copied, give_to_owner_of, moved_away

WHICH = "/root/which"  # differs in the two backups
OLDER, NEWER = "the older run", "the newer run"
BACKUP_SECONDS = 600


def record_of(folder):
    with open(folder + "/backup.json", encoding="utf-8") as record:
        return json.load(record)


def in_history(store):
    """The directories of earlier backups on the server, oldest first."""
    return sorted(os.path.dirname(path) for path in glob.glob(store + "/controller-0/*/backup.json"))


def write_which(faults, text):
    faults.console.run(f"echo {text} >{WHICH}", 60)


def keep_the_earlier(faults):
    """The good run before made a backup and an ISO; this one leaves them together in the history."""
    write_which(faults, NEWER)
    earlier = record_of(faults.store + "/controller-0")["id"]
    faults.conf("keep", "KEEP_LAST=3")
    faults.case("mkbackup with KEEP_LAST", "nrear -v -C /root/keep.conf mkbackup", 0, "Backup:", "Rescue:", seconds=BACKUP_SECONDS)
    faults.clean("after mkbackup with KEEP_LAST")
    kept = in_history(faults.store)
    there = sorted(os.listdir(kept[0])) if kept else []
    faults.checks.that("archive, index, list, record and ISO of the earlier run stay together", len(kept) == 1 and there == [
        "backup.json", "backup.log", "backup.tar.gz", "backup.tar.gz.index", "rear-controller-0.iso"] and record_of(kept[0])["id"] == earlier, f"{kept}: {there}")
    shutil.copy(kept[0] + "/rear-controller-0.iso", faults.iso)


def rewrite(record_path, **facts):
    """The record says something else, in a file of its own."""
    with open(record_path, encoding="utf-8") as record:
        text = json.dumps(json.load(record) | facts)
    with open(record_path + ".other", "w", encoding="utf-8") as out:
        out.write(text)
    give_to_owner_of(record_path + ".other", record_path)
    os.replace(record_path + ".other", record_path)


class OlderIso:
    """Cases typed in the rescue system of the earlier run (faults_rescue.RescueFaults)."""

    def __init__(self, rescue):
        self.rescue = rescue
        self.host = rescue.lab.server.backup_dir + "/controller-0"
        self.folder = in_history(rescue.lab.server.backup_dir)[0]
        self.older = record_of(self.folder)["id"][:8]
        self.newer = record_of(self.host)["id"][:8]

    def case(self, name, command, status, *words, **more):
        return self.rescue.case(name, command.replace("nrear", "nrear --password-file /run/secret", 1), status, *words, **more)

    def look(self):
        listed = self.case("list names both backups", "nrear list", 0, self.older, self.newer, "2 backups of controller-0")
        marked = [line.split()[0] for line in listed.splitlines() if line.endswith("of this rescue system")]
        self.rescue.checks.that("list marks the one of this rescue system", marked == [self.older], f"it marks {marked}")
        self.case("ls of the older one", f"nrear ls -l {self.older} {WHICH}", 0, WHICH)
        self.case("verify of the older one", f"nrear verify {self.older} --sample 10%", 0, f"Backup {self.older} is sound")
        for name, text in ((self.older, OLDER), ("latest", NEWER)):
            self.case(f"restore of one file: {text}", f"nrear restore {name} {WHICH} --to /run/{name} && cat /run/{name}{WHICH}", 0, text)
        with copied(self.host, self.host[:-1] + "1", but=["2*"]):
            rewrite(self.host[:-1] + "1/backup.json", hostname="controller-1")
            self.case("list of another host", "nrear list --host controller-1", 0, self.newer, "1 backup of controller-1", absent=[self.older])
            self.case("list of a host without backups", "nrear list --host controller-7", 0, "no backups of controller-7", "controller-0, controller-1")

    def choose(self):
        self.case("the older ISO takes its own backup", "nrear recover -s", 0, f"id {self.older}", "there is a newer one", self.newer, "--backup latest")
        self.case("--backup latest", "nrear recover -s --backup latest", 0, f"id {self.newer}")
        both = (f"{self.older} (20", f"{self.newer} (20", "UTC)")
        self.case("--backup of no backup", "nrear recover -s --backup zzz", 1, "no id begins so", *both)
        with changed(self.host + "/backup.json"):
            rewrite(self.host + "/backup.json", id=self.older[:4] + "zzzz")
            self.case("--backup of two backups", f"nrear recover -s --backup {self.older[:4]}", 1, "2 backups begin so", self.older, self.older[:4] + "zzzz")

    def gone(self):
        """Another one is never taken unsaid."""
        lost = ("The backup that this rescue system was made with", self.older, "is not on the server any more", "Instead of it: the one of", self.newer)
        with moved_away(self.folder, os.path.dirname(os.path.dirname(self.host))):
            self.rescue.refused("the backup of this ISO is gone", 1, "no", *lost, "NOT the one that this rescue system was made with", "nothing was written to any disk")
            self.case("the backup of this ISO is gone, nobody to ask", "nrear -n recover -s", 0, *lost)
            self.case("the backup of this ISO is gone, and named", f"nrear recover -s --backup {self.older}", 1, "no id begins so", self.newer)
        with moved_away(self.folder + "/backup.tar.gz", self.folder):
            self.case("the archive of this ISO's backup is gone", "nrear recover -s", 1, self.older, os.path.basename(self.folder) + "/backup.tar.gz", "nrear list", "--backup ID")

    def restored(self, the_word):
        text, status, _ = self.rescue.converse(the_word)
        problems = [f"exit status {status}, not 0"] if status != 0 else []
        problems += [] if "The machine is recovered: " in text else ["does not say that the machine is recovered"]
        problems += [] if re.search(rf"will be overwritten[^\n]* by the backup of \S+ \({self.older}\)\. Go on", text) else ["does not ask with the older backup's name"]
        self.rescue.checks.note("the older ISO recovers", problems, text)
        self.rescue.case("what came back is the older run", f"cat /mnt/local{WHICH}", 0, OLDER)
