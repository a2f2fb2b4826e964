# SPDX-License-Identifier: GPL-3.0-or-later
# Hands files to guests and takes files from them over the lab's network, with nothing but bash in the guest. One connection, one file:
# the guest sends "GET name\n" and reads, or "PUT name\n" and writes.

import os
import socket
import threading

from . import node_spec
from .report import LabError

ADDRESS = f"/dev/tcp/{node_spec.SERVER_ADDRESS}/{node_spec.DEPOT_PORT}"


class Depot:
    """Serves the files registered with `offer`, keeps what guests put in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.offered = {}
        self.arrived = {}
        self.changed = threading.Condition()
        os.makedirs(folder, exist_ok=True)

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", node_spec.DEPOT_PORT))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, kind, value, trace):
        self.listener.close()
        return False

    def _serve(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return  # closed at the end of the run
            threading.Thread(target=self._one, args=(link,), daemon=True).start()

    def _one(self, link):
        with link, link.makefile("rb") as lines:
            verb, _, name = lines.readline().decode().strip().partition(" ")
            if verb == "GET" and name in self.offered:
                with open(self.offered[name], "rb") as source:
                    link.sendfile(source)
            elif verb == "PUT" and "/" not in name:
                self._keep(name, lines)

    def _keep(self, name, lines):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as out:
            while block := lines.read(1 << 16):
                out.write(block)
        with self.changed:
            self.arrived[name] = path
            self.changed.notify_all()

    def offer(self, name, path):
        self.offered[name] = path

    def fetch_command(self, name, target):
        """What to type in a guest to get `name`; also checks the size, since a connection can end early."""
        size = os.path.getsize(self.offered[name])
        return (f"exec 3<>{ADDRESS} && echo GET {name} >&3 && cat <&3 >{target}; exec 3>&-; "
                f"[ $(stat -c %s {target}) = {size} ]")

    def put(self, console, name, command, seconds):
        """Run `command` in the guest and keep its standard output; returns the path on the host."""
        console.run(f"set -o pipefail; (echo PUT {name}; {command}) >{ADDRESS}", seconds)
        with self.changed:
            if not self.changed.wait_for(lambda: name in self.arrived, timeout=60):
                raise LabError(f"the guest's output {name} did not arrive")
            return self.arrived.pop(name)
