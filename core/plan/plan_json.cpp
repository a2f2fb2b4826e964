// SPDX-License-Identifier: GPL-3.0-or-later
// A Plan as JSON, for `nrear plan --json`. Bytes that are not UTF-8 are shown as \ooo: the JSON is for reading, nothing executes it.
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

using Json = nlohmann::ordered_json;

std::string text(const std::string& raw) { return base::is_utf8(raw) ? raw : base::printable(raw); }

Json list(const std::vector<std::string>& words) {
    Json out = Json::array();
    for (const auto& word : words) {
        out.push_back(text(word));
    }
    return out;
}

struct ActionWriter {
    Json operator()(const RunCommand& run) const {
        Json out = {{"do", "run"}, {"where", run.where == Where::kRescue ? "rescue" : "target"}, {"argv", list(run.argv)}};
        if (!run.input.empty()) {
            out["input"] = text(run.input);
        }
        if (!run.secret.empty()) {
            out["secret"] = run.secret;
        }
        for (const auto& alternative : run.alternatives) {
            out["alternatives"].push_back(list(alternative));
        }
        return out;
    }
    Json operator()(const WritePartitionTable& write) const { return {{"do", "table"}, {"disk", text(write.disk)}, {"script", text(write.script)}}; }
    Json operator()(const WaitForDevice& wait) const { return {{"do", "wait"}, {"path", text(wait.path)}, {"seconds", wait.seconds}}; }
    Json operator()(const MakeDirectories& make) const {
        Json out = {{"do", "mkdir"}, {"directories", Json::array()}};
        for (const auto& [path, mode] : make.directories) {
            out["directories"].push_back({{"path", text(path)}, {"mode", mode}});
        }
        return out;
    }
    Json operator()(const WriteFile& write) const { return {{"do", "write"}, {"path", text(write.path)}, {"text", text(write.text)}}; }
    Json operator()(const RestoreFiles&) const { return {{"do", "restore"}}; }
    Json operator()(const RenameDevices& rename) const {
        Json out = {{"do", "rename"}, {"names", Json::object()}, {"files", list(rename.files)}};
        for (const auto& [from, to] : rename.names) {
            out["names"][text(from)] = text(to);
        }
        return out;
    }
    Json operator()(const DisableLines& disable) const { return {{"do", "disable lines"}, {"names", list(disable.names)}}; }
    Json operator()(const RebuildInitramfs& rebuild) const { return {{"do", "initramfs"}, {"forced", rebuild.forced}}; }
    Json operator()(const SetFirmwareVariable& variable) const { return {{"do", "firmware"}, {"variable", variable.name}, {"hex", base::to_hex(std::as_bytes(std::span(variable.value)))}}; }
};

}  // namespace

std::string to_json(const Plan& plan) {
    Json json = {{"format", "nrear-plan"}, {"version", 1}, {"steps", Json::array()}};
    for (const auto& step : plan.steps) {
        json["steps"].push_back({{"title", text(step.title)}, {"node", text(step.node)}, {"destroys", step.destroys}, {"action", std::visit(ActionWriter{}, step.action)}});
    }
    return json.dump(2) + "\n";
}

}  // namespace nrear::plan
