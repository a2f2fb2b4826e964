# SPDX-License-Identifier: GPL-3.0-or-later
# The serial line driver against a scripted partner on a socket.

import os
import socket
import tempfile
import threading
import unittest

from lab.console import Console, Timeout
from lab.report import LabError


class ConsoleTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = os.path.join(self.folder.name, "serial")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(1)
        self.log_path = os.path.join(self.folder.name, "log")
        self.console = Console(path, self.log_path, lambda: False)
        self.guest, _ = listener.accept()
        listener.close()
        self.addCleanup(self.guest.close)
        self.addCleanup(self.console.close)

    def test_control_sequences_are_dropped_even_when_cut(self):
        self.guest.sendall(b"\x1b[?2004hroot@controller-0\x1b[")
        self.console.drain(0.2)
        self.guest.sendall(b"31m:~# ")
        index, _ = self.console.expect(r"root@controller-0:~# $", 5)
        self.assertEqual(index, 0)

    def test_first_in_the_text_wins(self):
        self.guest.sendall(b"beta alpha")
        index, _ = self.console.expect(["alpha", "beta"], 5)
        self.assertEqual(index, 1)

    def test_time_out_shows_the_last_lines(self):
        self.guest.sendall(b"some last words\r\n")
        with self.assertRaises(Timeout) as caught:
            self.console.expect("never", 0.3)
        self.assertIn("some last words", caught.exception.details)

    def test_end_of_the_machine_is_told(self):
        self.guest.close()
        with self.assertRaisesRegex(LabError, "machine ended"):
            self.console.expect("never", 5)

    def _answer(self, *replies):
        """The guest's side: after each line typed, echo it and send the next reply."""
        def work():
            for reply in replies:
                line = self.guest.recv(4096)
                self.guest.sendall(line.replace(b"\r", b"\r\n") + reply)
        threading.Thread(target=work, daemon=True).start()

    def test_run_returns_output_and_checks_the_status(self):
        self._answer(b"# echo LAB_BE''GIN; command\r\nLAB_BEGIN\r\ntwo\r\nlines\r\nLAB_RC=0.\r\n# ", b"LAB_BEGIN\r\nbad\r\nLAB_RC=3.\r\n# ")
        self.assertEqual(self.console.run("command", 5), "two\nlines\n")
        with self.assertRaisesRegex(LabError, "status 3"):
            self.console.run("command", 5)

    def test_converse_answers_and_counts(self):
        self._answer(b"Password: ", b"Type oui: ", b"done\r\nLAB_RC=7.\r\n")
        answers = [(r"Password: $", "secret"), (r"Type (\S+): $", lambda match: match.group(1).decode())]
        status, asked = self.console.converse("tool", answers, 5)
        self.assertEqual((status, asked), (7, ["Password:", "Type oui:"]))
        self.assertIn("Type oui: oui", self.console.transcript)

    def test_everything_is_logged(self):
        self.guest.sendall(b"\x1b[1mraw\r\n")
        self.console.expect("raw", 5)
        with open(self.log_path, "rb") as log:
            self.assertEqual(log.read(), b"\x1b[1mraw\r\n")


if __name__ == "__main__":
    unittest.main()
