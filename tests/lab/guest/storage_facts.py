# SPDX-License-Identifier: GPL-3.0-or-later
# Prints what the node's storage is, read by the ordinary tools: one fact a line, "key TAB value", with an end mark. Runs as root on the node
# (python3). Names of kernels and numbers stay as they are: storage_compare.py on the host knows what may differ, and why.
#
#   storage_facts.py [DISK=LABEL...]    the kernel's name of each disk, and what to call it instead: vda=disk0

import ctypes
import fcntl
import hashlib
import os
import re
import struct
import subprocess
import sys
import time

LABELS = dict(pair.split("=", 1) for pair in sys.argv[1:])
SYNC_SECONDS = 600
VFAT_READDIR_BOTH = 0x82307201  # linux/msdos_fs.h: _IOR('r', 1, struct __fat_dirent[2])
VFAT_ENTRY = 280
BTRFS_VIEW = "/run/lab-btrfs-facts"
FACTS = []


def rename(text):
    """Kernel names of the disks and their partitions, as the row calls the disks: /dev/nvme0n1p3 is disk0-3."""
    for name, label in LABELS.items():
        divider = "p" if name[-1].isdigit() else ""
        text = re.sub(rf"(?:/dev/)?\b{name}{divider}(\d+)\b", rf"{label}-\1", text)
        text = re.sub(rf"(?:/dev/)?\b{name}\b", label, text)
    return text


def array_labels(links):
    """What to call arrays whose number mdadm drew at assembly, from 127 downwards: who comes first gets which is chance. links: {by-id name: kernel name}."""
    uuids = {kernel: name.removeprefix("md-uuid-") for name, kernel in links.items() if name.startswith("md-uuid-") and "-part" not in name}
    return {kernel: f"array-{uuid}" for kernel, uuid in uuids.items() if re.fullmatch(r"md1[0-2]\d", kernel)}


def by_id():
    folder = "/dev/disk/by-id"
    return {name: os.path.basename(os.path.realpath(os.path.join(folder, name))) for name in (os.listdir(folder) if os.path.isdir(folder) else [])}


def fact(key, value):
    clean = "".join(c if c.isprintable() and c != "\t" else "\\x%02x" % ord(c) for c in rename(str(value)).strip())
    FACTS.append((rename(key), clean))


def ask(*argv, accept=(0,)):
    """The program's output. One that fails is a fact too: what could not be asked before must not be answered afterwards."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C", "LVM_SUPPRESS_FD_WARNINGS": "1"})
    if done.returncode not in accept:
        fact(f"failed {' '.join(argv)}", f"{done.returncode} {done.stderr.decode(errors='replace')}")
        return ""
    return done.stdout.decode(errors="surrogateescape")


def pairs(line):
    """NAME="value" NAME='value' ... as lsblk -P and lvm --nameprefixes print them."""
    return [(name, value) for name, _, value in re.findall(r"([A-Z0-9_:-]+)=(['\"])(.*?)\2(?:\s|$)", line)]


def colon_lines(key, text, indent=2):
    """'Name: value' lines; deeper lines get the names above them in front."""
    path = []
    for line in text.splitlines():
        name, divider, value = line.partition(":")
        depth = (len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())) // indent
        if not line.strip():
            continue
        path = [(d, n) for d, n in path if d < depth] + [(depth, name.strip())]
        if divider and value.strip():
            fact(f"{key} {' / '.join(n for _, n in path)}", " ".join(value.split()))
        elif not divider:
            fact(f"{key} text {line.strip()}", "there")


def block_devices():
    """{path: {column: value}} of everything that lsblk shows; one line each, however many parents."""
    found = {}
    columns = "PATH,PKNAME,TYPE,SIZE,RO,FSTYPE,LABEL,UUID,PTTYPE,PTUUID,PARTTYPE,PARTLABEL,PARTUUID,PARTFLAGS,LOG-SEC,PHY-SEC,MOUNTPOINTS"
    for line in ask("lsblk", "--bytes", "--noheadings", "--pairs", "-o", columns).splitlines():
        values = dict(pairs(line))
        if values.get("TYPE") in ("rom", "loop"):
            continue
        one = found.setdefault(values["PATH"], {**values, "PKNAME": []})
        one["PKNAME"].append(values["PKNAME"])
    for path, values in sorted(found.items()):
        for column, value in values.items():
            fact(f"lsblk {path} {column}", " ".join(in_order(column, value)))
    return found


def in_order(column, value):
    """What lsblk lists in whatever order it found."""
    if column == "PKNAME":
        return sorted(map(rename, value))
    return sorted(value.split("\\x0a")) if column == "MOUNTPOINTS" else [value]


def tables(devices):
    for path, values in devices.items():
        if not values["PTTYPE"] or values["TYPE"] == "part":
            continue
        starts = []
        for line in ask("sfdisk", "--dump", path).splitlines():
            name, divider, value = line.partition(": ")
            if line.startswith("/dev/"):
                for field in re.findall(r'(?:[^,"]|"[^"]*")+', line.split(" : ", 1)[1]):
                    key, _, text = field.strip().partition("=")
                    fact(f"partition {name.split(' ')[0]} {key}", text or "set")
                    if key == "start":
                        starts.append(int(text))
            elif divider and name != "device":
                fact(f"table {path} {name}", value)
        fact(f"table {path} verify", "; ".join(ask("sfdisk", "--verify", path, accept=(0, 1)).splitlines()))
        boot_code(path, values, min(starts, default=1))


def boot_code(path, values, first):
    """What BIOS runs: the first 440 bytes, and the gap up to the first partition where GRUB's core image lies on MBR."""
    with open(path, "rb") as disk:
        fact(f"boot {path} code", hashlib.sha256(disk.read(440)).hexdigest())
        if values["PTTYPE"] == "dos":
            disk.seek(512)
            fact(f"boot {path} gap", hashlib.sha256(disk.read((first - 1) * 512)).hexdigest())


def bios_boot(devices):
    for path, values in devices.items():
        if values["PARTTYPE"] == "21686148-6449-6e6f-744e-656564454649":
            with open(path, "rb") as part:
                fact(f"boot {path} core image", hashlib.sha256(part.read()).hexdigest())


def signatures(devices):
    for path in devices:
        for line in ask("blkid", "--probe", "--output", "export", path, accept=(0, 2)).splitlines():
            name, _, value = line.partition("=")
            if name != "DEVNAME":
                fact(f"blkid {path} {name}", device_name(value) if name == "PART_ENTRY_DISK" else value)


def lvm():
    if not os.path.exists("/sbin/lvs"):
        return
    common = ("--noheadings", "--nameprefixes", "--units", "b", "--nosuffix")
    for line in ask("pvs", *common, "-o", "pv_all,vg_name").splitlines():
        lvm_facts("pv", line, ("LVM2_PV_NAME",))
    for line in ask("vgs", *common, "-o", "vg_all").splitlines():
        lvm_facts("vg", line, ("LVM2_VG_NAME",))
    for line in ask("lvs", "--all", *common, "-o", "lv_all,seg_all,vg_name").splitlines():
        lvm_facts("lv", line, ("LVM2_VG_NAME", "LVM2_LV_NAME", "LVM2_SEG_START"))
    for group in ask("vgs", "--noheadings", "-o", "vg_name").split():
        ask("vgcfgbackup", "-f", f"/run/lab-vgcfg-{group}", group)
        vgcfg(group, f"/run/lab-vgcfg-{group}")


def lvm_facts(kind, line, names):
    values = dict(pairs(line))
    key = " ".join(values.get(name, "?") for name in names)
    for name, value in values.items():
        fact(f"{kind} {key} {name.replace('LVM2_', '')}", value)


def vgcfg(group, path):
    """LVM's own text: sections in braces, name = value, lists over several lines."""
    with open(path, encoding="utf-8") as lines:
        where, listing = [], None
        for line in lines:
            line = line.split("\t# ")[0].split(" # ")[0].strip()
            if listing is not None:
                listing += " " + line
                if line.endswith("]"):
                    fact(*listing.split("\0", 1))
                    listing = None
            elif line.endswith("{"):
                where.append(line[:-1].strip())
            elif line == "}":
                where.pop()
            elif " = " in line and where:
                name, _, value = line.partition(" = ")
                key = f"vgcfg {'/'.join(where)}/{name}"
                if value.startswith("[") and not value.endswith("]"):
                    listing = f"{key}\0{value}"
                else:
                    fact(key, value)


def device_mapper():
    """The tables that are active, keys hidden; device numbers as names."""
    if not os.path.exists("/sbin/dmsetup"):
        return
    for line in ask("dmsetup", "table").splitlines():
        if ": " in line:
            name, _, table = line.partition(": ")
            fact(f"dm {name} {table.split()[0]}", re.sub(r"\b(\d+:\d+)\b", lambda m: device_name(m.group(1)), table))


def device_name(number):
    base = f"/sys/dev/block/{number}"
    if not os.path.exists(base):
        return number
    try:
        with open(base + "/dm/name", encoding="utf-8") as name:
            return "/dev/mapper/" + name.read().strip()
    except FileNotFoundError:
        return "/dev/" + os.path.basename(os.readlink(base))


def arrays(devices):
    await_sync()
    members = set()
    for path, values in devices.items():
        if values["TYPE"].startswith(("raid", "linear", "md")):
            for line in ask("mdadm", "--detail", path).splitlines():
                name, divider, value = line.partition(" : ")
                if divider:
                    fact(f"md {path} {name.strip()}", at_rest(name, value))
                elif re.match(r"\s+\d+\s", line):
                    slot = line.split()
                    fact(f"md {path} slot {slot[3]}", " ".join(slot[4:]))
        if values["FSTYPE"] == "linux_raid_member":
            members.add(path)
    for path in sorted(members):
        for line in ask("mdadm", "--examine", path).splitlines():
            name, divider, value = line.partition(" : ")
            if divider:
                fact(f"md member {path} {name.strip()}", at_rest(name, value))


def at_rest(name, value):
    """A state without what it says of the moment: "active" while something is written, "clean" a moment later."""
    return re.sub(r"\bactive\b", "clean", value) if name.strip().endswith("State") else value


def await_sync():
    """An array that was just made may still be copying; what counts is what it comes to."""
    end = time.monotonic() + SYNC_SECONDS
    while time.monotonic() < end and os.path.exists("/proc/mdstat"):
        with open("/proc/mdstat", encoding="ascii") as status:
            if not re.search(r"resync|recovery|reshape", status.read()):
                return
        time.sleep(2)


def luks(devices):
    for path, values in devices.items():
        if values["FSTYPE"] == "crypto_LUKS":
            text = ask("cryptsetup", "luksDump", path)
            # Salts and digests: hexadecimal bytes, over several lines. Nothing of them can be equal, and nobody may see them.
            text = re.sub(r"(?m)(^[^\n]*(?:[Ss]alt|[Dd]igest):\s+)(?:[0-9a-f]{2}[ \t]+)+[0-9a-f]{2}.*(?:\n\s+(?:[0-9a-f]{2}\s)+.*)*", r"\1(hidden)", text)
            text = re.sub(r"(?m)^\s+(?:[0-9a-f]{2} ){4,}.*\n", "", text)
            colon_lines(f"luks {path}", text)


def ext(path):
    for line in ask("dumpe2fs", "-h", path).splitlines():
        name, divider, value = line.partition(":")
        if divider:
            fact(f"ext {path} {name}", value)


def xfs(path):
    for line in ask("xfs_db", "-r", "-c", "sb 0", "-c", "print", path).splitlines():
        name, _, value = line.partition(" = ")
        fact(f"xfs {path} {name}", value)


def vfat(path):
    with open(path, "rb") as disk:
        sector = disk.read(512)
    names = "sector cluster reserved fats root-entries sectors media fat-sectors track heads hidden large-sectors".split()
    for name, value in zip(names, struct.unpack_from("<HBHBHHBHHHII", sector, 11)):
        fact(f"vfat {path} {name}", value)
    fat32 = struct.unpack_from("<H", sector, 22)[0] == 0
    if fat32:
        fact(f"vfat {path} fat32", struct.unpack_from("<IHHIHH", sector, 36))
    extended = sector[64 if fat32 else 36:][:26]
    fact(f"vfat {path} oem, drive, signature, serial, label, type", f"{sector[3:11]} {extended.hex()}")
    fact(f"vfat {path} check", "; ".join(ask("fsck.fat", "-n", path, accept=(0, 1)).splitlines()[1:]))


def short_names(where):
    """The 8.3 name of each entry, beside the long one: firmware looks for the short ones."""
    for folder, inner, files in os.walk(where):
        inner.sort()
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            entries = ctypes.create_string_buffer(2 * VFAT_ENTRY)
            while fcntl.ioctl(descriptor, VFAT_READDIR_BOTH, entries) > 0:
                short, long = (entries.raw[at + 18:at + VFAT_ENTRY].split(b"\0")[0] for at in (0, VFAT_ENTRY))
                if short not in (b".", b".."):
                    fact(f"vfat-name {os.path.join(folder, (long or short).decode(errors='replace'))}", short.decode(errors="replace"))
        finally:
            os.close(descriptor)


def btrfs(path, where):
    for line in ask("btrfs", "inspect-internal", "dump-super", path).splitlines():
        name, _, value = line.partition("\t")
        fact(f"btrfs {path} {name.strip()}", " ".join(value.split()))
    for line in ask("btrfs", "filesystem", "df", where).splitlines():
        found = re.match(r"(\w+, \w+):", line)
        if found:
            fact(f"btrfs {path} profile {found.group(1)}", "there")
    fact(f"btrfs {path} default", ask("btrfs", "subvolume", "get-default", where).split(" path ")[-1])
    os.makedirs(BTRFS_VIEW, exist_ok=True)
    ask("mount", "-o", "subvolid=5", path, BTRFS_VIEW)
    subvolumes = [line.split(None, 4) for line in ask("btrfs", "subvolume", "list", "-p", "-t", BTRFS_VIEW).splitlines()[2:]]
    # Ids have gaps where a subvolume was removed; what counts is which one is older.
    subvolumes.sort(key=lambda one: int(one[0]))
    names = {number: name for number, _, _, _, name in subvolumes} | {"5": "the top level"}
    for place, (number, _, parent, top, name) in enumerate(subvolumes):
        fact(f"btrfs {path} subvolume {name}", f"number {place} parent {names[parent]} top {names[top]}")
        properties = ask("btrfs", "property", "get", os.path.join(BTRFS_VIEW, name))
        fact(f"btrfs {path} subvolume {name} properties", "; ".join(sorted(properties.splitlines())))
    ask("umount", BTRFS_VIEW)


def file_systems(devices):
    for path, values in devices.items():
        mounted = [point for point in values["MOUNTPOINTS"].replace("\\x0a", "\n").split("\n") if point.startswith("/")]
        kind = values["FSTYPE"]
        if kind in ("ext2", "ext3", "ext4"):
            ext(path)
        elif kind == "xfs":
            xfs(path)
        elif kind == "vfat":
            vfat(path)
            for where in mounted[:1]:
                short_names(where)
        elif kind == "btrfs" and mounted:
            btrfs(path, sorted(mounted)[0])


def mounts():
    pseudo = "proc sysfs devtmpfs devpts cgroup2 securityfs tracefs debugfs mqueue hugetlbfs configfs fusectl pstore bpf efivarfs ramfs".split()
    for line in ask("findmnt", "--raw", "--noheadings", "--notruncate", "-o", "TARGET,SOURCE,FSTYPE,OPTIONS,FSROOT").splitlines():
        target, source, kind, options, inside = line.split(" ")
        if kind not in pseudo and not target.startswith(("/run", "/dev")):
            # Numbers of an automount that are new at each boot; a subvolume's id, beside which its path stands.
            fact(f"mount {target} {kind} {inside}", re.sub(r"\b(fd|pgrp|pipe_ino|subvolid)=\d+", r"\1=N", f"{source} {options}"))
    with open("/proc/swaps", encoding="utf-8") as swaps:
        for line in swaps.read().splitlines()[1:]:
            name, kind, size, _, priority = line.split()
            fact(f"swap {device_of(name)}", f"{kind} size {size} priority {priority}")
            if kind == "file":
                fact(f"swap {name} header", " ".join(ask("blkid", "--probe", "--output", "export", name.encode().decode("unicode_escape")).split("\n")[1:]))


def device_of(name):
    number = re.fullmatch(r"/dev/(dm-\d+)", name)
    if not number:
        return name
    with open(f"/sys/block/{number.group(1)}/dm/name", encoding="utf-8") as text:
        return "/dev/mapper/" + text.read().strip()


def firmware():
    with open("/proc/cmdline", encoding="utf-8") as line:
        fact("cmdline", line.read())
    fact("firmware", "UEFI" if os.path.isdir("/sys/firmware/efi") else "BIOS")
    if not os.path.isdir("/sys/firmware/efi"):
        return
    entries, order = {}, []
    for line in ask("efibootmgr", "-v").splitlines():
        found = re.match(r"Boot([0-9A-F]{4})(\*?) (.*?)\t(.*)", line)
        if found:
            if "/File(" in found.group(4):
                entries[found.group(1)] = found.group(3)
            fact(f"efi entry {found.group(3)}", f"{'active' if found.group(2) else 'inactive'} {found.group(4)}")
        elif line.startswith("BootOrder:"):
            order = line.split()[1].split(",")
    # Of what names a file: the firmware adds the drives that it finds where it likes.
    fact("efi order", " > ".join(entries[number] for number in order if number in entries))


def main():
    LABELS.update(array_labels(by_id()))
    devices = block_devices()
    arrays(devices)
    tables(devices)
    bios_boot(devices)
    signatures(devices)
    lvm()
    device_mapper()
    luks(devices)
    file_systems(devices)
    mounts()
    firmware()
    for key, value in FACTS:
        sys.stdout.write(f"{key}\t{value}\n")
    sys.stdout.write("# end\n")


if __name__ == "__main__":
    main()
