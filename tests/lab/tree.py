# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the node's file tree on the host at native speed: packages by mmdebstrap, configuration, bulk data. No disk here (image.py), and
# nothing that only a kernel can set up well: odd files are made inside a guest (guest/odd_files.py).

import os
import random
import subprocess

from . import node_spec
from .report import LabError, run

SERIAL_AUTOLOGIN = """\
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --keep-baud 115200,57600,38400,9600 - vt220
"""

GRUB_DEFAULTS = f"""\
GRUB_DEFAULT=0
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="{node_spec.KERNEL_ARGUMENTS}"
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
GRUB_DISABLE_OS_PROBER=true
"""

NETWORK_FILE = f"""\
[Match]
Type=ether

[Network]
Address={node_spec.NODE_ADDRESS}/24
Gateway={node_spec.SERVER_ADDRESS}
"""

HOSTS = f"""\
127.0.0.1 localhost
{node_spec.NODE_ADDRESS} {node_spec.HOSTNAME}
{node_spec.SERVER_ADDRESS} {node_spec.SERVER_NAME}
"""

# Jobs that would change files by themselves while a node is being compared, or only cost time under emulation.
MASKED_UNITS = (
    "apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer man-db.timer "
    "systemd-tmpfiles-clean.timer systemd-timesyncd.service e2scrub_reap.service getty@tty1.service"
).split()


def apt_sources():
    """The machine's own Debian sources, as lines that mmdebstrap understands."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)", "Identifier: Packages"],
        capture_output=True, text=True, check=True,
    ).stdout
    lines = set()
    for target in listing.splitlines():
        uri, release, component, origin = (target.split(" ", 3) + [""])[:4]
        if origin == "Debian" and release.startswith("bookworm") and component == "main":
            lines.add(f"deb {uri} {release} {component}")
    if not lines:
        raise LabError("apt on this machine has no sources of Debian 12 (bookworm), or no lists of them: run apt-get update")
    return sorted(lines)


def proxy_options():
    """Proxies that apt is configured with; mmdebstrap starts from an empty apt configuration of its own."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    wanted = ("Acquire::http::Proxy", "Acquire::https::Proxy")
    return [f"--aptopt={line}" for line in dump.splitlines() if line.startswith(wanted) and '""' not in line]


def write(root, path, text, mode=0o644):
    full = os.path.join(root, path.lstrip("/"))
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(full, mode)


def fstab(spec):
    lines = []
    for part in spec.partitions():
        if part.mount == "swap":
            lines.append(f"UUID={part.uuid} none swap sw 0 0")
        else:
            check = 1 if part.mount == "/" else 2
            lines.append(f"UUID={part.uuid} {part.mount} ext4 defaults,errors=remount-ro 0 {check}")
    lines.append("tmpfs /srv/scratch tmpfs mode=0750,size=8m 0 0")
    return "\n".join(lines) + "\n"


def identity(early):
    """Who the node is; package scripts read it."""
    write(early, "/etc/hostname", node_spec.HOSTNAME + "\n")
    write(early, "/etc/hosts", HOSTS)
    write(early, "/etc/machine-id", "5ad2ee2b3c4f4f0a9d5a7a0c11e0aaaa\n", 0o444)


def mmdebstrap(root, early, packages):
    """Make the tree `root` of these packages. The files below `early` are there before maintainer scripts run."""
    write(early, "/etc/dpkg/dpkg.cfg.d/lab", "path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n"
          "path-exclude=/usr/share/locale/*\npath-include=/usr/share/doc/*/copyright\n")
    run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--include=" + ",".join(packages),
         *proxy_options(), "--aptopt=APT::Install-Recommends \"false\"",
         "--dpkgopt=force-confold", f"--setup-hook=cp -a {early}/. \"$1\"", "bookworm", root, "-"],
        stdin_text="\n".join(apt_sources()) + "\n")


def bootstrap(spec, root):
    """The packages and what their scripts read. The spec's partitions are known beforehand: UUIDs are part of it."""
    swap = next(p for p in spec.partitions() if p.mount == "swap")
    early = root + ".early"
    write(early, "/etc/initramfs-tools/conf.d/resume", f"RESUME=UUID={swap.uuid}\n")
    write(early, "/etc/default/grub", GRUB_DEFAULTS)
    write(early, "/etc/fstab", fstab(spec))
    identity(early)
    mmdebstrap(root, early, spec.packages())


def configure(root):
    write(root, "/etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf", SERIAL_AUTOLOGIN)
    write(root, "/etc/systemd/network/10-lab.network", NETWORK_FILE)
    write(root, "/etc/systemd/journald.conf.d/lab.conf", "[Journal]\nSystemMaxUse=16M\n")
    # Nothing answers there, names come from /etc/hosts; but ReaR refuses a node without a name server.
    write(root, "/etc/resolv.conf", f"nameserver {node_spec.SERVER_ADDRESS}\n")
    write(root, "/etc/rear/local.conf", node_spec.LOCAL_CONF)
    write(root, "/root/.bashrc", "bind 'set enable-bracketed-paste off' 2>/dev/null\nexport LS_COLORS=\n")
    for unit in MASKED_UNITS:
        link = os.path.join(root, "etc/systemd/system", unit)
        if not os.path.lexists(link):
            os.symlink("/dev/null", link)
    run(["chroot", root, "systemctl", "--quiet", "enable", "systemd-networkd", "serial-getty@ttyS0"])
    # The document's "mkdir /data": the place where the backup share would be mounted, excluded from the backup.
    os.makedirs(os.path.join(root, "data/backup"), exist_ok=True)
    # What lies under a mount point must come back too: its own owner, mode and time.
    scratch = os.path.join(root, "srv/scratch")
    os.makedirs(scratch)
    os.chmod(scratch, 0o2771)
    os.chown(scratch, 0, 100)
    os.utime(scratch, (1000000000, 1000000000))


def bulk_data(spec, root):
    """Files of many sizes, half of their bytes compressible; the same for the same spec."""
    rng = random.Random(20190520)
    words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz ", k=rng.randint(3, 12))) for _ in range(2000)]
    left = spec.data_mib * node_spec.MIB
    number = 0
    while left > 0:
        size = min(left, int(rng.lognormvariate(11.5, 2.2)) + 1)
        folder = os.path.join(root, "srv/data", f"{number % 16:02d}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"file-{number:05d}"), "wb") as out:
            out.write(rng.randbytes(size) if number % 2 else b"".join(rng.choices(words, k=size // 8 + 1))[:size])
        left -= size
        number += 1


def make_tree(spec, root):
    bootstrap(spec, root)
    configure(root)
    bulk_data(spec, root)
