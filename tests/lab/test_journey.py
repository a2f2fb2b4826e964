# SPDX-License-Identifier: GPL-3.0-or-later
# The patterns that recognise questions: what is one, and what only looks like one while the line is still coming.

import re
import unittest

from lab import journey


def matches(pattern, text):
    return re.search(pattern, text, re.M) is not None


class Patterns(unittest.TestCase):
    def test_passwords(self):
        for text in ("Password of backup@undercloud-0: ", "backup@undercloud-0's password: ", "done\nPassword of backup@192.168.24.1: "):
            self.assertTrue(matches(journey.ASKS_PASSWORD, text), text)
        warning = "warning: /etc/rear/local.conf:2: OUTPUT_URL holds a password and everybody can read the file: chmod 600 local.conf\n"
        for end in range(len(warning) + 1):
            self.assertFalse(matches(journey.ASKS_PASSWORD, warning[:end]), warning[:end])

    def test_a_word(self):
        found = re.search(journey.ASKS_A_WORD.encode(), b"Trust it from now on? (type yes to go on): ", re.M)
        self.assertEqual(journey.the_word(found), "yes")
        self.assertFalse(matches(journey.ASKS_A_WORD, "Trust it from now on? (type yes to go on): yes"))

    def test_prompts(self):
        self.assertTrue(matches(journey.NODE_PROMPT, "Last login\nroot@controller-0:~# "))
        self.assertTrue(matches(journey.RESCUE_PROMPT, "\nRESCUE controller-0:~ # "))
        self.assertFalse(matches(journey.RESCUE_PROMPT, "RESCUE controller-0:~ # ls"))


if __name__ == "__main__":
    unittest.main()
