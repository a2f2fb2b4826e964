// SPDX-License-Identifier: GPL-3.0-or-later
// The process: descriptors, umask, signals, name services. The program itself is run.h.
#include <fcntl.h>
#include <nss.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/progress_printer.h"
#include "cli/run.h"
#include "core/base/interrupt.h"
#include "rescue/system/init.h"
#include "rescue/system/power.h"
#include "nrear_versions.h"

namespace {

/// Closed standard descriptors would be given to the next files that are opened, and messages written into those.
void open_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (fcntl(fd, F_GETFD) < 0) {
            [[maybe_unused]] const int opened = open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
        }
    }
}

/// A static glibc would load the host's own libnss and libc into this process for what /etc/nsswitch.conf names.
void pin_name_services() {
    if (nrear::kLinkMode != "static") {
        return;
    }
    __nss_configure_lookup("hosts", "files dns");
    for (const auto* database : {"passwd", "group", "shadow", "gshadow", "services", "protocols", "networks", "ethers", "rpc", "netgroup", "initgroups"}) {
        __nss_configure_lookup(database, "files");
    }
}

/// The kernel starts the rescue system's first process as /init.
bool is_init(int argc, char** argv) {
    const std::string_view name = argc > 0 ? argv[0] : "";
    return getpid() == 1 && name.substr(name.rfind('/') + 1) == "init";
}

}  // namespace

int main(int argc, char** argv) {
    open_standard_descriptors();
    pin_name_services();
    if (is_init(argc, argv)) {
        nrear::system::run_init();
    }
    if (argc > 0 && nrear::system::power_action_of(argv[0])) {
        return nrear::system::run_power_command({argv, argv + argc});
    }
    umask(077);
    nrear::base::catch_interrupts();
    nrear::cli::catch_status_requests();
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    bool no_color = false;
    for (const auto& word : words) {
        no_color = no_color || word == "--no-color";
    }
    nrear::cli::Output out(STDOUT_FILENO, nrear::cli::facts_of_descriptor(STDOUT_FILENO, no_color));
    nrear::cli::Output errors(STDERR_FILENO, nrear::cli::facts_of_descriptor(STDERR_FILENO, no_color));
    return nrear::cli::run(words, out, errors);
}
