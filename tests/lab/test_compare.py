# SPDX-License-Identifier: GPL-3.0-or-later
# The comparison must see every kind of loss: a comparison that finds nothing proves nothing unless these pass.

import io
import os
import subprocess
import sys
import tempfile
import unittest

from lab import compare, offline

RULES = compare.parse_rules(["[always]", "# reason", "/tmp/* absent", "/log mtime,size", "/free *"], ("always",))


def manifest(*lines):
    return compare.parse_manifest([*lines, "# end"])


FILE = "/a\tkind=file\tmode=0644\tuid=0\tgid=0\tmtime=1\tflags=0x0\tsize=3\talloc=4096\tsha256=aa\txattr:user.x=00"


class Compare(unittest.TestCase):
    def texts(self, before, after):
        return [str(d) for d in compare.compare(manifest(before), manifest(after), RULES)]

    def test_equal_is_equal(self):
        self.assertEqual(self.texts(FILE, FILE), [])

    def test_every_field_counts(self):
        for old, new in [("kind=file", "kind=link"), ("mode=0644", "mode=0600"), ("uid=0", "uid=1"), ("gid=0", "gid=1"),
                         ("mtime=1", "mtime=2"), ("flags=0x0", "flags=0x10"), ("size=3", "size=4"), ("sha256=aa", "sha256=ab"),
                         ("xattr:user.x=00", "xattr:user.x=01"), ("\txattr:user.x=00", "")]:
            self.assertEqual(len(self.texts(FILE, FILE.replace(old, new))), 1, old)

    def test_added_and_lost_files(self):
        self.assertEqual(self.texts(FILE, FILE.replace("/a", "/b")), ["/a: is missing (file)", "/b: was not there before (file)"])

    def test_a_sparse_file_must_not_be_filled(self):
        before = FILE.replace("size=3", "size=1000000")
        self.assertEqual(self.texts(before, before.replace("alloc=4096", "alloc=65536")), [])
        self.assertEqual(len(self.texts(before, before.replace("alloc=4096", "alloc=1003520"))), 1)

    def test_rules(self):
        log = FILE.replace("/a", "/log")
        self.assertEqual(self.texts(log, log.replace("size=3", "size=9").replace("mtime=1", "mtime=5")), [])
        self.assertEqual(len(self.texts(log, log.replace("mode=0644", "mode=0666"))), 1)
        self.assertEqual(self.texts(FILE.replace("/a", "/free"), FILE), ["/a: was not there before (file)"])

    def test_excluded_files_must_not_come_back(self):
        excluded = FILE.replace("/a", "/tmp/x")
        self.assertEqual(len(self.texts(excluded, excluded)), 1)
        self.assertEqual(compare.compare(manifest(excluded), manifest(), RULES), [])

    def test_cut_manifest_is_refused(self):
        with self.assertRaises(compare.BadManifest):
            compare.parse_manifest([FILE])

    def test_unjustified_rule_is_refused(self):
        for lines in (["[always]", "/x *"], ["# reason", "/x *"], ["[always]", "# reason", "", "/x *"], ["[always]", "# reason", "/x"]):
            with self.assertRaises(compare.BadManifest):
                compare.parse_rules(lines, ("always",))

    def test_the_real_rules_are_well_formed(self):
        with open(compare.RULES, encoding="utf-8") as lines:
            self.assertTrue(compare.parse_rules(lines, ("always", "disk", "live", "tar")))

    def test_facts(self):
        found = compare.compare_facts({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"})
        self.assertEqual([d.path for d in found], ["b", "c"])


class Manifest(unittest.TestCase):
    """The manifest itself, of a real directory."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def read(self):
        done = subprocess.run([sys.executable, "-B", offline.MANIFEST, self.folder.name + "=/top"], capture_output=True, text=True, check=True)
        return compare.parse_manifest(io.StringIO(done.stdout))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_a_hole_is_the_same_content_as_zeros(self):
        for name, fill in (("hole", False), ("zeros", True)):
            with open(self.path(name), "wb") as out:
                out.write(b"\0" * 300000 if fill else b"")
                out.truncate(300000)
                out.seek(200000)
                out.write(b"data")
        files = self.read()
        self.assertEqual(files["/top/hole"]["sha256"], files["/top/zeros"]["sha256"])

    def test_where_data_lies_in_a_sparse_file_counts(self):
        for name, place in (("one", 0), ("two", 131072)):
            with open(self.path(name), "wb") as out:
                out.seek(place)
                out.write(b"data")
                out.truncate(1 << 20)
        files = self.read()
        self.assertNotEqual(files["/top/one"]["sha256"], files["/top/two"]["sha256"])

    def test_links_names_and_times(self):
        odd = os.fsencode(self.folder.name) + b"/odd\n\xff\\"
        with open(odd, "wb") as out:
            out.write(b"x")
        os.link(odd, self.path("zz-link"))
        os.utime(odd, ns=(5, 1234567890123456789))
        os.symlink("to where", self.path("link"))
        files = self.read()
        self.assertEqual(files["/top/odd\\x0a\\xff\\x5c"]["nlink"], "2")
        self.assertEqual(files["/top/zz-link"]["leader"], "/top/odd\\x0a\\xff\\x5c")
        self.assertEqual(files["/top/zz-link"]["mtime"], "1234567890123456789")
        self.assertEqual(files["/top/link"]["target"], "to where")
        self.assertEqual(files["/top"]["kind"], "dir")


if __name__ == "__main__":
    unittest.main()
