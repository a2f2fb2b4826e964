// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a recorded host. Making one is in record_host.cpp.
#include "core/scan/recorded_host.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/json_text.h"
#include "core/base/text.h"

namespace nrear::scan {

namespace {

using Json = nlohmann::json;

Json read_json(const std::string& path) {
    try {
        return Json::parse(base::read_file(path));
    } catch (const Json::exception& error) {
        throw Error(ErrorKind::kGeneral, "read " + path, error.what());
    }
}

std::string bytes_of(std::string_view hex) {
    auto bytes = base::from_hex(hex);
    if (!bytes) {
        throw Error(ErrorKind::kGeneral, "read a recorded host", "expected hex digits");
    }
    return *std::move(bytes);
}

std::string text_of(const Json& json) {
    auto text = base::text_from_json(json);
    if (!text) {
        throw Error(ErrorKind::kGeneral, "read a recorded host", "expected a text");
    }
    return *std::move(text);
}

/// The name of a member; "hex:…" when it is not UTF-8.
std::string name_of(const std::string& name) {
    constexpr std::string_view kHex = "hex:";
    return name.starts_with(kHex) ? bytes_of(std::string_view(name).substr(kHex.size())) : name;
}

std::string joined(const Json& lines) {
    std::string text;
    for (const auto& line : lines) {
        text += text_of(line) + "\n";
    }
    return text;
}

layout::PartitionTable table_of(const Json& json) {
    layout::PartitionTable table{.type = json.at("type"), .id = json.at("id")};
    if (json.contains("first_lba")) {
        table.first_lba = json.at("first_lba").get<std::uint64_t>();
        table.last_lba = json.at("last_lba").get<std::uint64_t>();
        table.entries = json.at("entries").get<std::uint32_t>();
    }
    return table;
}

RecordedBlockProbe::Device device_of(const Json& json) {
    RecordedBlockProbe::Device device;
    if (json.contains("signature")) {
        const auto& found = json["signature"];
        device.signature = Signature{found.at("type"), text_of(found.at("label")), found.at("uuid"), found.value("page_size", std::uint32_t{0})};
    }
    if (json.contains("table")) {
        FoundTable found{table_of(json["table"]), {}};
        for (const auto& row : json["table"].at("partitions")) {
            found.partitions.push_back({.number = row.at("number"), .start = row.at("start"), .size = row.at("size"), .type = row.at("type"), .uuid = row.at("uuid"),
                                        .name = row.contains("name") ? text_of(row["name"]) : "", .attributes = row.value("attributes", std::uint64_t{0}), .active = row.value("active", false)});
        }
        device.table = std::move(found);
    }
    device.boot_code = json.value("boot_code", "");
    device.zeros = json.value("zeros", false);
    for (const auto& row : json.value("reads", Json::array())) {
        auto bytes = bytes_of(row.at("hex").get<std::string>());
        bytes.resize(row.at("length").get<std::size_t>());  // zeros at the end are not kept
        device.reads[{row.at("offset"), row.at("size")}] = std::move(bytes);
    }
    if (json.contains("size")) {
        device.size = json["size"].get<std::uint64_t>();
    }
    if (json.contains("lvm")) {
        const auto& label = json["lvm"];
        device.lvm = LvmLabel{label.at("uuid"), label.at("size"), label.at("metadata_copies"), label.at("metadata_size"), label.at("metadata_ignored"), joined(label.at("metadata"))};
    }
    return device;
}

}  // namespace

RecordedCommandRunner::RecordedCommandRunner(const std::string& path) {
    for (const auto& row : read_json(path)) {
        if (row.contains("program")) {
            programs_[row.at("program")] = row.at("exists");
            continue;
        }
        base::CommandResult result;
        result.status = row.at("status");
        result.output = joined(row.at("output"));
        std::vector<std::string> argv;
        for (const auto& word : row.at("argv")) {
            argv.push_back(text_of(word));
        }
        results_[std::move(argv)] = std::move(result);
    }
}

base::CommandResult RecordedCommandRunner::run(const base::Command& command) {
    const auto found = results_.find(command.argv);
    if (found == results_.end()) {
        throw Error(ErrorKind::kGeneral, "run " + base::shell_join(command.argv), "the recorded host has no answer to it");
    }
    used_.insert(command.argv);
    return found->second;
}

bool RecordedCommandRunner::exists(const std::string& name) {
    if (const auto asked = programs_.find(name); asked != programs_.end()) {
        return asked->second;
    }
    for (const auto& [argv, result] : results_) {
        if (argv.front() == name) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> RecordedCommandRunner::unused() const {
    std::vector<std::string> out;
    for (const auto& [argv, result] : results_) {
        if (!used_.contains(argv)) {
            out.push_back(base::shell_join(argv));
        }
    }
    return out;
}

RecordedBlockProbe::RecordedBlockProbe(const std::string& path) {
    const Json json = read_json(path);
    for (const auto& [device_path, facts] : json.at("devices").items()) {
        devices_[name_of(device_path)] = device_of(facts);
    }
    for (const auto& [mount_point, used] : json.at("used_bytes").items()) {
        used_[name_of(mount_point)] = used;
    }
}

const RecordedBlockProbe::Device& RecordedBlockProbe::device(const std::string& path) const {
    const auto found = devices_.find(path);
    if (found == devices_.end()) {
        throw Error(ErrorKind::kGeneral, "open " + path, "the recorded host has no such device");
    }
    return found->second;
}

std::optional<Signature> RecordedBlockProbe::signature(const std::string& path) { return device(path).signature; }
std::optional<FoundTable> RecordedBlockProbe::partition_table(const std::string& path) { return device(path).table; }
std::string RecordedBlockProbe::boot_code(const std::string& path) { return device(path).boot_code; }
std::optional<LvmLabel> RecordedBlockProbe::lvm_label(const std::string& path) { return device(path).lvm; }
bool RecordedBlockProbe::reads_as_zeros(const std::string& path) { return device(path).zeros; }

std::string RecordedBlockProbe::read(const std::string& path, std::uint64_t offset, std::size_t size) {
    const auto& reads = device(path).reads;
    const auto found = reads.find({offset, size});
    if (found == reads.end()) {
        throw Error(ErrorKind::kGeneral, "read " + path, base::cat("the recorded host does not hold its ", size, " bytes at ", offset));
    }
    return found->second;
}

std::uint64_t RecordedBlockProbe::size(const std::string& path) {
    const auto& size = device(path).size;
    if (!size) {
        throw Error(ErrorKind::kGeneral, "find the size of " + path, "the recorded host does not hold it");
    }
    return *size;
}

std::uint64_t RecordedBlockProbe::used_bytes(const std::string& mount_point) {
    const auto found = used_.find(mount_point);
    return found == used_.end() ? 0 : found->second;
}

}  // namespace nrear::scan
