# SPDX-License-Identifier: GPL-3.0-or-later
# Compares two manifests (guest/manifest.py) under the rules of the file volatile-paths. Pure text in, differences out.

import fnmatch
import os
from dataclasses import dataclass

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "volatile-paths")
ALLOCATION_SLACK = 64 * 1024


class BadManifest(Exception):
    pass


@dataclass(frozen=True)
class Rule:
    pattern: str
    what: tuple  # ("*",): anything may differ; ("absent",): must not be there afterwards; otherwise the fields that may differ


@dataclass(frozen=True)
class Difference:
    path: str
    text: str

    def __str__(self):
        return f"{self.path}: {self.text}"


def parse_manifest(lines):
    """{path: {field: value}}. The last line must be the end mark: a cut manifest would compare as equal to another cut one."""
    files = {}
    ended = False
    for line in lines:
        line = line.rstrip("\n")
        if line == "# end":
            ended = True
            continue
        path, *fields = line.split("\t")
        pairs = [field.partition("=") for field in fields]
        files[path] = {key: value for key, _, value in pairs}
        if "kind" not in files[path]:
            raise BadManifest(f"no kind in: {line[:100]}")
    if not ended:
        raise BadManifest("the manifest is cut: it has no end mark")
    return files


def read_manifest(path):
    with open(path, encoding="ascii") as lines:
        return parse_manifest(lines)


def ruled_lines(lines):
    """(number, section, line) of each rule. One that has no comment above it, or stands in no section, is an error: each must be justified."""
    section, justified = None, False
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line:
            justified = False
        elif line.startswith("#"):
            justified = True
        elif line.startswith("[") and line.endswith("]"):
            section, justified = line.strip("[]"), False
        elif not justified or not section:
            raise BadManifest(f"line {number}: a rule needs a section, and a comment above")
        else:
            yield number, section, line


def parse_rules(lines, sections):
    """The rules of the named sections."""
    rules = []
    for number, section, line in ruled_lines(lines):
        pattern, _, what = line.partition(" ")
        if not what:
            raise BadManifest(f"volatile-paths line {number}: a rule is a pattern and what may differ")
        if section in sections:
            rules.append(Rule(pattern, tuple(what.strip().split(","))))
    return rules


def read_rules(*sections):
    with open(RULES, encoding="utf-8") as lines:
        return parse_rules(lines, ("always", *sections))


def _allowed(rules, path):
    """The field patterns that may differ at `path`."""
    allowed = set()
    for rule in rules:
        if fnmatch.fnmatchcase(path, rule.pattern):
            allowed.update(rule.what)
    return allowed


def _allocation_grew(old, new):
    """A sparse file must not come back filled. The filesystem may place a few blocks differently."""
    before, after = int(old["alloc"]), int(new["alloc"])
    return after > before + max(ALLOCATION_SLACK, before // 10)


def _compare_file(path, old, new, allowed):
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key, "(none)"), new.get(key, "(none)")
        if before == after or any(fnmatch.fnmatchcase(key, pattern) for pattern in allowed):
            continue
        if key == "alloc" and "alloc" in old and "alloc" in new and not _allocation_grew(old, new):
            continue
        yield Difference(path, f"{key} was {before[:120]}, is {after[:120]}")


def compare(before, after, rules):
    """Differences between two manifests, in path order."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        allowed = _allowed(rules, path)
        if "absent" in allowed:
            if path in after:
                found.append(Difference(path, "came back although the configuration excludes it"))
        elif "*" in allowed:
            continue
        elif path not in after:
            found.append(Difference(path, f"is missing ({before[path]['kind']})"))
        elif path not in before:
            found.append(Difference(path, f"was not there before ({after[path]['kind']})"))
        else:
            found.extend(_compare_file(path, before[path], after[path], allowed))
    return found


def compare_facts(before, after):
    """Differences between two flat dictionaries of disk facts."""
    return [Difference(key, f"was {before.get(key, '(none)')}, is {after.get(key, '(none)')}")
            for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
