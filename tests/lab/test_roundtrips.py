# SPDX-License-Identifier: GPL-3.0-or-later
# What a round trip's head asks for, and that every one of them has a head.

import glob
import os
import unittest

from lab import machine, report, roundtrips

GUEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest")


class Heads(unittest.TestCase):
    def test_disks_and_the_rest(self):
        head = roundtrips.read_head(["#!/bin/bash", "# words", "# disks: 2G 300M,nvme 1G,4k,sata", "# seconds: 77", "# firmware: uefi", "# packages: a b", "code", "# disks: 9G"])
        self.assertEqual([(d.mib, d.bus, d.sector) for d in head["disks"]], [(2048, "virtio", 512), (300, "nvme", 512), (1024, "ata", 4096)])
        self.assertEqual((head["seconds"], head["firmware"], head["files"], head["packages"]), (77, "uefi", [], ["a", "b"]))

    def test_a_multipath_disk_is_one_file_behind_two_controllers(self):
        drive = roundtrips.parse_drive("1G,multipath,4k")
        disks = [machine.Disk("a.raw"), machine.Disk("b.raw", drive.bus, drive.sector, "disk1")]
        controllers = machine.controller_arguments(disks)
        self.assertEqual(controllers, ["-device", "virtio-scsi-pci,id=paths0", "-device", "virtio-scsi-pci,id=paths1"])
        self.assertEqual(machine.controller_arguments(disks[:1]), [])
        arguments = machine.disk_arguments(disks[1], 1)
        self.assertEqual(sum("file=b.raw" in argument and "file.locking=off" in argument for argument in arguments), 2)
        devices = [argument for argument in arguments if argument.startswith("scsi-hd")]
        self.assertEqual([device.split(",")[1] for device in devices], ["bus=paths0.0", "bus=paths1.0"])
        self.assertTrue(all("wwn=0x5000c500a1b2c301" in device and "serial=disk1" in device and "logical_block_size=4096" in device for device in devices))

    def test_nonsense_is_refused(self):
        for text in ("2T", "G", "1G,floppy", "1G,nvme,usb"):
            with self.assertRaises(report.LabError):
                roundtrips.parse_drive(text)

    def test_every_round_trip_says_which_disks_it_needs(self):
        for path in glob.glob(os.path.join(GUEST, "roundtrip-*")):
            with open(path, encoding="utf-8") as text:
                self.assertTrue(roundtrips.read_head(text)["disks"], path)
