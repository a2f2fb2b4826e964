// SPDX-License-Identifier: GPL-3.0-or-later
// A machine of some files and its backup server, for whole runs of the backup workflow. What it looks like besides: tests/fixtures/hosts/debian12-bios-mbr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/temp_dir.h"
#include "core/config/settings.h"
#include "core/layout/layout.h"
#include "tests/integration/transport/ssh_server.h"

namespace nrear::backup::testing {

struct SmallMachine {
    transport::testing::SshServer server;
    base::TempDir tree{"/var/tmp"};
    std::string place = transport::testing::fresh_directory();  ///< on the server, and on this machine
    std::string hostname;

    explicit SmallMachine(std::string hostname);

    /// file-0, file-1, … of noise in a directory of the tree ("" = at its top).
    void add_files(const std::string& directory, int count, std::size_t size) const;
    /// Of `place`, the password included.
    std::string sftp_url() const;
    layout::Layout layout() const;
    /// mkbackuponly; the id of the backup. Throws what make_backup() throws. `limit_rate`: bytes a second, 0 = none.
    std::string back_up(const config::Settings& settings, std::uint64_t limit_rate = 0) const;
};

}  // namespace nrear::backup::testing
