# SPDX-License-Identifier: GPL-3.0-or-later
# The command scripts/rows: chooses rows, builds their nodes, runs each in a sandbox of its own, prints the table. Status 0 only if every
# row that was asked for came back equal.

import argparse
import json
import os
import shutil
import sys

from . import journey, machine, row_build, row_run, row_tree, rows, sandbox
from .report import LabError, say, show_failure

COLUMNS = (("build s", "build"), ("node boot s", "boot"), ("mkbackup s", "mkbackup"), ("menu to prompt s", "rescue"), ("recover s", "recover"),
           ("recovered boot s", "boots"), ("ISO MB", "ISO MB"), ("archive MB", "archive MB"), ("total s", "total"))


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/rows", description="Machines of many shapes are backed up, lost, recovered and compared, in QEMU.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="numbers of rows; all of them without any (4 is 4b and 4u)")
    parser.add_argument("--list", action="store_true", help="print what the rows are")
    parser.add_argument("--build-only", action="store_true", help="build the nodes, into the cache, and stop")
    parser.add_argument("--nrear", required=True, help="the static program")
    parser.add_argument("--logs", required=True, help="directory for a directory of logs for each row")
    parser.add_argument("--keep-work", action="store_true", help="leave the disks and the server's files in the work directory")
    return parser.parse_args(arguments)


def listing():
    for row in rows.ROWS:
        disks = ", ".join(f"{d.mib} MiB {d.bus}" for d in row.drives)
        onto = "" if not row.after else " -> " + ", ".join(f"{d.mib} MiB {d.bus}" for d in row.after)
        print(f"{row.name:>3}  {row.title:72} {row.firmware}  {disks}{onto}")


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def run_row(row, accel, options, tool=journey.NREAR):
    """Build and run one row; what came of it is in result.json of its directory."""
    logs = fresh(os.path.join(options.logs, row.name))
    say(f"=== row {row.name}: {row.title}")
    try:
        built = row_build.get(row, accel, logs, with_rear=tool is not journey.NREAR)
    except LabError as error:
        show_failure(error)
        return result(row, f"FAILED to build: {error}")
    if options.build_only:
        return result(row, "built", {"build s": built.seconds})
    status = sandbox.run(lambda work: row_run.perform(row, built, accel, options.nrear, work, logs, tool), options.keep_work)
    path = os.path.join(logs, "result.json")
    if not os.path.exists(path):
        return result(row, f"FAILED (status {status})")
    with open(path, encoding="utf-8") as text:
        found = json.load(text)
    if status != 0 and found["verdict"] == "equal":
        found["verdict"] = f"FAILED (status {status})"
    return found


def result(row, verdict, figures=None):
    return {"row": row.name, "title": row.title, "verdict": verdict, "figures": figures or {}}


def table(results):
    print(f"\n{'row':>4} {'shape':58}" + "".join(f"{title:>11}" for _, title in COLUMNS) + "  verdict")
    for result in results:
        figures = "".join(f"{result['figures'].get(key, '-'):>11}" for key, _ in COLUMNS)
        print(f"{result['row']:>4} {result['title'][:58]:58}{figures}  {result['verdict']}")


def main():
    options = parse(sys.argv[1:])
    if options.list:
        listing()
        return 0
    try:
        chosen = rows.find(options.rows)
    except KeyError as error:
        print(f"scripts/rows: there is no row {error.args[0]} (see scripts/rows --list)", file=sys.stderr)
        return 2
    try:
        sandbox.check_host()
        accel = machine.acceleration(row_tree.get().kernel)
    except LabError as error:
        show_failure(error)
        return 1
    results = [run_row(row, accel, options) for row in chosen]
    table(results)
    with open(os.path.join(options.logs, "table.json"), "w", encoding="utf-8") as out:
        json.dump(results, out, indent=2)
    bad = [result["row"] for result in results if result["verdict"] not in ("equal", "built")]
    print(f"\nROWS FAILED: {', '.join(bad)} (logs: {options.logs}/ROW)" if bad else f"\nROWS PASSED: {', '.join(row.name for row in chosen)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
