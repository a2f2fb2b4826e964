// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/text.h"
#include "rescue/record/backup_record.h"
#include "rescue/record/rescue_record.h"

namespace nrear::record {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredFile, path, size, sha256)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Verification, when, how, members, bytes, problem)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StageSeconds, reading, packing, sending)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EarlierGoesTo, backup, output)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RescueRecord, backup_id, hostname, created, nrear_version, kernel, backup_url, server_addresses, archive_path,
                                   backup_record_path, exclude_restore, networking_preparation, modules_to_load, pre_recovery_script,
                                   post_recovery_script, user_input_timeout_seconds, retry_time_seconds, limit_rate, use_dhcp, rescue_volume_id, write_protected_ids,
                                   write_protected_label_patterns, autoresize_partitions, autoresize_exclude, grow_from_percent, consoles)

// Not by macro: records from before there were an index, a verification and a history have to stay readable.
static void to_json(nlohmann::json& json, const BackupRecord& record) {
    json = {{"id", record.id},
            {"created", record.created},
            {"hostname", record.hostname},
            {"nrear_version", record.nrear_version},
            {"kernel", record.kernel},
            {"archive", record.archive},
            {"iso", record.iso},
            {"plan_sha256", record.plan_sha256},
            {"files", record.files},
            {"tree_bytes", record.tree_bytes},
            {"warnings", record.warnings}};
    if (!record.index.path.empty()) {
        json["index"] = record.index;
    }
    if (!record.rescue_id.empty()) {
        json["rescue_id"] = record.rescue_id;
    }
    if (record.stages) {
        json["stages"] = *record.stages;
    }
    if (record.verified) {
        json["verified"] = *record.verified;
    }
    if (record.last_check) {
        json["last_check"] = *record.last_check;
    }
    if (record.earlier != EarlierGoesTo{}) {
        json["earlier"] = record.earlier;
    }
}

static void from_json(const nlohmann::json& json, BackupRecord& record) {
    json.at("id").get_to(record.id);
    json.at("created").get_to(record.created);
    json.at("hostname").get_to(record.hostname);
    json.at("nrear_version").get_to(record.nrear_version);
    json.at("kernel").get_to(record.kernel);
    json.at("archive").get_to(record.archive);
    json.at("iso").get_to(record.iso);
    json.at("plan_sha256").get_to(record.plan_sha256);
    json.at("files").get_to(record.files);
    json.at("tree_bytes").get_to(record.tree_bytes);
    json.at("warnings").get_to(record.warnings);
    record.index = json.value("index", StoredFile{});
    record.rescue_id = json.value("rescue_id", "");
    if (json.contains("stages")) {
        record.stages = json.at("stages").get<StageSeconds>();
    }
    if (json.contains("verified")) {
        record.verified = json.at("verified").get<Verification>();
    }
    if (json.contains("last_check")) {
        record.last_check = json.at("last_check").get<Verification>();
    }
    record.earlier = json.value("earlier", EarlierGoesTo{});
}

namespace {

constexpr int kFormat = 1;

template <class Record>
std::string dump(const Record& record, const char* kind) {
    nlohmann::ordered_json out;
    out["format"] = kFormat;
    out["kind"] = kind;
    const nlohmann::json fields = record;
    for (const auto& [name, value] : fields.items()) {
        out[name] = value;
    }
    // Host names and paths are raw bytes: what is not UTF-8 must not stop a backup.
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

template <class Record>
Record parse(const std::string& text, const std::string& source, const char* kind) {
    const auto damaged = [&](const std::string& why) {
        return Error(ErrorKind::kIntegrity, "read " + source, why, "the file is damaged or was made by another version of nrear");
    };
    try {
        const auto json = nlohmann::json::parse(text);
        if (json.at("kind").get<std::string>() != kind) {
            throw damaged(base::cat("it is no ", kind, " record"));
        }
        if (const int format = json.at("format").get<int>(); format != kFormat) {
            throw damaged(base::cat("its format is ", format, ", this nrear reads format ", kFormat));
        }
        return json.get<Record>();
    } catch (const nlohmann::json::exception& error) {
        throw damaged(error.what());
    }
}

}  // namespace

std::string to_json(const BackupRecord& record) { return dump(record, "backup"); }
std::string to_json(const RescueRecord& record) { return dump(record, "rescue"); }

BackupRecord backup_record_from_json(const std::string& text, const std::string& source) {
    return parse<BackupRecord>(text, source, "backup");
}

RescueRecord rescue_record_from_json(const std::string& text, const std::string& source) {
    return parse<RescueRecord>(text, source, "rescue");
}

}  // namespace nrear::record
