// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/line_options.h"
#include "cli/recorded_server.h"
#include "core/base/text.h"
#include "core/plan/write_table.h"
#include "core/scan/blkid_probe.h"
#include "core/scan/block_devices.h"
#include "core/scan/firmware.h"
#include "core/scan/list_disks.h"
#include "core/scan/mounts.h"
#include "rescue/record/rescue_record.h"
#include "rescue/recover/disk_mark.h"
#include "rescue/recover/finish.h"
#include "rescue/recover/recover.h"
#include "rescue/recover/take_down.h"
#include "transport/sftp.h"

namespace nrear::cli {

namespace {

/// Bytes; 0 when the kernel does not say. Source: proc_meminfo(5).
std::uint64_t available_memory(const base::Root& root) {
    for (const auto& line : base::split_lines(root.read_if_exists("/proc/meminfo").value_or(""))) {
        const auto words = base::split_words(line);
        if (words.size() > 1 && words[0] == "MemAvailable:") {
            return base::parse_u64(words[1]).value_or(0) * 1024;
        }
    }
    return 0;
}

/// Kernel names of the disks that recover never writes to by itself.
std::set<std::string> hands_off(const std::vector<layout::PresentDisk>& disks) {
    std::set<std::string> names;
    for (const auto& disk : disks) {
        if (disk.rescue_medium || disk.read_only || scan::is_removable(disk.facts)) {
            for (const auto& path : disk.facts.multipath ? disk.facts.multipath->paths : std::vector<std::string>{disk.facts.path}) {
                names.insert(base::replace_all(path.substr(std::string_view("/dev/").size()), "/", "!"));
            }
        }
    }
    return names;
}

}  // namespace

int cmd_recover(WorkflowContext& workflow) {
    // The recovered system's own programs (grub-install, dracut) write files for everybody to read; the log is 0600 whatever the mask.
    umask(022);
    const Arguments& arguments = workflow.arguments;
    // Outside of a rescue system recover::run() says that there is no record.
    const auto node = recorded_rescue(workflow.root).value_or(record::RescueRecord());
    const QuestionOptions asking{.may_ask = !arguments.non_interactive, .time_limit = std::chrono::seconds(node.user_input_timeout_seconds)};
    TerminalQuestions questions(open_terminal(), workflow.out, asking, workflow.log);
    recover::RecoverContext context{.options = {}, .questions = questions, .progress = workflow.progress, .runner = workflow.runner, .log = workflow.log};
    context.options = {.unattended = arguments.non_interactive,
                       .automatic = arguments.automatic,
                       .simulate = arguments.simulate,
                       .force_host = arguments.force_host,
                       .salvage = arguments.salvage,
                       .backup = arguments.backup,
                       .mappings = arguments.disk_map};
    context.log_path = workflow.log_path;
    context.connect = [&](const transport::Location& location, const std::vector<std::string>& addresses, base::Questions& secrets) {
        return connect_recorded(workflow, location, addresses, secrets);
    };
    context.list_disks = [&] {
        scan::BlkidProbe probe;
        return scan::list_disks(workflow.root, probe, {.rescue_volume_id = node.rescue_volume_id});
    };
    if (const auto& file = arguments.luks_passphrase_file; !file.empty()) {
        context.passphrase_from_file = [&file] { return transport::read_password_file(file); };
    }
    // Switches take up to a minute to let a new machine through.
    context.patience.give_up_after = std::max(line_options(arguments, node.retry_time_seconds, 0, workflow.progress).retry_time, std::chrono::seconds(60));
    context.memory = available_memory(workflow.root);
    context.write_partition_table = plan::write_partition_table;
    context.mark_disk = recover::mark_unfinished;
    context.firmware = [&] { return scan::scan_firmware(workflow.root); };
    context.free_disks = [&] {
        recover::take_down_earlier_try(context.target, workflow.log);
        const auto keep = hands_off(context.list_disks());
        const scan::BlockDevices devices(workflow.root);
        const auto mounts = scan::parse_mountinfo(workflow.root.read("/proc/self/mountinfo"));
        recover::take_down(recover::plan_take_down(devices, mounts, keep), devices, workflow.runner, workflow.progress, workflow.log);
    };
    return recover::run(context).complete ? kExitOk : kExitIncomplete;
}

}  // namespace nrear::cli
