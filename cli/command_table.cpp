// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command_table.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::cli {

namespace {

constexpr CommandInfo kCommands[] = {
    {.name = "mkbackup", .summary = "back up this machine and make its rescue ISO", .takes_lock = true},
    {.name = "mkrescue", .summary = "make the rescue ISO only", .takes_lock = true},
    {.name = "mkbackuponly", .summary = "back up this machine, keep the rescue ISO that there is", .takes_lock = true},
    {.name = "savelayout", .summary = "record this machine's storage layout", .takes_lock = true},
    {.name = "checklayout", .summary = "compare the recorded layout with this machine: exit code 1 when it has changed", .prints_result = true},
    {.name = "plan", .summary = "show the steps that would make this machine's storage again", .prints_result = true},
    {.name = "recover", .summary = "in the rescue system: make the disks again and restore the backup", .takes_lock = true, .always_verbose = true},
    {.name = "list", .summary = "show this machine's backups on the server", .needs_root = false, .prints_result = true},
    {.name = "ls", .summary = "show what is in a backup", .operands = "ID [PATTERN]...", .least_operands = 1, .most_operands = kAnyNumber, .needs_root = false, .prints_result = true},
    {.name = "restore", .summary = "restore files of a backup into a directory", .operands = "ID PATH...", .least_operands = 2, .most_operands = kAnyNumber, .prints_result = true},
    {.name = "verify", .summary = "read a backup back and check every file in it", .operands = "ID", .least_operands = 1, .most_operands = 1, .prints_result = true},
    {.name = "prune", .summary = "remove the backups that the KEEP_ settings do not keep", .takes_lock = true, .prints_result = true},
    {.name = "dump", .summary = "show every setting in effect and where it came from", .needs_root = false},
    {.name = "help", .summary = "show this help", .most_operands = kAnyNumber, .needs_root = false},
};

constexpr std::string_view kConnecting = "mkbackup mkrescue mkbackuponly recover list ls restore verify prune";

const OptionInfo kOptions[] = {
    {'v', "verbose", "", ValueKind::kNone, "", "say what is being done, with progress", true, &Arguments::verbose},
    {'d', "debug", "", ValueKind::kNone, "", "write a detailed log; implies -v", true, &Arguments::debug},
    {'D', "", "", ValueKind::kNone, "", "as -d", true, &Arguments::debug_scripts},
    {0, "debugscripts", "SET", ValueKind::kText, "", "as -d; SET is ignored", true, &Arguments::debug_set},
    {'s', "simulate", "", ValueKind::kNone, "", "say what would be done, touch nothing", true, &Arguments::simulate},
    {'S', "step-by-step", "", ValueKind::kNone, "", "refused: there are no scripts to step through, see the command plan", false, &Arguments::step_by_step},
    {'c', "config-dir", "DIR", ValueKind::kDirectory, "", "read the configuration in DIR instead of /etc/rear", true, &Arguments::config_directory},
    {'C', "config", "FILE", ValueKind::kFile, "", "read FILE (or FILE.conf) too, after the others; may be repeated", true, &Arguments::config_files},
    {'r', "kernel", "VERSION", ValueKind::kKernel, "mkbackup mkrescue", "kernel for the rescue system instead of the running one", true, &Arguments::kernel},
    {'n', "non-interactive", "", ValueKind::kNone, "", "ask nothing: every question gets its safe answer; recover overwrites only disks that match beyond doubt", true, &Arguments::non_interactive},
    {'e', "expose-secrets", "", ValueKind::kNone, "", "show passwords in what dump prints", true, &Arguments::expose_secrets},
    {'p', "portable", "", ValueKind::kNone, "", "refused: boot the rescue ISO instead", false, &Arguments::portable},
    {0, "quiet", "", ValueKind::kNone, "", "print errors and warnings only", true, &Arguments::quiet},
    {0, "json", "", ValueKind::kNone, "mkbackup mkrescue mkbackuponly plan list ls restore verify prune dump", "print JSON", true, &Arguments::json},
    {0, "shell", "", ValueKind::kNone, "plan", "print the plan as a shell script", true, &Arguments::shell},
    {0, "fixture", "DIR", ValueKind::kDirectory, "dump", "record this host's storage in DIR, disguised, for a bug report or a test", true, &Arguments::fixture},
    {0, "no-color", "", ValueKind::kNone, "", "no colours (as the environment variable NO_COLOR)", true, &Arguments::no_color},
    {0, "password-file", "FILE", ValueKind::kFile, kConnecting, "file with the password for the backup server (or NREAR_PASSWORD_FILE)", true, &Arguments::password_file},
    {0, "accept-new-host-key", "", ValueKind::kNone, kConnecting, "trust an SSH host key that is not known yet", true, &Arguments::accept_new_host_key},
    {0, "retry-time", "SECONDS", ValueKind::kText, kConnecting, "how long a broken line to the server is tried again (0: not at all) instead of RETRY_TIME", true, &Arguments::retry_time},
    {0, "limit-rate", "RATE", ValueKind::kText, kConnecting, "send and read no more than RATE bytes a second (50M), instead of LIMIT_RATE", true, &Arguments::limit_rate},
    {0, "force-host", "", ValueKind::kNone, "recover", "restore a backup that another host made", true, &Arguments::force_host},
    {0, "salvage", "", ValueKind::kNone, "recover ls restore", "take all that a damaged archive still holds, and list what is lost", true, &Arguments::salvage},
    {0, "backup", "ID", ValueKind::kText, "recover", "restore this backup (latest, or a start of an id that list shows), not the one that the rescue system was made with", true, &Arguments::backup},
    {0, "map", "OLD=NEW", ValueKind::kText, "recover", "use disk NEW for the recorded disk OLD (none: leave it out); may be repeated", true, &Arguments::disk_map},
    {0, "disk", "OLD=SIZE", ValueKind::kText, "plan", "plan for a disk of another size (vda=20G) or name (vda=nvme0n1, vda=nvme0n1:20G); may be repeated", true, &Arguments::disks},
    {0, "luks-passphrase-file", "FILE", ValueKind::kFile, "recover", "file with the new passphrase of the encrypted volumes, instead of asking for it", true, &Arguments::luks_passphrase_file},
    {0, "automatic", "", ValueKind::kNone, "recover", "ask only where disks are not matched beyond doubt (kernel argument auto_recover)", true, &Arguments::automatic},
    {0, "host", "NAME", ValueKind::kText, "list ls restore verify", "the backups of host NAME, not of this one", true, &Arguments::host},
    {'l', "long", "", ValueKind::kNone, "ls", "with type, mode, owners, size and time", true, &Arguments::long_form},
    {'0', "null", "", ValueKind::kNone, "ls", "end each path with a zero byte and leave it as it is, for xargs -0", true, &Arguments::null_ended},
    {0, "to", "DIR", ValueKind::kDirectory, "restore", "where to restore to; / is the running system", true, &Arguments::to},
    {0, "overwrite", "", ValueKind::kNone, "restore", "replace files that exist", true, &Arguments::overwrite},
    {0, "sample", "N%", ValueKind::kText, "verify", "read only so much of it, taken by chance, and always its first and last part", true, &Arguments::sample},
    {0, "compare", "", ValueKind::kNone, "verify", "compare with the running system instead: what has changed or is new since; exit code 1 when something has", true, &Arguments::compare},
    {0, "dry-run", "", ValueKind::kNone, "prune", "show what would be removed, remove nothing (as -s)", true, &Arguments::dry_run},
    {'V', "version", "", ValueKind::kNone, "", "print the version; with -v of all linked libraries too", true, &Arguments::version},
    {'h', "help", "", ValueKind::kNone, "", "print this help", true, &Arguments::help},
};

}  // namespace

std::span<const CommandInfo> commands() { return kCommands; }

std::span<const OptionInfo> options() { return kOptions; }

const CommandInfo* find_command(std::string_view name) {
    const auto* const found = std::find_if(std::begin(kCommands), std::end(kCommands), [&](const auto& command) { return command.name == name; });
    return found == std::end(kCommands) ? nullptr : found;
}

const OptionInfo* find_option(char short_name) {
    const auto* const found = std::find_if(std::begin(kOptions), std::end(kOptions), [&](const auto& option) { return option.short_name == short_name; });
    return short_name == 0 || found == std::end(kOptions) ? nullptr : found;
}

const OptionInfo* find_option(std::string_view long_name) {
    const auto* const found = std::find_if(std::begin(kOptions), std::end(kOptions), [&](const auto& option) { return option.long_name == long_name; });
    return long_name.empty() || found == std::end(kOptions) ? nullptr : found;
}

bool applies(const OptionInfo& option, std::string_view command) {
    const auto names = base::split_words(option.commands);
    return names.empty() || std::find(names.begin(), names.end(), command) != names.end();
}

}  // namespace nrear::cli
