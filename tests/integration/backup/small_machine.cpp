// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/backup/small_machine.h"

#include <algorithm>
#include <random>
#include <utility>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "rescue/backup/backup_workflow.h"
#include "tests/support/quiet_run.h"

namespace nrear::backup::testing {

using base::cat;

SmallMachine::SmallMachine(std::string its_hostname) : hostname(std::move(its_hostname)) {}

void SmallMachine::add_files(const std::string& directory, int count, std::size_t size) const {
    base::make_directories(tree.path() + directory, 0755);
    std::mt19937 random(7);
    for (int i = 0; i < count; ++i) {
        std::string content(size, '\0');
        std::generate(content.begin(), content.end(), [&] { return static_cast<char>(random()); });
        base::write_file(cat(tree.path(), directory, "/file-", i), content, 0644);
    }
}

std::string SmallMachine::sftp_url() const {
    const auto location = server.location();
    return cat("sftp://", location.user, ":", location.password.value(), "@", location.host, ":", location.port, place);
}

layout::Layout SmallMachine::layout() const {
    auto layout = layout::from_json(base::read_file(NREAR_SOURCE_DIR "/tests/fixtures/hosts/debian12-bios-mbr/layout.json"));
    layout.host.name = hostname;
    return layout;
}

std::string SmallMachine::back_up(const config::Settings& settings, std::uint64_t limit_rate) const {
    test::QuietRun run(settings, tree.path(), {.ssh = server.options(), .limit_rate = limit_rate});
    return make_backup(run.context(), layout(), Scope::kBackupOnly).record.id;
}

}  // namespace nrear::backup::testing
