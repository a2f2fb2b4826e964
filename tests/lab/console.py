# SPDX-License-Identifier: GPL-3.0-or-later
# A serial line: wait for text with a deadline, type, and run commands at a shell prompt. Everything seen is kept in a log file.

import re
import socket
import time

from .report import LabError

# Terminal control sequences: CSI, OSC, character set choices, keypad modes.
CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78Mc]")
CONNECT_SECONDS = 20
SHOWN_LINES = 60
MAX_QUESTIONS = 20


class Timeout(LabError):
    """The awaited text did not come in time."""


class Console:
    def __init__(self, socket_path, log_path, is_dead):
        """`is_dead()` tells whether the machine behind the socket has ended: waiting then stops at once."""
        self.is_dead = is_dead
        self.log = open(log_path, "ab", buffering=0)
        self.pending = b""
        self.tail = b""
        self.partial = b""
        self.socket = self._connect(socket_path)

    def _connect(self, socket_path):
        end = time.monotonic() + CONNECT_SECONDS
        while True:
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                link.connect(socket_path)
                return link
            except OSError as error:
                link.close()
                if time.monotonic() > end or self.is_dead():
                    raise LabError(f"QEMU did not open its serial line: {error}") from error
                time.sleep(0.05)

    def _read(self, seconds):
        """Take in what comes within `seconds`; False at the end of the line."""
        self.socket.settimeout(max(seconds, 0.01))
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return True
        except ConnectionError:
            return False
        if not data:
            return False
        self.log.write(data)
        data = self.partial + data
        # A control sequence may be cut in two by the read; keep its beginning for the next one.
        cut = data.rfind(b"\x1b", max(0, len(data) - 24))
        if cut >= 0 and not CONTROL.match(data, cut):
            data, self.partial = data[:cut], data[cut:]
        else:
            self.partial = b""
        text = CONTROL.sub(b"", data).replace(b"\r", b"")
        self.pending += text
        self.tail = (self.tail + text)[-20000:]
        return True

    def drain(self, seconds):
        """Read for a while without waiting for anything in particular."""
        if not self._read(seconds):
            time.sleep(seconds)

    def expect(self, patterns, seconds, what=None):
        """Wait for the first of `patterns` (regular expressions) in what is printed from here on; returns (index, match)."""
        if isinstance(patterns, str):
            patterns = [patterns]
        compiled = [re.compile(p.encode(), re.M) for p in patterns]
        end = time.monotonic() + seconds
        while True:
            found = [(m.start(), i, m) for i, p in enumerate(compiled) if (m := p.search(self.pending))]
            if found:
                _, index, match = min(found, key=lambda f: f[:2])
                self.before = self.pending[:match.start()]
                self.pending = self.pending[match.end():]
                return index, match
            left = end - time.monotonic()
            wanted = what or " | ".join(patterns)
            if left <= 0:
                raise Timeout(f"waited {seconds} s for: {wanted}", self.last_lines())
            if not self._read(min(left, 1.0)):
                raise LabError(f"the machine ended while waiting for: {wanted}", self.last_lines())

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def type_line(self, text):
        self.send(text + "\r")

    def run(self, command, seconds, accept=(0,)):
        """Run a shell command at a prompt; returns its output as text. Its status must be in `accept` (None: anything)."""
        # The markers are typed in two halves so that the echo of the typed line, of which there may be two, cannot match.
        self.type_line(f"echo LAB_BE''GIN; {command}; echo LAB_R''C=$?.")
        _, match = self.expect(r"LAB_RC=(\d+)\.", seconds, f"the end of: {command}")
        output = self.before.decode(errors="replace").partition("LAB_BEGIN\n")[2]
        status = int(match.group(1))
        if accept is not None and status not in accept:
            raise LabError(f"status {status} in the guest from: {command}", output.splitlines()[-SHOWN_LINES:])
        self.last_status = status
        return output

    def converse(self, command, answers, seconds):
        """Run a command that asks. `answers`: (pattern, reply) pairs, where a reply may be a function of the match;
        a question may come any number of times.

        Returns (status, [the questions as they were asked]); the text of the whole run is in `transcript`."""
        self.type_line(f"{command}; echo LAB_R''C=$?.")
        patterns = [r"LAB_RC=(\d+)\."] + [pattern for pattern, _ in answers]
        asked, self.transcript = [], ""
        end = time.monotonic() + seconds
        while True:
            index, match = self.expect(patterns, max(end - time.monotonic(), 1), f"the end of: {command}")
            self.transcript += (self.before + match.group(0)).decode(errors="replace")
            if index == 0:
                return int(match.group(1)), asked
            line = self.before.rsplit(b"\n", 1)[-1] + match.group(0)
            asked.append(line.decode(errors="replace").strip())
            if len(asked) > MAX_QUESTIONS:
                raise LabError(f"asked more than {MAX_QUESTIONS} questions by: {command}", self.last_lines())
            reply = answers[index - 1][1]
            self.type_line(reply(match) if callable(reply) else reply)

    def last_lines(self):
        return self.tail.decode(errors="replace").splitlines()[-SHOWN_LINES:]

    def close(self):
        self.socket.close()
        self.log.close()
