// SPDX-License-Identifier: GPL-3.0-or-later
// Recording a host: the scans run once over recording seams, then what they saw is written, disguised.
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/scope_exit.h"
#include "core/base/json_text.h"
#include "core/base/text.h"
#include "core/layout/layout_json.h"
#include "core/scan/disguise.h"
#include "core/scan/list_disks.h"
#include "core/scan/luks_facts.h"
#include "core/scan/recorded_host.h"
#include "core/scan/recorded_tree.h"
#include "core/scan/scan_host.h"
#include "core/scan/scan_network.h"

namespace nrear::scan {

namespace {

using base::cat;
using Json = nlohmann::ordered_json;

class RecordingRunner final : public base::CommandRunner {
public:
    explicit RecordingRunner(base::CommandRunner& inner) : inner_(inner) {}
    base::CommandResult run(const base::Command& command) override {
        auto result = inner_.run(command);
        if (command.argv.front() == "cryptsetup") {
            result.output = without_key_data(result.output);
        }
        Json lines = Json::array();
        for (const auto& line : base::split_lines(result.output)) {
            lines.push_back(line);
        }
        if (ran_.insert(command.argv).second) {
            rows_.push_back({{"argv", command.argv}, {"status", result.status}, {"output", std::move(lines)}});
        }
        return result;
    }
    bool exists(const std::string& name) override {
        const bool found = inner_.exists(name);
        if (asked_.insert(name).second) {
            rows_.push_back({{"program", name}, {"exists", found}});
        }
        return found;
    }
    const Json& rows() const { return rows_; }

private:
    base::CommandRunner& inner_;
    std::set<std::vector<std::string>> ran_;
    std::set<std::string> asked_;
    Json rows_ = Json::array();
};

class RecordingProbe final : public BlockProbe {
public:
    explicit RecordingProbe(BlockProbe& inner) : inner_(inner) {}
    std::optional<Signature> signature(const std::string& device) override {
        auto found = inner_.signature(device);
        note(device);
        if (found) {
            devices_[device]["signature"] = {{"type", found->type}, {"label", found->label}, {"uuid", found->uuid}};
            if (found->page_size != 0) {
                devices_[device]["signature"]["page_size"] = found->page_size;
            }
        }
        return found;
    }
    std::optional<FoundTable> partition_table(const std::string& device) override {
        auto found = inner_.partition_table(device);
        note(device);
        if (found) {
            devices_[device]["table"] = json_of(*found);
        }
        return found;
    }
    std::string boot_code(const std::string& device) override {
        auto code = inner_.boot_code(device);
        note(device)["boot_code"] = code;
        return code;
    }
    bool reads_as_zeros(const std::string& device) override {
        const bool zeros = inner_.reads_as_zeros(device);
        note(device)["zeros"] = zeros;
        return zeros;
    }
    std::string read(const std::string& device, std::uint64_t offset, std::size_t size) override {
        auto bytes = inner_.read(device, offset, size);
        const auto end = bytes.find_last_not_of('\0') + 1;  // zeros at the end are not kept
        auto& reads = note(device)["reads"];
        Json row = {{"offset", offset}, {"size", size}, {"length", bytes.size()}, {"hex", base::to_hex(std::as_bytes(std::span(bytes.data(), end)))}};
        if (std::find(reads.begin(), reads.end(), row) == reads.end()) {
            reads.push_back(std::move(row));
        }
        return bytes;
    }
    std::uint64_t size(const std::string& device) override {
        const auto bytes = inner_.size(device);
        note(device)["size"] = bytes;
        return bytes;
    }
    std::optional<LvmLabel> lvm_label(const std::string& device) override {
        auto label = inner_.lvm_label(device);
        note(device);
        if (label) {
            devices_[device]["lvm"] = {{"uuid", label->uuid}, {"size", label->size}, {"metadata_copies", label->metadata_copies}, {"metadata_size", label->metadata_size},
                                       {"metadata_ignored", label->metadata_ignored}, {"metadata", base::split_lines(label->metadata)}};
        }
        return label;
    }
    std::uint64_t used_bytes(const std::string& mount_point) override {
        const auto used = inner_.used_bytes(mount_point);
        used_[mount_point] = used;
        return used;
    }
    Json recorded() const { return {{"devices", devices_}, {"used_bytes", used_}}; }

private:
    Json& note(const std::string& device) {
        if (!devices_.contains(device)) {
            devices_[device] = Json::object();
        }
        return devices_[device];
    }
    static Json json_of(const FoundTable& found) {
        Json table = {{"type", found.table.type}, {"id", found.table.id}};
        if (found.table.first_lba) {
            table["first_lba"] = *found.table.first_lba;
            table["last_lba"] = found.table.last_lba.value_or(0);
            table["entries"] = found.table.entries.value_or(0);
        }
        table["partitions"] = Json::array();
        for (const auto& row : found.partitions) {
            Json partition = {{"number", row.number}, {"start", row.start}, {"size", row.size}, {"type", row.type}, {"uuid", row.uuid}};
            if (found.table.type == "gpt") {
                partition["name"] = row.name;
                partition["attributes"] = row.attributes;
            } else {
                partition["active"] = row.active;
            }
            table["partitions"].push_back(std::move(partition));
        }
        return table;
    }

    BlockProbe& inner_;
    Json devices_ = Json::object();
    Json used_ = Json::object();
};

/// Bytes that are not UTF-8 become "hex:…" where they are the name of a member; elsewhere json_text.h.
std::string json_name(const std::string& text) { return base::is_utf8(text) ? text : "hex:" + base::to_hex(std::as_bytes(std::span(text))); }

std::string bytes_of(const Json& hex) { return base::from_hex(hex.get<std::string>()).value_or(""); }

/// Every string of the document, names of members too; of bytes that were read from a device only what was learnt, as their number must stay.
Json disguised(const Json& json, Disguise& disguise) {
    if (json.is_string()) {
        return base::json_text<Json>(disguise.apply(json.get<std::string>()));
    }
    if (!json.is_structured()) {
        return json;
    }
    if (json.is_object() && json.size() == 1 && json.contains("hex")) {
        return base::json_text<Json>(disguise.apply(bytes_of(json["hex"])));
    }
    Json out = json.is_array() ? Json::array() : Json::object();
    for (const auto& [name, value] : json.items()) {
        if (json.is_array()) {
            out.push_back(disguised(value, disguise));
        } else if (name == "hex") {
            const auto bytes = disguise.apply_to_bytes(bytes_of(value));
            out[name] = base::to_hex(std::as_bytes(std::span(bytes)));
        } else {
            out[json_name(disguise.apply(name))] = disguised(value, disguise);
        }
    }
    return out;
}

/// Each of them, whatever becomes of the others: a host that can't be scanned is the one to send. What went wrong, in their order.
std::vector<std::string> run_all(std::initializer_list<std::function<void()>> scans) {
    std::vector<std::string> failures;
    for (const auto& scan : scans) {
        try {
            scan();
        } catch (const Error& error) {
            failures.emplace_back(error.what());
        }
    }
    return failures;
}

/// What the record gives when it is scanned, or why it can't be.
std::string scanned_again(const std::string& directory) {
    try {
        const base::Root root(directory + "/root");
        RecordedCommandRunner runner(directory + "/commands.json");
        RecordedBlockProbe probe(directory + "/blkid.json");
        return layout::to_json(scan_host(root, runner, probe).layout);
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

HostRecord record_host(const std::string& prefix, base::CommandRunner& runner, BlockProbe& probe, const std::string& directory) {
    if (mkdir(directory.c_str(), 0755) != 0) {
        const int error = errno;
        throw error == EEXIST ? Error(ErrorKind::kGeneral, "record this host in " + directory, "it exists already", "name a directory that does not exist")
                              : system_error("make the directory " + directory, error);
    }
    base::ScopeExit incomplete([&] { base::remove_tree(directory); });
    RecordedTree tree;
    const base::Root root(prefix, &tree);
    RecordingRunner recording_runner(runner);
    RecordingProbe recording_probe(probe);
    std::string layout;
    const auto failures = run_all({[&] { layout = layout::to_json(scan_host(root, recording_runner, recording_probe).layout); },
                                   [&] { list_disks(root, recording_probe, {}); }, [&] { scan_network(root, recording_runner); }});
    HostRecord record{.scan_error = base::join(failures, "; ")};

    Disguise disguise;
    tree.each_content([&](const std::string& path, const std::string& content) { disguise.learn_from(path, content); });
    disguise.learn_from("/etc/machine-id", base::Root(prefix).read_if_exists("/etc/machine-id").value_or(""));
    const auto change = [&](const std::string& text) { return disguise.apply(text); };

    tree.write(directory + "/root", change);
    base::write_file(directory + "/commands.json", disguised(recording_runner.rows(), disguise).dump(1) + "\n", 0644);
    base::write_file(directory + "/blkid.json", disguised(recording_probe.recorded(), disguise).dump(1) + "\n", 0644);
    incomplete.dismiss();
    record.faithful = layout.empty() || disguised(Json::parse(layout), disguise).dump() == Json::parse(scanned_again(directory), nullptr, false).dump();
    return record;
}

}  // namespace nrear::scan
