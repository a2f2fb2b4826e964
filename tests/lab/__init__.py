# SPDX-License-Identifier: GPL-3.0-or-later
# The laboratory: nodes in QEMU, a backup server, and the comparison of two systems. Python 3 of Debian 12, standard library only.
