# SPDX-License-Identifier: GPL-3.0-or-later
# The backup server of the TripleO document: a real OpenSSH server, user backup with a password, SFTP only, no shell. Runs inside the
# sandbox: private copies of the account files, port 22 of the sandbox's own network.

import contextlib
import crypt
import os
import signal
import socket
import subprocess
import time

from . import node_spec, sandbox
from .report import LabError, run

ROOT = "/run/server"
ACCOUNT_ID = 34
START_SECONDS = 20

CONFIG = """\
Port 22
ListenAddress 127.0.0.1
{host_keys}
PidFile none
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin no
AuthorizedKeysFile {authorized}
UseDNS no
LogLevel VERBOSE
AllowUsers {user}
Subsystem sftp internal-sftp
Match User {user}
    ChrootDirectory {root}
    ForceCommand internal-sftp
    PermitTTY no
    AllowTcpForwarding no
    X11Forwarding no
"""


def _replace_account(name, line, mode):
    """Bind a private copy of an account file over it in which the account is `line`."""
    copy = f"/run/lab-{os.path.basename(name)}"
    account = line.split(":", 1)[0] + ":"
    with open(name, encoding="utf-8") as old, open(copy, "w", encoding="utf-8") as new:
        new.writelines(entry for entry in old if not entry.startswith(account))
        new.write(line + "\n")
    os.chmod(copy, mode)
    sandbox.mount(copy, name, flags=sandbox.MS_BIND)


def _descendants(pid):
    """Process numbers of all below `pid`, parents first."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            found = [int(child) for child in children.read().split()]
    except FileNotFoundError:
        return []
    return found + [lower for child in found for lower in _descendants(child)]


class Server:
    """The running server, as a context. `data` is the host's view of /data on the server; its host keys are kept in `keys`, so that a
    run in several parts meets the same server."""

    def __init__(self, work, logs, keys=None, password=node_spec.SERVER_PASSWORD, authorized=None):
        self.keys = keys or work
        self.password = password
        self.authorized = authorized  # a public key file, or none
        self.data = os.path.join(work, "server-data")
        self.backup_dir = os.path.join(self.data, "backup")
        self.log_path = os.path.join(logs, "sshd.log")
        self.process = None

    def __enter__(self):
        self._accounts()
        os.makedirs(self.backup_dir)
        for folder in (self.data, self.backup_dir):
            os.chown(folder, ACCOUNT_ID, ACCOUNT_ID)
            os.chmod(folder, 0o755)
        os.makedirs(ROOT + "/data")
        os.makedirs("/run/sshd")
        sandbox.mount(self.data, ROOT + "/data", flags=sandbox.MS_BIND)
        self._start()
        return self

    def _accounts(self):
        user = node_spec.SERVER_USER
        secret = crypt.crypt(self.password, crypt.mksalt(crypt.METHOD_SHA512))
        _replace_account("/etc/passwd", f"{user}:x:{ACCOUNT_ID}:{ACCOUNT_ID}:backup:/data/backup:/usr/sbin/nologin", 0o644)
        _replace_account("/etc/group", f"{user}:x:{ACCOUNT_ID}:", 0o644)
        _replace_account("/etc/shadow", f"{user}:{secret}:19000:0:99999:7:::", 0o600)

    def _start(self):
        keys = []
        for kind in ("ed25519", "ecdsa", "rsa"):
            path = os.path.join(self.keys, f"host-key-{kind}")
            if not os.path.exists(path):
                run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path])
            keys.append(f"HostKey {path}")
        with open("/run/lab-sshd.conf", "w", encoding="ascii") as out:
            out.write(CONFIG.format(authorized=self._authorized_keys(), host_keys="\n".join(keys), user=node_spec.SERVER_USER, root=ROOT))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", "/run/lab-sshd.conf"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", 22), timeout=1).close()
                return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise LabError(f"sshd did not start: {error}", self.log_lines()) from error
                time.sleep(0.1)

    def _authorized_keys(self):
        """A copy where sshd takes it: every directory above it belongs to root."""
        if self.authorized is None:
            return "none"
        with open(self.authorized, encoding="ascii") as source, open("/run/lab-authorized", "w", encoding="ascii") as copy:
            copy.write(source.read())
        os.chmod("/run/lab-authorized", 0o644)
        return "/run/lab-authorized"

    def restart(self, keys):
        """The same server with the host keys kept in `keys`, made when there are none."""
        self._stop()
        self.keys = keys
        os.makedirs(keys, exist_ok=True)
        self._start()

    def _stop(self):
        self.process.terminate()
        self.process.wait()

    @contextlib.contextmanager
    def down(self):
        """Connections are refused inside; those that there are stay."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def end_sessions(self):
        """As a reset of every connection: whoever was logged in is not any more. A session is a process, its child holds the connection, too."""
        for pid in reversed(_descendants(self.process.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended by itself

    def log_lines(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read().splitlines()[-30:]

    def logins(self):
        """How many sessions were opened with a password so far."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return sum("Accepted password for" in line for line in log)

    def __exit__(self, kind, value, trace):
        self._stop()
        return False
