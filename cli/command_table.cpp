// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command_table.h"

#include <algorithm>

#include "core/base/text.h"

namespace nrear::cli {

namespace {

constexpr CommandInfo kCommands[] = {
    {.name = "mkbackup",
     .summary = "back up this machine and make its rescue ISO",
     .details = "The backup of before stays whole until the new one is complete and checked.",
     .examples = "nrear -v mkbackup\nnrear --non-interactive --password-file /root/backup-password mkbackup",
     .takes_lock = true},
    {.name = "mkrescue", .summary = "make the rescue ISO only", .examples = "nrear -v mkrescue", .takes_lock = true},
    {.name = "mkbackuponly", .summary = "back up this machine, keep the rescue ISO that there is", .examples = "nrear -v mkbackuponly", .takes_lock = true},
    {.name = "savelayout", .summary = "record this machine's storage layout", .examples = "nrear savelayout", .takes_lock = true},
    {.name = "checklayout",
     .summary = "compare the recorded layout with this machine",
     .details = "The exit code is 1 when it has changed: then it is time for a new rescue ISO.",
     .examples = "nrear checklayout",
     .prints_result = true},
    {.name = "plan",
     .summary = "show the steps that would make this machine's storage again",
     .details = "Nothing is touched.",
     .examples = "nrear plan\nnrear plan --disk vda=20G --shell",
     .prints_result = true},
    {.name = "recover",
     .summary = "in the rescue system: make the disks again, restore the backup",
     .details = "It shows the disks and the steps and asks before it writes. A disk that is neither blank nor known as the recorded one needs a yes of its own, or --map.",
     .examples = "nrear recover\nnrear recover --map /dev/vda=/dev/sda",
     .takes_lock = true,
     .always_verbose = true},
    {.name = "list",
     .summary = "show this machine's backups on the server",
     .examples = "nrear list\nnrear list -v --host controller-1",
     .needs_root = false,
     .prints_result = true},
    {.name = "ls",
     .summary = "show what is in a backup",
     .details = "A directory means all below it; *, ? and [...] match within one name.",
     .examples = "nrear ls -l latest /etc/ssh",
     .operands = "ID [PATTERN]...",
     .least_operands = 1,
     .most_operands = kAnyNumber,
     .needs_root = false,
     .prints_result = true},
    {.name = "restore",
     .summary = "restore files of a backup into a directory",
     .details = "PATH means what PATTERN means for nrear ls. What exists is left as it is, unless --overwrite is given.",
     .examples = "nrear restore latest /etc/fstab --to /tmp/old\nnrear restore 1a2b3c4d /home/ann --to / --overwrite",
     .operands = "ID PATH...",
     .least_operands = 2,
     .most_operands = kAnyNumber,
     .prints_result = true},
    {.name = "verify",
     .summary = "read a backup back and check every file in it",
     .details = "Damage ends with exit code 17. The result is kept for nrear list.",
     .examples = "nrear verify latest\nnrear verify latest --compare",
     .operands = "ID",
     .least_operands = 1,
     .most_operands = 1,
     .prints_result = true},
    {.name = "prune",
     .summary = "remove the backups that the KEEP_ settings do not keep",
     .details = "The newest backup and the newest verified one always stay.",
     .examples = "nrear prune --dry-run",
     .takes_lock = true,
     .prints_result = true},
    {.name = "dump", .summary = "show every setting in effect and where it came from", .examples = "nrear dump -v", .needs_root = false},
    {.name = "help",
     .summary = "explain a command and its options",
     .examples = "nrear help recover\nnrear help exit-codes",
     .operands = "[COMMAND]",
     .most_operands = 1,
     .needs_root = false},
};

constexpr HelpTopic kTopics[] = {
    {"exit-codes", "what each exit code means"},
    {"completion", "the bash completion"},
};

constexpr std::string_view kConnecting = "mkbackup mkrescue mkbackuponly recover list ls restore verify prune";

using enum Shown;

const OptionInfo kOptions[] = {
    {'v', "verbose", "", ValueKind::kNone, "", "say what is being done, with progress", kOverview, &Arguments::verbose},
    {'d', "debug", "", ValueKind::kNone, "", "write a detailed log; implies -v", kCommandHelp, &Arguments::debug},
    {'D', "", "", ValueKind::kNone, "", "as -d", kCommandHelp, &Arguments::debug_scripts},
    {0, "debugscripts", "SET", ValueKind::kText, "", "as -d; SET is ignored", kCommandHelp, &Arguments::debug_set},
    {'s', "simulate", "", ValueKind::kNone, "", "say what would be done, touch nothing", kOverview, &Arguments::simulate},
    {'S', "step-by-step", "", ValueKind::kNone, "", "refused: there are no scripts to step through, see the command plan", kNowhere, &Arguments::step_by_step},
    {'c', "config-dir", "DIR", ValueKind::kDirectory, "", "read the configuration in DIR instead of /etc/rear", kOverview, &Arguments::config_directory},
    {'C', "config", "FILE", ValueKind::kFile, "", "read FILE (or FILE.conf) too, after the others; may be repeated", kCommandHelp, &Arguments::config_files},
    {'r', "kernel", "VERSION", ValueKind::kKernel, "mkbackup mkrescue", "kernel for the rescue system instead of the running one", kCommandHelp, &Arguments::kernel},
    {'n', "non-interactive", "", ValueKind::kNone, "", "ask nothing: every question gets its safe answer; recover overwrites only disks that match beyond doubt", kOverview, &Arguments::non_interactive},
    {'e', "expose-secrets", "", ValueKind::kNone, "", "show passwords in what dump prints", kCommandHelp, &Arguments::expose_secrets},
    {'p', "portable", "", ValueKind::kNone, "", "refused: boot the rescue ISO instead", kNowhere, &Arguments::portable},
    {0, "quiet", "", ValueKind::kNone, "", "print errors and warnings only", kOverview, &Arguments::quiet},
    {0, "json", "", ValueKind::kNone, "mkbackup mkrescue mkbackuponly plan list ls restore verify prune dump", "print JSON", kCommandHelp, &Arguments::json},
    {0, "shell", "", ValueKind::kNone, "plan", "print the plan as a shell script", kCommandHelp, &Arguments::shell},
    {0, "fixture", "DIR", ValueKind::kDirectory, "dump", "record this host's storage in DIR, disguised, for a bug report or a test", kCommandHelp, &Arguments::fixture},
    {0, "no-color", "", ValueKind::kNone, "", "no colours (as the environment variable NO_COLOR)", kCommandHelp, &Arguments::no_color},
    {0, "password-file", "FILE", ValueKind::kFile, kConnecting, "file with the password for the backup server (or NREAR_PASSWORD_FILE)", kCommandHelp, &Arguments::password_file},
    {0, "accept-new-host-key", "", ValueKind::kNone, kConnecting, "trust an SSH host key that is not known yet", kCommandHelp, &Arguments::accept_new_host_key},
    {0, "retry-time", "SECONDS", ValueKind::kText, kConnecting, "how long a broken line to the server is tried again (0: not at all) instead of RETRY_TIME", kCommandHelp, &Arguments::retry_time},
    {0, "limit-rate", "RATE", ValueKind::kText, kConnecting, "send and read no more than RATE bytes a second (50M), instead of LIMIT_RATE", kCommandHelp, &Arguments::limit_rate},
    {0, "force-host", "", ValueKind::kNone, "recover", "restore a backup that another host made", kCommandHelp, &Arguments::force_host},
    {0, "salvage", "", ValueKind::kNone, "recover ls restore", "take all that a damaged archive still holds, and list what is lost", kCommandHelp, &Arguments::salvage},
    {0, "backup", "ID", ValueKind::kText, "recover", "restore this backup (latest, or a start of an id that list shows), not the one that the rescue system was made with", kCommandHelp, &Arguments::backup},
    {0, "map", "OLD=NEW", ValueKind::kText, "recover", "use disk NEW for the recorded disk OLD (none: leave it out); may be repeated", kCommandHelp, &Arguments::disk_map},
    {0, "disk", "OLD=SIZE", ValueKind::kText, "plan", "plan for a disk of another size (vda=20G) or name (vda=nvme0n1, vda=nvme0n1:20G); may be repeated", kCommandHelp, &Arguments::disks},
    {0, "luks-passphrase-file", "FILE", ValueKind::kFile, "recover", "file with the new passphrase of the encrypted volumes, instead of asking for it", kCommandHelp, &Arguments::luks_passphrase_file},
    {0, "automatic", "", ValueKind::kNone, "recover", "ask only where disks are not matched beyond doubt (kernel argument auto_recover)", kCommandHelp, &Arguments::automatic},
    {0, "host", "NAME", ValueKind::kText, "list ls restore verify", "the backups of host NAME, not of this one", kCommandHelp, &Arguments::host},
    {'l', "long", "", ValueKind::kNone, "ls", "with type, mode, owners, size and time", kCommandHelp, &Arguments::long_form},
    {'0', "null", "", ValueKind::kNone, "ls", "end each path with a zero byte and leave it as it is, for xargs -0", kCommandHelp, &Arguments::null_ended},
    {0, "to", "DIR", ValueKind::kDirectory, "restore", "where to restore to; / is the running system", kCommandHelp, &Arguments::to},
    {0, "overwrite", "", ValueKind::kNone, "restore", "replace files that exist", kCommandHelp, &Arguments::overwrite},
    {0, "sample", "N%", ValueKind::kText, "verify", "read only so much of it, taken by chance, and always its first and last part", kCommandHelp, &Arguments::sample},
    {0, "compare", "", ValueKind::kNone, "verify", "compare with the running system instead: what has changed or is new since; exit code 1 when something has", kCommandHelp, &Arguments::compare},
    {0, "dry-run", "", ValueKind::kNone, "prune", "show what would be removed, remove nothing (as -s)", kCommandHelp, &Arguments::dry_run},
    {'V', "version", "", ValueKind::kNone, "", "print the version; with -v of all linked libraries too", kOverview, &Arguments::version},
    {'h', "help", "", ValueKind::kNone, "", "explain the command, or list the commands", kOverview, &Arguments::help},
};

}  // namespace

std::span<const CommandInfo> commands() { return kCommands; }

std::span<const OptionInfo> options() { return kOptions; }

std::span<const HelpTopic> help_topics() { return kTopics; }

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

bool is_about_server(const OptionInfo& option) { return option.commands == kConnecting; }

bool applies(const OptionInfo& option, std::string_view command) {
    const auto names = base::split_words(option.commands);
    return names.empty() || std::find(names.begin(), names.end(), command) != names.end();
}

}  // namespace nrear::cli
