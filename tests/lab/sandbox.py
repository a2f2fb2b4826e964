# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a function in namespaces of its own (network, mounts, processes) with a work directory, and leaves nothing behind: when the first
# process of the process namespace ends, for whatever reason, the kernel ends all the others and drops the mounts.

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import traceback

from . import report

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

libc = ctypes.CDLL(None, use_errno=True)


class Interrupted(BaseException):
    """SIGTERM or SIGHUP: like KeyboardInterrupt, nothing below the sandbox swallows it."""


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind="", flags=0, data=""):
    _check(libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()), f"mount on {target}")


def _mount_points():
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        return [line.split()[4].encode().decode("unicode_escape") for line in table]


def _private_mounts():
    """Keep every mount made from here on inside of this namespace."""
    points = _mount_points()
    if "/" in points:
        mount("none", "/", flags=MS_REC | MS_PRIVATE)
        return
    # In a chroot whose root is a plain directory, the mount underneath is out of reach and may be shared. Move into a private bind of the
    # tree; it hangs below /proc because that is a mount point which can be made private first.
    for point in points:
        mount("none", point, flags=MS_PRIVATE)
    mount("tmpfs", "/proc", "tmpfs")
    os.mkdir("/proc/root")
    mount("/", "/proc/root", flags=MS_BIND | MS_REC)
    mount("none", "/proc/root", flags=MS_REC | MS_PRIVATE)
    here = os.getcwd()
    os.chroot("/proc/root")
    os.chdir(here)


def _loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def _interrupt(number, _frame):
    raise Interrupted(signal.Signals(number).name)


def _inside(function, work):
    """The first process of the new namespaces. Returns the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _private_mounts()
        mount("proc", "/proc", "proc")
        mount("tmpfs", "/run", "tmpfs", data="mode=755")
        _loopback_up()
        return function(work) or 0
    except report.LabError as error:
        report.show_failure(error)
        return 1
    except (KeyboardInterrupt, Interrupted) as stop:
        print(f"\ninterrupted ({stop or 'SIGINT'})", flush=True)
        return 130
    except Exception:  # the status must tell, whatever it was
        traceback.print_exc()
        return 1


def check_host():
    if os.geteuid() != 0:
        raise report.LabError("this must run as root (it makes namespaces and runs an SSH server)")
    for path in ("/proc/self/mountinfo", "/dev/null", "/dev/urandom", "/dev/ptmx", "/sys/kernel"):
        if not os.path.exists(path):
            raise report.LabError(f"{path} is missing: in a chroot, mount /proc, /sys, /dev and /dev/pts first")


def _forward(child):
    """While waiting: the terminal sends SIGINT to the child too, which then ends; the others are passed on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.kill(child, signal.SIGTERM))


def _fork(function, *arguments):
    """Run `function` in a child that is killed when its parent ends; wait for it; its result is the status."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            status = function(*arguments)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    _forward(child)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _supervise(function, work):
    """The namespaces begin here, so that the caller stays in its own; the process namespace begins with the next child."""
    try:
        _check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET), "unshare")
    except OSError as error:
        print(f"namespaces cannot be made here: {error}", flush=True)
        return 1
    return _fork(_inside, function, work)


def run(function, keep_work=False):
    """Call `function(work_directory)` in the sandbox and return its exit status. The work directory is removed at the end."""
    try:
        check_host()
    except report.LabError as error:
        report.show_failure(error)
        return 1
    work = tempfile.mkdtemp(prefix="nrear-lab.", dir=os.environ.get("TMPDIR", "/var/tmp"))
    try:
        status = _fork(_supervise, function, work)
        return 128 - status if status < 0 else status
    finally:
        if keep_work:
            print(f"kept: {work}", flush=True)
        else:
            shutil.rmtree(work, ignore_errors=True)
