// SPDX-License-Identifier: GPL-3.0-or-later
// dump --fixture: what a scan sees of this host, in a folder.
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "core/base/command.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/recorded_host.h"

namespace nrear::cli {

namespace {

using base::cat;

std::string without_last_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

}  // namespace

int cmd_fixture(const Arguments& arguments, Output& out, Output& errors) {
    const auto directory = without_last_slashes(arguments.fixture);
    if (geteuid() != 0) {
        throw Error(ErrorKind::kGeneral, "nrear dump --fixture must be run as root", "it reads the disks", cat("sudo nrear dump --fixture ", base::shell_quote(directory)));
    }
    if (arguments.simulate) {
        out.write(cat("would record this host in ", base::printable(directory), "\n"));
        return kExitOk;
    }
    base::PosixCommandRunner runner;
    scan::BlkidProbe probe;
    const auto record = scan::record_host("/", runner, probe, directory);
    if (!record.scan_error.empty()) {
        errors.write(cat(errors.yellow("warning:"), " the scan of this host failed, what it read until then is recorded: ", record.scan_error, "\n"));
    } else if (!record.faithful) {
        errors.write(cat(errors.yellow("warning:"), " the record does not give this host's layout when it is read again; please report that, too\n"));
    }
    out.write(cat("Recorded this host in ", base::printable(directory), ".\nSerial numbers, WWNs, host name and network addresses are replaced; labels, names of volumes, mount points and UUIDs are not.\n"
                  "Look at it before you give it away.\n"));
    return kExitOk;
}

}  // namespace nrear::cli
