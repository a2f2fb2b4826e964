# SPDX-License-Identifier: GPL-3.0-or-later
# Boot entries of UEFI firmware, byte by byte, beside efibootmgr: adds one that efibootmgr cannot make, shows all. Runs in a guest.
# Source: UEFI specification 2.10, 3.1.3 and 10.3.5.1; kernel, filesystems/efivarfs.
#
#   efi_entries.py show
#   efi_entries.py add 000C ATTRIBUTES LABEL /dev/vdb1 '\EFI\x.efi'

import os
import re
import struct
import subprocess
import sys
import uuid

VARIABLES = "/sys/firmware/efi/efivars"
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"


def text(words):
    return words.encode("utf-16-le") + b"\0\0"


def node(kind, sub, body):
    return struct.pack("<BBH", kind, sub, 4 + len(body)) + body


def partition_facts(device):
    """(number, start, size, GUID): the first three as /sys has them, in sectors of 512 bytes, which these disks have."""
    folder = os.path.join("/sys/class/block", os.path.basename(device))

    def number(name):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            return int(file.read())

    guid = subprocess.run(["blkid", "-p", "-o", "value", "-s", "PART_ENTRY_UUID", device], check=True, capture_output=True, text=True).stdout.strip()
    return number("partition"), number("start"), number("size"), guid


def add(number, attributes, label, device, loader):
    part, start, size, guid = partition_facts(device)
    place = struct.pack("<IQQ", part, start, size) + uuid.UUID(guid).bytes_le + b"\x02\x02"
    path = node(4, 1, place) + node(4, 4, text(loader)) + node(0x7F, 0xFF, b"")
    content = struct.pack("<I", 7) + struct.pack("<IH", int(attributes), len(path)) + text(label) + path
    handle = os.open(f"{VARIABLES}/Boot{number}-{GLOBAL}", os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(handle, content)
    finally:
        os.close(handle)


def show():
    for file in sorted(os.listdir(VARIABLES)):
        found = re.fullmatch(r"(Boot[0-9A-F]{4}|BootOrder)-" + GLOBAL, file)
        if found:
            with open(os.path.join(VARIABLES, file), "rb") as content:
                print(found.group(1), content.read().hex())


if __name__ == "__main__":
    if sys.argv[1] == "add":
        add(*sys.argv[2:])
    else:
        show()
