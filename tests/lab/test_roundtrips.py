# SPDX-License-Identifier: GPL-3.0-or-later
# What a round trip's head asks for, and that every one of them has a head.

import glob
import os
import unittest

from lab import report, roundtrips

GUEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest")


class Heads(unittest.TestCase):
    def test_disks_and_the_rest(self):
        head = roundtrips.read_head(["#!/bin/bash", "# words", "# disks: 2G 300M,nvme 1G,4k,sata", "# seconds: 77", "# firmware: uefi", "code", "# disks: 9G"])
        self.assertEqual([(d.mib, d.bus, d.sector) for d in head["disks"]], [(2048, "virtio", 512), (300, "nvme", 512), (1024, "ata", 4096)])
        self.assertEqual((head["seconds"], head["firmware"], head["files"]), (77, "uefi", []))

    def test_nonsense_is_refused(self):
        for text in ("2T", "G", "1G,floppy", "1G,nvme,usb"):
            with self.assertRaises(report.LabError):
                roundtrips.parse_drive(text)

    def test_every_round_trip_says_which_disks_it_needs(self):
        for path in glob.glob(os.path.join(GUEST, "roundtrip-*")):
            with open(path, encoding="utf-8") as text:
                self.assertTrue(roundtrips.read_head(text)["disks"], path)
