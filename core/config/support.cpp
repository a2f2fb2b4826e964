// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/support.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/config/archive_format.h"
#include "core/config/setting_table.h"
#include "core/config/url.h"

namespace nrear::config {

namespace {

using base::cat;

constexpr std::string_view kPlaces = "use sftp://user@host/path, sshfs://user@host/path or file:///path";

class Check {
public:
    explicit Check(const Settings& settings) : settings_(settings) {}

    void backup();
    void output();
    void always();
    std::vector<Error> result() && { return std::move(errors_); }

private:
    void refuse(std::string_view name, std::string why, std::string hint) { errors_.push_back(settings_.error(name, std::move(why), std::move(hint))); }
    void place(const std::string& name, bool may_be_null);
    void compression();
    void backup_type();

    const Settings& settings_;
    std::vector<Error> errors_;
};

void Check::place(const std::string& name, bool may_be_null) {
    const std::string url = settings_.scalar(name);
    if (may_be_null && (url == "null" || url.starts_with("null:"))) {
        return;
    }
    const auto parts = split_url(url);
    if (!parts) {
        return refuse(name, "is no URL", std::string(kPlaces));
    }
    constexpr std::array<std::string_view, 3> kSchemes{"sftp", "sshfs", "file"};
    if (parts->scheme == "iso" && name == "OUTPUT_URL") {
        refuse(name, "the ISO cannot be put into itself", std::string(kPlaces));
    } else if (parts->scheme == "iso") {
        refuse(name, "a backup inside the ISO is not supported", std::string(kPlaces));
    } else if (std::find(kSchemes.begin(), kSchemes.end(), parts->scheme) == kSchemes.end()) {
        refuse(name, cat(base::printable(parts->scheme), ":// is not supported"), std::string(kPlaces));
    } else if (parts->scheme != "file" && parts->host.empty()) {
        refuse(name, "the URL names no host", std::string(kPlaces));
    } else if (parts->path.empty()) {
        refuse(name, "the URL names no directory", cat("add it: ", parts->scheme, "://", parts->scheme == "file" ? "" : "user@host", "/path"));
    }
}

void Check::compression() {
    try {
        archive_format(settings_);
    } catch (const Error& error) {
        errors_.push_back(error);
    }
}

void Check::backup_type() {
    const std::string type = settings_.scalar("BACKUP_TYPE");
    if (type.empty()) {
        return;
    }
    const bool keeps = !settings_.scalar("NETFS_KEEP_OLD_BACKUP_COPY").empty();
    refuse("BACKUP_TYPE", cat("only full backups are supported", keeps ? cat(" (and it contradicts NETFS_KEEP_OLD_BACKUP_COPY in ",
                                                                              settings_.origin("NETFS_KEEP_OLD_BACKUP_COPY").text(), ")") : ""),
           "delete it: every backup is a full one");
}

void Check::backup() {
    const std::string method = settings_.scalar("BACKUP");
    if (settings_.scalar("BACKUP_URL").empty() && (method == "NETFS" || !settings_.is_set("BACKUP"))) {
        errors_.emplace_back(ErrorKind::kConfig, "no place for the backup is configured", "BACKUP_URL is not set",
                             "write BACKUP=NETFS and BACKUP_URL=sftp://user@host/path/ into /etc/rear/local.conf");
    } else if (method != "NETFS") {
        refuse("BACKUP", "is not supported", "write BACKUP=NETFS and BACKUP_URL=sftp://user@host/path/");
    } else {
        place("BACKUP_URL", false);
    }
    if (settings_.scalar("BACKUP_PROG") != "tar") {
        refuse("BACKUP_PROG", "only tar archives are made", "write BACKUP_PROG=tar, or delete the line");
    }
    if (!settings_.scalar("BACKUP_PROG_CRYPT_ENABLED").empty() && !settings_.is_false("BACKUP_PROG_CRYPT_ENABLED")) {
        refuse("BACKUP_PROG_CRYPT_ENABLED", "encrypted backups are not supported", "write BACKUP_PROG_CRYPT_ENABLED=false, or delete the line");
    }
    backup_type();
    compression();
}

void Check::output() {
    if (settings_.scalar("OUTPUT") != "ISO") {
        refuse("OUTPUT", "is not supported", "write OUTPUT=ISO");
    }
    if (!settings_.scalar("OUTPUT_URL").empty()) {
        place("OUTPUT_URL", true);
    } else if (!settings_.scalar("BACKUP_URL").empty()) {
        refuse("OUTPUT_URL", "no place for the ISO is configured", "write OUTPUT_URL=sftp://user@host/path/");
    }
}

void Check::always() {
    for (const auto& [name, setting] : settings_.all()) {
        const KnownSetting* known = find_known(name);
        if (known != nullptr && known->effect == Effect::kRefused && !settings_.joined(name).empty()) {
            refuse(name, "is not supported", std::string(known->remark));
        }
    }
}

}  // namespace

std::vector<Error> unsupported(const Settings& settings, const Needs& needs) {
    Check check(settings);
    if (needs.backup) {
        check.backup();
    }
    if (needs.output) {
        check.output();
    }
    if (needs.backup || needs.output) {
        check.always();
    }
    return std::move(check).result();
}

void check_supported(const Settings& settings, const Needs& needs) {
    const auto errors = unsupported(settings, needs);
    if (errors.empty()) {
        return;
    }
    if (errors.size() == 1) {
        throw errors.front();
    }
    std::string list;
    for (const auto& error : errors) {
        list += base::cat("\n  ", error.what(), error.hint().empty() ? "" : "\n    ", error.hint());
    }
    throw Error(ErrorKind::kConfig, base::cat(errors.size(), " settings cannot be used"), list);
}

}  // namespace nrear::config
