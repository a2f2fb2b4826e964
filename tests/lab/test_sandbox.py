# SPDX-License-Identifier: GPL-3.0-or-later
# The sandbox: private, and nothing stays behind, however it ends. Needs root; skipped without.

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from lab import sandbox
from lab.report import LabError

PROGRAM = """
import os, subprocess, sys
from lab import sandbox
def inside(work):
    subprocess.Popen(["sleep", "8765"])
    print(work, flush=True)
    subprocess.run(["sleep", "8765"])
sys.exit(sandbox.run(inside))
"""


def processes(text):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as line:
                    if text in line.read().replace(b"\0", b" "):
                        found.append(entry)
            except OSError:
                pass  # it has just ended
    return found


def mounts():
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        return table.read()


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class SandboxTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.environ.pop, "TMPDIR", None)
        os.environ["TMPDIR"] = self.folder = folder.name

    def test_status_and_twice(self):
        self.assertEqual([sandbox.run(lambda work: status) for status in (0, 3, None)], [0, 3, 0])

    def test_an_error_is_shown_and_is_a_failure(self):
        def fail(work):
            raise LabError("it broke", ["last words"])
        with open(os.path.join(self.folder, "shown"), "w+", encoding="utf-8") as shown:
            saved = os.dup(1)
            os.dup2(shown.fileno(), 1)
            try:
                status = sandbox.run(fail)
            finally:
                os.dup2(saved, 1)
                os.close(saved)
            shown.seek(0)
            text = shown.read()
        self.assertEqual(status, 1)
        self.assertIn("it broke", text)
        self.assertIn("last words", text)

    def test_mounts_and_network_are_private(self):
        def inside(work):
            sandbox.mount("tmpfs", work, "tmpfs")
            with open(os.path.join(work, "unseen"), "w", encoding="ascii"):
                pass
            socket.create_server(("127.0.0.1", 22)).close()  # the loopback interface is up, and the port free
            return 0 if os.getpid() == 1 else 1
        before = mounts()
        self.assertEqual(sandbox.run(inside), 0)
        self.assertEqual(mounts(), before)
        self.assertEqual(os.listdir(self.folder), [])

    def _start(self):
        tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        child = subprocess.Popen([sys.executable, "-B", "-c", PROGRAM], stdout=subprocess.PIPE, text=True, start_new_session=True,
                                 env={**os.environ, "PYTHONPATH": tests})
        self.assertTrue(child.stdout.readline().startswith(self.folder))
        return child

    def _gone(self):
        end = time.monotonic() + 10
        while processes(b"sleep 8765"):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def test_interruptions_leave_nothing(self):
        for number, status in ((signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGKILL, -9)):
            child = self._start()
            self.addCleanup(child.stdout.close)
            # Ctrl-C goes to the whole group, as from a terminal; the others to the one process that a person sees.
            os.killpg(child.pid, number) if number == signal.SIGINT else child.send_signal(number)
            child.stdout.read()
            self.assertEqual(child.wait(20), status, number)
            self.assertTrue(self._gone(), number)
            if number != signal.SIGKILL:
                self.assertEqual(os.listdir(self.folder), [], number)


if __name__ == "__main__":
    unittest.main()
