# SPDX-License-Identifier: GPL-3.0-or-later
# Compares what guest/storage_facts.py printed before and after, under the rules of the file volatile-storage. Pure text in, differences out.

import fnmatch
import os
from dataclasses import dataclass

from .compare import BadManifest, Difference, ruled_lines

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "volatile-storage")
WORDS = ("any", "grew", "shrank")


@dataclass(frozen=True)
class Rule:
    what: str  # "any": may differ, come or go; "grew", "shrank": a number that must have done so
    pattern: str  # over "key"


def parse_facts(lines):
    """{key: value}. Without the end mark the facts are cut, and cut facts would compare as equal to other cut ones."""
    facts, ended = {}, False
    for line in lines:
        line = line.rstrip("\n")
        if line == "# end":
            ended = True
            continue
        key, divider, value = line.partition("\t")
        if not divider:
            raise BadManifest(f"no value in: {line[:100]}")
        # The same key twice (two members of a name): the values together.
        facts[key] = f"{facts[key]} | {value}" if key in facts else value
    if not ended:
        raise BadManifest("the facts are cut: they have no end mark")
    return facts


def read_facts(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        return parse_facts(lines)


def parse_rules(lines, sections):
    """The rules of the named sections: a word of WORDS, a blank, a pattern."""
    rules = []
    for number, section, line in ruled_lines(lines):
        what, _, pattern = line.partition(" ")
        if what not in WORDS or not pattern:
            raise BadManifest(f"volatile-storage line {number}: a rule is one of {', '.join(WORDS)} and a pattern")
        if section in sections:
            rules.append(Rule(what, pattern))
    return rules


def read_rules(*sections):
    with open(RULES, encoding="utf-8") as lines:
        return parse_rules(lines, ("always", *sections))


def _moved(what, old, new):
    """Whether a number did what the rule expects of it."""
    if not (old.isdigit() and new.isdigit()):
        return False
    return int(new) > int(old) if what == "grew" else int(new) < int(old)


def compare(before, after, rules):
    """Differences between two sets of facts, in order of keys."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        matching = {rule.what for rule in rules if fnmatch.fnmatchcase(key, rule.pattern)}
        if old == new or "any" in matching:
            continue
        if old is not None and new is not None and any(_moved(what, old, new) for what in matching):
            continue
        found.append(Difference(key, f"was {_shown(old)}, is {_shown(new)}"))
    return found


def _shown(value):
    return "(none)" if value is None else value[:160] or "(empty)"
