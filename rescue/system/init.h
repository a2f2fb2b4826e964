// SPDX-License-Identifier: GPL-3.0-or-later
// PID 1 of the rescue system: from the kernel's hand to a prompt on every console, and to the end of the machine's session.
#pragma once

namespace nrear::system {

/// For main() when its process is PID 1. Never returns: PID 1 must not end.
[[noreturn]] void run_init();

}  // namespace nrear::system
