# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the round trips (guest/roundtrip-*): each makes one storage technology with odd parameters in a builder guest, lets nrear record and make
# it anew on blank disks, and compares by the ordinary tools. Run by scripts/roundtrips.
#
# What a script needs stands in its head: "# disks: 2G 1G,nvme 1G,ata,4k 1G,multipath" (blank disks in order), "# firmware: uefi", "# seconds: 600",
# "# files: guest/odd_files.py" (beside it when it runs), "# packages: bcache-tools" (Debian's, beside it as .deb files: what only one round trip needs is
# not in the tree that all rows are built from). The guest's own root is vda; the blank disks follow, with the serials disk0, disk1...
# The program is ./nrear. The script ends with the line "ROUNDTRIP OK".

import argparse
import glob
import os
import re
import shutil
import sys
import tempfile

from . import machine, row_build, row_tree, rows, sandbox
from .report import LabError, Step, run, say, show_failure

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT_SECONDS = 900
SHOWN_LINES = 40


def parse_drive(text):
    """2G, 300M,nvme,4k: a size, then bus and sector size in any order."""
    size, *options = text.split(",")
    found = re.fullmatch(r"(\d+)([MG])", size)
    buses = [{"sata": "ata"}.get(option, option) for option in options if option != "4k"]
    if not found or len(buses) > 1 or any(bus not in machine.BUSES for bus in buses):
        raise LabError(f"not a disk: {text} (for example 2G or 300M,nvme,4k)")
    return rows.Drive(int(found.group(1)) * (1024 if found.group(2) == "G" else 1), buses[0] if buses else "virtio", 4096 if "4k" in options else 512)


def read_head(lines):
    """What the comments at the top of a script ask for: {"disks": [Drive], "firmware", "seconds", "files", "packages"}."""
    asked = {"disks": "", "firmware": "bios", "seconds": str(DEFAULT_SECONDS), "files": "", "packages": ""}
    for line in lines:
        if not line.startswith("#"):
            break
        found = re.match(r"#\s*(disks|firmware|seconds|files|packages):\s*(.*\S)\s*$", line)
        if found:
            asked[found.group(1)] = found.group(2)
    return {"disks": [parse_drive(text) for text in asked["disks"].split()], "firmware": asked["firmware"], "seconds": int(asked["seconds"]),
            "files": asked["files"].split(), "packages": asked["packages"].split()}


def fetch_packages(names, folder):
    """{file name: path} of the packages, as the host's apt finds them."""
    os.mkdir(folder)
    if names:
        run(["env", "-C", folder, "apt-get", "-q", "download", *names])
    return {name: os.path.join(folder, name) for name in os.listdir(folder)}


def run_one(path, source, accel, program, logs):
    """Whether the script ended with its line."""
    name = os.path.basename(path).removeprefix("roundtrip-")
    with open(path, encoding="utf-8") as text:
        head = read_head(text)
    with tempfile.TemporaryDirectory(prefix="lab-roundtrip.", dir=os.environ.get("TMPDIR", "/var/tmp")) as work:
        drives = [rows.Drive(d.mib, d.bus, d.sector, f"disk{number}") for number, d in enumerate(head["disks"])]
        disks = row_build.as_disks(drives, row_build.blank_files(drives, work, "disk"))
        variables = machine.new_board(os.path.join(work, "variables.fd")) if head["firmware"] == "uefi" else None
        files = {"nrear": program, **fetch_packages(head["packages"], os.path.join(work, "packages")), **{os.path.basename(file): os.path.join(HERE, file) for file in head["files"]}}
        log = os.path.join(logs, name + ".log")
        with Step(f"round trip: {name}"):
            status, output = row_build.run_script(source, accel, path, files, disks, log, variables, head["seconds"], root_first=True)
        good = status == 0 and "ROUNDTRIP OK" in output.splitlines()[-3:]
        if not good:
            say(f"  FAILED (status {status}); the whole of it is in {log}")
            for line in output.splitlines()[-SHOWN_LINES:]:
                print(f"    | {line}")
        return good


def main():
    parser = argparse.ArgumentParser(prog="scripts/roundtrips", description="Each storage technology is made anew in a guest and compared.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all without any")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--nrear", required=True)
    parser.add_argument("--logs", required=True)
    options = parser.parse_args()
    present = {os.path.basename(path).removeprefix("roundtrip-"): path for path in sorted(glob.glob(os.path.join(HERE, "guest/roundtrip-*")))}
    if options.list:
        print("\n".join(present))
        return 0
    unknown = [name for name in options.names if name not in present]
    if unknown or not present:
        print(f"scripts/roundtrips: no round trip {', '.join(unknown)} (there are: {', '.join(present)})", file=sys.stderr)
        return 2
    shutil.rmtree(options.logs, ignore_errors=True)
    os.makedirs(options.logs)
    failed = []
    try:
        sandbox.check_host()
        source = row_tree.get()
        accel = machine.acceleration(source.kernel)
        for name in options.names or present:
            try:
                if not run_one(present[name], source, accel, options.nrear, options.logs):
                    failed.append(name)
            except LabError as error:
                show_failure(error)
                failed.append(name)
    except LabError as error:
        show_failure(error)
        return 1
    print(f"\nROUND TRIPS FAILED: {', '.join(failed)}" if failed else f"\nROUND TRIPS PASSED: {', '.join(options.names or present)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
