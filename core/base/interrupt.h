// SPDX-License-Identifier: GPL-3.0-or-later
// SIGINT and SIGTERM as something to ask about and to wait on. They become nrear::Interrupted at the next check.
#pragma once

#include <chrono>

namespace nrear::base {

/// Installs the handlers (SIGINT, SIGTERM, SIGHUP); SIGPIPE is ignored. Call once, before threads start.
void catch_interrupts();

/// Throws Interrupted when a signal has arrived.
void check_interrupt();

/// The signal that arrived, 0 when none did.
int interrupt_signal() noexcept;

/// Waits so long; throws Interrupted as soon as a signal arrives.
void pause(std::chrono::milliseconds length);

/// Becomes readable (and stays so) when a signal arrives: for poll(). -1 before catch_interrupts().
int interrupt_fd() noexcept;

/// Forgets an interruption, e.g. when a menu has dealt with Ctrl-C.
void clear_interrupt() noexcept;

}  // namespace nrear::base
