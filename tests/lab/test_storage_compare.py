# SPDX-License-Identifier: GPL-3.0-or-later
# The comparison of storage must see every difference that has no reason, and the facts must be read right from what the tools print.

import importlib.util
import os
import unittest

from lab import compare, rows, storage_compare

RULES = storage_compare.parse_rules(["[always]", "# reason", "any * time", "[larger]", "# reason", "grew size *"], ("always", "larger"))


def facts(*lines):
    return storage_compare.parse_facts([*lines, "# end"])


def load_reader():
    """The guest's script as a module; it has no name that import takes."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "storage_facts.py")
    spec = importlib.util.spec_from_file_location("storage_facts", path)
    module = importlib.util.module_from_spec(spec)
    import sys
    kept, sys.argv = sys.argv, ["storage_facts.py", "vda=disk0", "nvme0n1=disk1"]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = kept
    return module


class Compare(unittest.TestCase):
    def texts(self, before, after):
        return [str(d) for d in storage_compare.compare(facts(*before), facts(*after), RULES)]

    def test_equal_is_equal(self):
        self.assertEqual(self.texts(["a\t1"], ["a\t1"]), [])

    def test_a_change_a_loss_and_an_addition_are_seen(self):
        self.assertEqual(self.texts(["a\t1", "b\t2"], ["a\t3", "c\t4"]), ["a: was 1, is 3", "b: was 2, is (none)", "c: was (none), is 4"])

    def test_a_rule_allows_only_what_it_names(self):
        self.assertEqual(self.texts(["x time\t1", "x\t1"], ["x time\t2", "x\t2"]), ["x: was 1, is 2"])

    def test_growth_is_demanded_in_its_direction(self):
        self.assertEqual(self.texts(["size a\t9"], ["size a\t10"]), [])
        self.assertEqual(self.texts(["size a\t10"], ["size a\t9"]), ["size a: was 10, is 9"])
        self.assertEqual(self.texts(["size a\t10"], []), ["size a: was 10, is (none)"])
        self.assertEqual(self.texts(["size a\t10 B"], ["size a\t11 B"]), ["size a: was 10 B, is 11 B"])

    def test_cut_facts_are_refused(self):
        with self.assertRaises(compare.BadManifest):
            storage_compare.parse_facts(["a\t1"])

    def test_a_rule_without_a_reason_is_refused(self):
        with self.assertRaises(compare.BadManifest):
            storage_compare.parse_rules(["[always]", "any x"], ("always",))

    def test_the_rules_of_the_project_can_be_read(self):
        sections = {section for row in rows.ROWS for section in row.rules}
        for section in sections:
            self.assertTrue(len(storage_compare.read_rules(section)) > len(storage_compare.read_rules()), section)


class Reader(unittest.TestCase):
    def setUp(self):
        self.reader = load_reader()

    def found(self):
        return dict(self.reader.FACTS)

    def test_disks_are_called_as_the_row_calls_them(self):
        self.assertEqual(self.reader.rename("/dev/vda2 on /dev/nvme0n1p3, vda and nvme0n1, vdab"), "disk0-2 on disk1-3, disk0 and disk1, vdab")

    def test_pairs_of_both_kinds_of_quotes(self):
        self.assertEqual(self.reader.pairs("NAME=\"a b\" LVM2_X='it' EMPTY=''"), [("NAME", "a b"), ("LVM2_X", "it"), ("EMPTY", "")])

    def test_luks_secrets_are_hidden_and_the_rest_is_kept(self):
        dump = ("Keyslots:\n  0: luks2\n\tKey:        256 bits\n\tSalt:       aa bb cc dd ee ff 00 11 22 33 44 55 66 77 88 99 \n"
                "\t            aa bb cc dd ee ff 00 11 22 33 44 55 66 77 88 99 \n\tAF stripes: 4000\nDigests:\n  0: pbkdf2\n"
                "\tDigest:     aa bb cc dd ee ff 00 11 \n\t            01 02 03 04 05 06 07 08 \n")
        self.reader.ask = lambda *_argv, **_more: dump
        self.reader.luks({"/dev/vda3": {"FSTYPE": "crypto_LUKS"}})
        found = self.found()
        self.assertEqual(found["luks disk0-3 Keyslots / 0 / Key"], "256 bits")
        self.assertEqual(found["luks disk0-3 Keyslots / 0 / AF stripes"], "4000")
        self.assertNotIn("aa bb", str(found))
        self.assertNotIn("01 02", str(found))

    def test_arrays_whose_number_is_chance_are_called_by_their_uuid(self):
        links = {"md-uuid-a1:b2": "md127", "md-uuid-a1:b2-part1": "md127p1", "md-name-node:boot": "md127", "md-uuid-c3:d4": "md0"}
        labels = self.reader.array_labels(links)
        self.assertEqual(labels, {"md127": "array-a1:b2"})
        self.reader.LABELS.update(labels)
        self.assertEqual(self.reader.rename("/dev/md127p1 on /dev/md127, md0"), "array-a1:b2-1 on array-a1:b2, md0")

    def test_an_array_at_work_is_not_another_array(self):
        self.assertEqual(self.reader.at_rest("  State ", " active, degraded"), " clean, degraded")
        self.assertEqual(self.reader.at_rest("Array State", "AA. ('A' == active)"), "AA. ('A' == clean)")
        self.assertEqual(self.reader.at_rest("Name", "active"), "active")

    def test_mount_points_in_whatever_order(self):
        self.assertEqual(self.reader.in_order("MOUNTPOINTS", "/var\\x0a/\\x0a/home"), ["/", "/home", "/var"])
        self.assertEqual(self.reader.in_order("LABEL", "b a"), ["b a"])

    def test_subvolumes_by_age_and_parent(self):
        listed = ("ID\tgen\tparent\ttop level\tpath\n--\t---\t------\t---------\t----\n"
                  "260\t9\t258\t258\t@/a b\n258\t8\t5\t5\t@\n")
        self.reader.ask = lambda *argv, **_more: listed if "list" in argv else ""
        self.reader.btrfs("/dev/vda2", "/")
        found = self.found()
        self.assertEqual(found["btrfs disk0-2 subvolume @"], "number 0 parent the top level top the top level")
        self.assertEqual(found["btrfs disk0-2 subvolume @/a b"], "number 1 parent @ top @")

    def test_partitions_with_every_attribute(self):
        dump = ("label: gpt\nlabel-id: AA\ndevice: /dev/vda\nunit: sectors\nfirst-lba: 34\n\n"
                "/dev/vda1 : start=        2048, size=         100, type=BB, uuid=CC, name=\"a, b\", attrs=\"GUID:60\"\n"
                "/dev/vda2 : start=        4096, size=         100, type=83, bootable\n")
        self.reader.ask = lambda *argv, **_more: dump if "--dump" in argv else "No errors detected.\n"
        self.reader.boot_code = lambda *_: None
        self.reader.tables({"/dev/vda": {"PTTYPE": "gpt", "TYPE": "disk"}})
        found = self.found()
        self.assertEqual(found["partition disk0-1 name"], '"a, b"')
        self.assertEqual(found["partition disk0-1 attrs"], '"GUID:60"')
        self.assertEqual(found["partition disk0-2 bootable"], "set")
        self.assertEqual(found["table disk0 label-id"], "AA")
        self.assertEqual(found["table disk0 verify"], "No errors detected.")

    def test_the_text_of_a_volume_group(self):
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"lab-vgcfg-{os.getpid()}")
        with open(path, "w", encoding="utf-8") as out:
            out.write("# Generated\nvg {\n\tid = \"X\"\n\tflags = []\t# none\n\tlogical_volumes {\n\t\troot {\n\t\t\tsegment1 {\n"
                      "\t\t\t\tstripes = [\n\t\t\t\t\t\"pv0\", 0\n\t\t\t\t]\n\t\t\t}\n\t\t}\n\t}\n}\n")
        try:
            self.reader.vgcfg("vg", path)
        finally:
            os.remove(path)
        found = self.found()
        self.assertEqual(found["vgcfg vg/id"], '"X"')
        self.assertEqual(found["vgcfg vg/logical_volumes/root/segment1/stripes"], '[ "pv0", 0 ]')


class Names(unittest.TestCase):
    def test_names_of_disks_by_bus(self):
        drives = (rows.Drive(1), rows.Drive(1, "usb"), rows.Drive(1, "nvme"), rows.Drive(1), rows.Drive(1, "ata"))
        self.assertEqual(rows.device_names(drives), ["vda", "sda", "nvme0n1", "vdb", "sdb"])

    def test_rows_are_found_by_number(self):
        self.assertEqual([row.name for row in rows.find(["4", "2"])], ["2", "4b", "4u"])
        self.assertEqual(len(rows.find([])), len(rows.ROWS))
        with self.assertRaises(KeyError):
            rows.find(["99"])

    def test_every_stack_is_there(self):
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "stacks")
        self.assertEqual({row.stack for row in rows.ROWS} | {"build", "common.sh"}, set(os.listdir(folder)))
