// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/recorded_server.h"

#include "cli/ssh_options.h"
#include "transport/local_transport.h"
#include "transport/sftp.h"

namespace nrear::cli {

std::optional<record::RescueRecord> recorded_rescue(const base::Root& root) {
    const auto text = root.read_if_exists(record::kRescueRecordPath);
    return text ? std::optional(record::rescue_record_from_json(*text, record::kRescueRecordPath)) : std::nullopt;
}

std::unique_ptr<transport::Transport> connect_recorded(const WorkflowContext& workflow, const transport::Location& location, const std::vector<std::string>& addresses,
                                                       base::Questions& questions) {
    if (location.scheme == transport::Scheme::kFile) {
        return std::make_unique<transport::LocalTransport>();
    }
    auto options = ssh_options(workflow.arguments);
    options.known_hosts_files.insert(options.known_hosts_files.begin(), record::kKnownHostsPath);
    options.pinned_addresses = addresses;
    return transport::connect_sftp(location, options, questions, workflow.log);
}

}  // namespace nrear::cli
