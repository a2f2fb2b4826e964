// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/host_facts.h"

#include <sys/utsname.h>

#include "core/base/text.h"
#include "core/layout/efi_variable.h"

namespace nrear::scan {

namespace {

/// A value of os-release(5), unquoted.
std::string os_release(const base::Root& root, std::string_view name) {
    for (const auto& line : base::split_lines(root.read_if_exists("/etc/os-release").value_or(""))) {
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=') {
            const std::string_view value = base::trim(std::string_view(line).substr(name.size() + 1));
            const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
            return std::string(quoted ? value.substr(1, value.size() - 2) : value);
        }
    }
    return "";
}

/// The last byte of the firmware's variable is the value, after four bytes of attributes (kernel: filesystems/efivarfs).
bool secure_boot(const base::Root& root) {
    const auto variable = root.read_if_exists(base::cat(layout::kEfiVariables, "/", layout::efi_variable_file("SecureBoot"))).value_or("");
    return variable.size() == layout::kEfiVariableAttributes + 1 && variable.back() == '\1';
}

}  // namespace

layout::Host scan_host_facts(const base::Root& root) {
    layout::Host host;
    host.name = root.read_line("/proc/sys/kernel/hostname");
    host.name = host.name.substr(0, host.name.find('.'));
    host.os_id = os_release(root, "ID");
    host.os_version = os_release(root, "VERSION_ID");
    utsname kernel{};
    host.architecture = uname(&kernel) == 0 ? kernel.machine : "";
    host.kernel = root.read_line("/proc/sys/kernel/osrelease");
    host.kernel_command_line = root.read_line("/proc/cmdline");
    host.firmware = root.exists("/sys/firmware/efi") ? layout::Firmware::kUefi : layout::Firmware::kBios;
    host.secure_boot = secure_boot(root);
    return host;
}

}  // namespace nrear::scan
