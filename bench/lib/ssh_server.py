# SPDX-License-Identifier: GPL-3.0-or-later
# A real OpenSSH server on a loopback port, with keys of its own, for the account that runs the benchmark. Its processor time can be asked for: whoever
# makes the server work harder pays for it, too.

import os
import socket
import subprocess
import time

ACCOUNT = "root@127.0.0.1"
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {work}/host
AuthorizedKeysFile {work}/key.pub
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
PasswordAuthentication no
Subsystem sftp internal-sftp
"""


class SshServer:
    """A context; `work` is a directory for its files."""

    def __init__(self, work):
        self.work = work
        self.known_hosts = os.path.join(work, "known_hosts")
        self.key = os.path.join(work, "key")

    def __enter__(self):
        os.makedirs(self.work, mode=0o700, exist_ok=True)
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for name in ("host", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(self.work, name)], check=True)
        with open(os.path.join(self.work, "sshd_config"), "w", encoding="ascii") as config:
            config.write(CONFIG.format(port=self.port, work=self.work))
        with open(os.path.join(self.work, "host.pub"), encoding="ascii") as key, open(self.known_hosts, "w", encoding="ascii") as known:
            known.write(f"[127.0.0.1]:{self.port} {' '.join(key.read().split()[:2])}\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", os.path.join(self.work, "sshd_config"), "-E", os.path.join(self.work, "log")])
        self._wait()
        return self

    def _wait(self):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__()
        with open(os.path.join(self.work, "log"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"sshd did not start:\n{log.read()}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    # Each of the following takes the port of a line to the server; without one it means the server's own.

    def url(self, path, port=None):
        return f"sftp://{ACCOUNT}:{port or self.port}{path}"

    def login(self, port=None):
        """What the programs of bench/ are given beside the URL."""
        return ["--known-hosts", self._known(port), "--key", self.key]

    def openssh(self, program, port=None):
        """The command line of ssh or sftp, before the account."""
        options = {"UserKnownHostsFile": self._known(port), "IdentityFile": self.key, "IdentitiesOnly": "yes", "IdentityAgent": "none", "BatchMode": "yes"}
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return [program, "-F", "none", "-P" if program == "sftp" else "-p", str(port or self.port), *words]

    def ssh(self, command, port=None):
        """The command line of ssh with the command that the server's shell runs."""
        return [*self.openssh("ssh", port), ACCOUNT, command]

    def _known(self, port):
        if not port:
            return self.known_hosts
        path = f"{self.known_hosts}.{port}"
        with open(self.known_hosts, encoding="ascii") as known, open(path, "w", encoding="ascii") as copy:
            copy.write(known.read().replace(f"]:{self.port} ", f"]:{port} "))
        return path

    def processor_seconds(self):
        """Of all connections that have ended."""
        while self._connections():
            time.sleep(0.01)
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")  # cutime and cstime, proc(5)

    def _connections(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            return children.read().split()
