# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's ReaR 2.7 through the same rows as nrear, by the same journey and the same comparison: what it loses or fails at. Asserts nothing.
# Run by bench/rear-rows. Each result is kept beside the logs; the table is made of all that are there.

import argparse
import glob
import json
import os
import sys

from . import machine, row_tree, rows, rows_main, sandbox
from .rear_compare import REAR
from .report import LabError, say, show_failure

SHOWN = 25


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bench/rear-rows", description="ReaR 2.7 through the rows of scripts/rows.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="numbers of rows; all of them without any")
    parser.add_argument("--logs", required=True)
    parser.add_argument("--nrear-logs", required=True, help="where scripts/rows left its results")
    parser.add_argument("--table-only", action="store_true", help="print the table of the results that are there")
    options = parser.parse_args(arguments)
    options.nrear, options.build_only, options.keep_work = None, False, False
    return options


def read_results(folder):
    """{row: (verdict, [differences])} of the runs that left one."""
    found = {}
    for path in glob.glob(os.path.join(folder, "*", "result.json")):
        with open(path, encoding="utf-8") as text:
            one = json.load(text)
        with open(os.path.join(os.path.dirname(path), "differences"), encoding="utf-8") as lines:
            found[one["row"]] = (one, lines.read().splitlines())
    return found


def table(options):
    """Markdown, as docs/rear-rows.md has it."""
    rear, nrear = read_results(options.logs), read_results(options.nrear_logs)
    print("\n| row | shape | nrear | ReaR 2.7 | mkbackup, nrear / ReaR | recover, nrear / ReaR |\n|---|---|---|---|---|---|")
    for row in rows.ROWS:
        ours, theirs = nrear.get(row.name), rear.get(row.name)
        if theirs:
            print(f"| {row.name} | {row.title} | {verdict(ours)} | {verdict(theirs)} | {times(ours, theirs, 'mkbackup s')} | {times(ours, theirs, 'recover s')} |")
    for name, (_, differences) in sorted(rear.items()):
        print(f"\nReaR, row {name}:")
        print("\n".join(f"- {line}" for line in differences[:SHOWN]))
        if len(differences) > SHOWN:
            print(f"- and {len(differences) - SHOWN} more")


def verdict(found):
    return found[0]["verdict"].replace("|", "/") if found else "not run"


def times(ours, theirs, key):
    return " / ".join(str(found[0]["figures"].get(key, "-")) if found else "-" for found in (ours, theirs)) + " s"


def main():
    options = parse(sys.argv[1:])
    if options.table_only:
        table(options)
        return 0
    try:
        chosen = rows.find(options.rows)
        sandbox.check_host()
        accel = machine.acceleration(row_tree.get(with_rear=True).kernel)
    except KeyError as error:
        print(f"bench/rear-rows: there is no row {error.args[0]}", file=sys.stderr)
        return 2
    except LabError as error:
        show_failure(error)
        return 1
    for row in chosen:
        if row.power_loss or row.after:
            say(f"row {row.name}: ReaR asks for a decision there that nobody has written down; left out")
            continue
        rows_main.run_row(row, accel, options, REAR)
    table(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
