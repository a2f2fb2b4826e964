# SPDX-License-Identifier: GPL-3.0-or-later
# A case must fail for a wrong status, a missing word and a word that must not be there, and for nothing else.

import unittest

from .checks import judge


class Judge(unittest.TestCase):
    def test_good(self):
        self.assertEqual(judge("nrear: another nrear\n  is at work\n", 11, 11, ["another nrear is at work"], ["secret"]), [])

    def test_status(self):
        self.assertEqual(judge("", 0, 13), ["exit status 0, not 13"])

    def test_words(self):
        self.assertEqual(judge("abc", 1, 1, ["xyz"]), ['does not say "xyz"'])

    def test_absent(self):
        self.assertEqual(judge("the secret word", 1, 1, [], ["secret"]), ['says "secret"'])


if __name__ == "__main__":
    unittest.main()
