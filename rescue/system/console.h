// SPDX-License-Identifier: GPL-3.0-or-later
// The terminals of the rescue system: the screen and every serial console that the kernel was told of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/unique_fd.h"

namespace nrear::system {

struct Console {
    std::string name;     ///< "tty1", "ttyS0": below /dev
    bool serial = false;  ///< anything but the screen: a line without a size, at a speed
    unsigned speed = 0;   ///< bits a second, 0 = as the kernel set it
    bool operator==(const Console&) const = default;
};

/// The screen (tty0 becomes its first virtual terminal) and all others that are named, each once, the main one last.
/// `recorded`: values of console= of the node's kernel; `arguments`: of this kernel; `active`: /sys/class/tty/console/active, where the
/// last is the one behind /dev/console (Documentation/ABI/testing/sysfs-tty). Each list outranks the one before it.
std::vector<Console> list_consoles(const std::vector<std::string>& recorded, const std::vector<std::string>& arguments, std::string_view active);

/// TERM for programs on it.
std::string terminal_type(const Console& console);

/// Opens it without making it anyone's controlling terminal, and puts the line into a sane state; nothing when there is no such line.
base::UniqueFd open_console(const Console& console);

}  // namespace nrear::system
