#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# nrear as PID 1 in a virtual machine, in an initramfs made by hand from this machine's own bash and modprobe, without udevd: prompts on screen
# and serial line, the network on a card whose MAC has changed, a shell that comes back, recovery by itself that fails, and both ways out.
#
# usage: boot.py <nrear>

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
from lab import image, machine, node_spec, report  # noqa: E402

PROGRAMS = ["bash", "cat", "ls", "sleep", "mkdir", "modprobe"]
MODULE_FOLDERS = ["drivers/virtio", "drivers/net", "drivers/block", "net/core", "net/tls", "net/8021q", "net/802", "net/llc"]
PROMPT = r"^RESCUE controller-0:~ # $"
BOOT_SECONDS = 240


def kernel_package():
    """The files of Debian's cloud kernel, unpacked once into the cache."""
    wanted = report.run(["apt-cache", "depends", "--important", "linux-image-cloud-amd64"])
    name = re.search(r"Depends: (linux-image-\S+)", wanted).group(1)
    folder = os.path.join(image.cache_dir(), f"{name}.unpacked")
    if not os.path.isdir(folder):
        os.makedirs(image.cache_dir(), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=image.cache_dir()) as work:
            os.chmod(work, 0o755)
            subprocess.run(["apt-get", "-q", "download", name], cwd=work, check=True, stdout=subprocess.DEVNULL)
            report.run(["dpkg-deb", "-x", glob.glob(f"{work}/*.deb")[0], f"{work}/tree"])
            os.rename(f"{work}/tree", folder)
    return folder


def libraries_of(program):
    lines = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", lines)


def add_programs(tree):
    for name in PROGRAMS:
        source = shutil.which(name)
        if source is None:
            raise report.LabError(f"this machine has no {name}")
        for path in [source, *libraries_of(source)]:
            target = tree + path
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)
    os.makedirs(f"{tree}/bin", exist_ok=True)
    if not os.path.exists(f"{tree}/bin/bash"):
        os.symlink("/usr/bin/bash", f"{tree}/bin/bash")


def add_modules(tree, kernel):
    release = os.listdir(f"{kernel}/lib/modules")[0]
    modules = f"{kernel}/lib/modules/{release}"
    target = f"{tree}/lib/modules/{release}"
    for folder in MODULE_FOLDERS:
        if os.path.isdir(f"{modules}/kernel/{folder}"):
            shutil.copytree(f"{modules}/kernel/{folder}", f"{target}/kernel/{folder}")
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(f"{modules}/{name}", target)
    report.run(["depmod", "-b", tree, release])


def records(tree):
    """What mkrescue would have left: a card with another MAC, a bond and a VLAN on it, a server that is not needed here."""
    card = {"name": "eth0", "kind": "physical", "mac": "52:54:00:aa:aa:aa", "driver": "virtio_net", "mtu": 1500,
            "addresses": [], "members": [], "parent": "", "vlan_id": 0, "bond_mode": "", "bond_options": []}
    bond = card | {"name": "bond0", "kind": "bond", "mac": "", "driver": "", "members": ["eth0"], "bond_mode": "active-backup",
                   "bond_options": ["miimon=100", "primary=eth0"], "addresses": [f"{node_spec.NODE_ADDRESS}/24", "fd00::7/64"]}
    vlan = card | {"name": "vlan20", "kind": "vlan", "mac": "", "driver": "", "addresses": ["172.16.2.7/24"], "parent": "bond0", "vlan_id": 20}
    route = {"destination": "default", "gateway": node_spec.SERVER_ADDRESS, "interface": "bond0", "metric": 0}
    rescue = {"format": 1, "kind": "rescue", "backup_id": "a", "hostname": "controller-0", "created": "2026-01-31T12:00:00Z", "nrear_version": "0",
              "kernel": "", "backup_url": "file:///nowhere/", "server_addresses": [], "archive_path": "/nowhere/backup.tar.gz",
              "backup_record_path": "/nowhere/backup.json", "exclude_restore": [], "networking_preparation": ["mkdir /prepared"], "modules_to_load": ["8021q"],
              "pre_recovery_script": "", "post_recovery_script": "", "user_input_timeout_seconds": 300, "retry_time_seconds": 600, "limit_rate": 0, "use_dhcp": False, "rescue_volume_id": "", "write_protected_ids": [],
              "write_protected_label_patterns": [], "autoresize_partitions": "last", "autoresize_exclude": ["boot", "swap", "efi"], "grow_from_percent": 10,
              "consoles": ["tty0", "ttyS0,115200n8"]}
    os.makedirs(f"{tree}/etc/nrear")
    for name, content in (("rescue", rescue), ("network", {"version": 1, "interfaces": [card, bond, vlan], "routes": [route]})):
        with open(f"{tree}/etc/nrear/{name}.json", "w", encoding="ascii") as out:
            json.dump(content, out)


def manifest(tree):
    """Of all files, and one that the kernel did not unpack."""
    entries = [{"path": "/usr/sbin/not-unpacked", "kind": "f", "size": 1, "reason": "test"}]
    for folder, _, names in os.walk(tree):
        for path in (os.path.join(folder, name) for name in names):
            if not os.path.islink(path):
                entries.append({"path": path[len(tree):], "kind": "f", "size": os.path.getsize(path), "reason": "test"})
    with open(f"{tree}/etc/nrear/image.json", "w", encoding="ascii") as out:
        json.dump({"format": 1, "kind": "image", "entries": entries}, out)


def make_initramfs(work, kernel, program):
    tree = f"{work}/tree"
    add_programs(tree)
    add_modules(tree, kernel)
    os.makedirs(f"{tree}/usr/sbin", exist_ok=True)
    shutil.copy(program, f"{tree}/usr/sbin/nrear")
    os.symlink("usr/sbin/nrear", f"{tree}/init")
    records(tree)
    manifest(tree)
    target = f"{work}/initrd.img"
    with open(target, "wb") as out:
        names = subprocess.run(["find", "."], cwd=tree, capture_output=True, check=True).stdout
        cpio = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=tree, input=names, capture_output=True, check=True).stdout
        subprocess.run(["gzip", "-1"], input=cpio, stdout=out, check=True)
    return target


def require(text, pattern, what):
    if not re.search(pattern, text, re.M):
        raise report.LabError(f"{what}: no match for {pattern}", text.splitlines()[-40:])


def look_around(console):
    console.expect(r"incomplete: 1 of \d+ files.*/usr/sbin/not-unpacked", BOOT_SECONDS)
    console.expect(r'^Welcome to nrear\. Run "nrear recover" to restore your system !$', 30)
    console.expect(PROMPT, 30)
    greeting = "\n".join(console.last_lines())
    require(greeting, r"^Network: eth0 \(52:54:00:aa:aa:aa\) is not here: using \S+ \(52:54:00:18:00:10\)", "the replaced card")
    require(greeting, rf"^Network: bond0 {node_spec.NODE_ADDRESS}/24$", "the recorded address")
    require(greeting, r"^Network: vlan20 172\.16\.2\.7/24$", "the VLAN")
    require(console.run("cat /proc/net/route", 30), r"^\S+\t00000000\t0118A8C0", "the default route")
    require(console.run("cat /proc/net/bonding/bond0", 30), r"active-backup[^$]*Currently Active Slave: e", "the bond")
    require(console.run("ls -d /prepared", 30), "/prepared", "NETWORKING_PREPARATION_COMMANDS")
    require(console.run("cat /dev/vcs1", 30), r"RESCUE controller-0:~ #", "the prompt on the screen")
    require(console.run("nrear recover", 60, accept=(1,)), "layout.json", "recover without a layout")
    console.type_line("exit")
    console.expect(r"^Welcome to nrear", 30)
    console.expect(PROMPT, 30)


def main(program):
    report.say("boot test of the rescue system")
    kernel = kernel_package()
    accel = machine.acceleration(glob.glob(f"{kernel}/boot/vmlinuz-*")[0])
    with tempfile.TemporaryDirectory(prefix="nrear-boot-") as work:
        initramfs = make_initramfs(work, kernel, program)
        boot = (glob.glob(f"{kernel}/boot/vmlinuz-*")[0], initramfs)
        with report.Step("prompts, network, a shell that comes back, reboot"):
            with machine.Machine(accel, f"{work}/log1", kernel=(*boot, node_spec.KERNEL_ARGUMENTS), memory_mib=512) as guest:
                look_around(guest.console)
                guest.console.type_line("reboot")
                guest.wait_off(60)
        with report.Step("unattended recovery that fails leaves a shell; power off"):
            with machine.Machine(accel, f"{work}/log2", kernel=(*boot, node_spec.KERNEL_ARGUMENTS + " unattended"), memory_mib=512) as guest:
                guest.console.expect(r"^nrear recover ended with exit status 1: this machine is NOT recovered", BOOT_SECONDS)
                guest.console.expect(PROMPT, 30)
                guest.console.type_line("poweroff")
                guest.wait_off(60)
    report.say("passed")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except report.LabError as error:
        report.show_failure(error)
        sys.exit(1)
