// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/recorded_server.h"

#include "cli/line_options.h"
#include "cli/ssh_options.h"

namespace nrear::cli {

std::optional<record::RescueRecord> recorded_rescue(const base::Root& root) {
    const auto text = root.read_if_exists(record::kRescueRecordPath);
    return text ? std::optional(record::rescue_record_from_json(*text, record::kRescueRecordPath)) : std::nullopt;
}

std::unique_ptr<transport::Transport> connect_recorded(const WorkflowContext& workflow, const transport::Location& location, const std::vector<std::string>& addresses,
                                                       base::Questions& questions) {
    const auto rescue = recorded_rescue(workflow.root).value_or(record::RescueRecord());
    auto options = line_options(workflow.arguments, rescue.retry_time_seconds, rescue.limit_rate, workflow.progress);
    if (location.scheme != transport::Scheme::kFile) {
        options.ssh = ssh_options(workflow.arguments);
        options.ssh.known_hosts_files.insert(options.ssh.known_hosts_files.begin(), record::kKnownHostsPath);
        options.ssh.pinned_addresses = addresses;
    }
    return transport::open_place(location, options, questions, workflow.log).transport;
}

}  // namespace nrear::cli
