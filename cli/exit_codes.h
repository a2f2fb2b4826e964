// SPDX-License-Identifier: GPL-3.0-or-later
// Exit codes: one table, for the program, the man page and the help text. Codes may be added, never changed.
#pragma once

#include <span>
#include <string_view>

#include "core/base/error.h"

namespace nrear::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitChanged = 1;  ///< checklayout: ReaR's scripts test for it
inline constexpr int kExitUsage = 2;
inline constexpr int kExitIncomplete = 3;

struct ExitCode {
    int code;
    std::string_view meaning;
};

/// In ascending order.
std::span<const ExitCode> exit_codes();

int exit_code_of(ErrorKind kind);
/// 128 + signal number, as shells report it.
int exit_code_of(const Interrupted& interrupted);

}  // namespace nrear::cli
