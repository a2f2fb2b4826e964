// SPDX-License-Identifier: GPL-3.0-or-later
// rescue.json: what the rescue system knows of the machine and of its backup. Written by rescue/image, read by rescue/system and rescue/recover.
// No secrets in it. The layout and the network lie beside it in files of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrear::record {

// Paths inside the rescue image.
inline constexpr const char* kDirectory = "/etc/nrear";
inline constexpr const char* kRescueRecordPath = "/etc/nrear/rescue.json";
inline constexpr const char* kLayoutPath = "/etc/nrear/layout.json";
inline constexpr const char* kNetworkPath = "/etc/nrear/network.json";
inline constexpr const char* kKnownHostsPath = "/etc/nrear/known_hosts";
inline constexpr const char* kManifestPath = "/etc/nrear/image.json";  ///< every file of the image, its size and reason

struct RescueRecord {
    std::string backup_id;
    std::string hostname;                      ///< short
    std::string created;                       ///< RFC 3339, UTC
    std::string nrear_version;
    std::string kernel;                        ///< uname -r of the rescue kernel
    std::string backup_url;                    ///< BACKUP_URL without its password, e.g. "sshfs://backup@undercloud-0/data/backup/"
    std::vector<std::string> server_addresses; ///< numeric, in the order to try
    std::string archive_path;                  ///< absolute on the server: ".../controller-0/backup.tar.gz"
    std::string backup_record_path;            ///< ".../controller-0/backup.json"
    std::vector<std::string> exclude_restore;  ///< EXCLUDE_RESTORE
    std::vector<std::string> networking_preparation;  ///< NETWORKING_PREPARATION_COMMANDS, run by /bin/bash -c, in order
    std::vector<std::string> modules_to_load;  ///< MODULES_LOAD
    std::string pre_recovery_script;           ///< PRE_RECOVERY_SCRIPT, run by /bin/bash -c; "" = none
    std::string post_recovery_script;          ///< POST_RECOVERY_SCRIPT, the same; "reboot" and "poweroff" end the rescue system
    unsigned user_input_timeout_seconds = 300; ///< USER_INPUT_TIMEOUT
    std::uint64_t retry_time_seconds = 600;    ///< RETRY_TIME
    std::uint64_t limit_rate = 0;              ///< LIMIT_RATE in bytes a second; 0 = none
    bool use_dhcp = false;                     ///< the node got its addresses by DHCP, or USE_DHCLIENT says so
    std::string rescue_volume_id;              ///< ISO_VOLID: the disk that carries it is this rescue system's own medium
    std::vector<std::string> write_protected_ids;  ///< WRITE_PROTECTED_IDS
    std::vector<std::string> write_protected_label_patterns;  ///< WRITE_PROTECTED_FS_LABEL_PATTERNS
    std::string autoresize_partitions;         ///< AUTORESIZE_PARTITIONS: "last", "all" or "none"
    std::vector<std::string> autoresize_exclude;  ///< AUTORESIZE_EXCLUDE_PARTITIONS
    unsigned grow_from_percent = 10;           ///< AUTOINCREASE_DISK_SIZE_THRESHOLD_PERCENTAGE
    std::vector<std::string> consoles;         ///< console= arguments of the node's kernel: "tty0", "ttyS0,115200n8"
};

std::string to_json(const RescueRecord& record);
/// Throws Error (kIntegrity) that names what is missing or wrong; `source` is for the message.
RescueRecord rescue_record_from_json(const std::string& text, const std::string& source);

}  // namespace nrear::record
