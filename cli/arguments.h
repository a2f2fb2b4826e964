// SPDX-License-Identifier: GPL-3.0-or-later
// The command line as data.
#pragma once

#include <string>
#include <vector>

namespace nrear::cli {

struct Arguments {
    std::string command;                ///< "mkbackup"; "" = none
    std::vector<std::string> operands;  ///< what follows the command

    bool verbose = false;          ///< -v (-d and -D imply it)
    bool debug = false;            ///< -d
    bool debug_scripts = false;    ///< -D
    std::string debug_set;         ///< --debugscripts SET
    bool simulate = false;         ///< -s
    bool step_by_step = false;     ///< -S
    bool non_interactive = false;  ///< -n
    bool expose_secrets = false;   ///< -e
    bool portable = false;         ///< -p
    bool version = false;          ///< -V
    bool help = false;             ///< -h
    bool quiet = false;
    bool json = false;
    bool shell = false;            ///< --shell
    std::string fixture;           ///< --fixture DIR
    bool no_color = false;
    std::string config_directory;           ///< -c
    std::vector<std::string> config_files;  ///< -C
    std::string kernel;                     ///< -r

    std::string password_file;
    bool accept_new_host_key = false;
    std::string retry_time;  ///< --retry-time, as written
    std::string limit_rate;  ///< --limit-rate, as written
    std::string host;              ///< --host NAME; "" = this one
    bool long_form = false;        ///< -l
    bool null_ended = false;       ///< -0
    std::string to;                ///< --to DIR
    bool overwrite = false;
    bool salvage = false;
    std::string sample;            ///< --sample N%
    bool compare = false;
    bool dry_run = false;          ///< --dry-run
    std::string backup;            ///< --backup ID; "" = the one that the rescue system was made for
    bool force_host = false;
    bool automatic = false;
    std::string luks_passphrase_file;
    std::vector<std::string> disk_map;  ///< --map OLD=NEW, as written
    std::vector<std::string> disks;     ///< --disk OLD=SIZE, as written
};

/// Throws Error (kUsage) for what the table of options does not know, for options that the command does not take, and for missing values.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace nrear::cli
