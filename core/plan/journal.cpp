// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/text.h"
#include "core/plan/plan_text.h"

namespace nrear::plan {

namespace {

using Json = nlohmann::ordered_json;

std::string fingerprint(const Plan& plan) { return base::sha256_of(base::as_bytes(to_json(plan))); }

std::string utf8(std::string_view raw) { return base::is_utf8(raw) ? std::string(raw) : base::printable(raw); }

}  // namespace

Journal::Journal(const std::string& path, const Plan& plan) : path_(path) {
    if (path.empty()) {
        return;
    }
    fd_ = base::UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_) {
        throw system_error("open " + path, errno);
    }
    append(Json{{"plan", fingerprint(plan)}, {"steps", plan.steps.size()}, {"time", base::utc_time()}}.dump());
}

void Journal::write(std::size_t number, const Step& step, std::string_view state, std::string_view note) {
    if (!fd_) {
        return;
    }
    Json line = {{"step", number}, {"state", state}, {"title", utf8(step.title)}, {"time", base::utc_time()}};
    if (!note.empty()) {
        line["note"] = utf8(note);
    }
    append(line.dump());
}

void Journal::append(const std::string& line) {
    base::write_all(fd_.get(), base::as_bytes(line + "\n"), path_);
    if (fdatasync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS) {
        throw system_error("sync " + path_, errno);
    }
}

std::size_t last_finished(const std::string& path, const Plan& plan) {
    const auto text = base::Root("/").read_if_exists(path).value_or("");
    const auto wanted = fingerprint(plan);
    bool same_plan = false;
    std::size_t last = 0;
    for (const auto& line : base::split_lines(text)) {
        const Json json = Json::parse(line, nullptr, false);
        if (!json.is_object()) {
            continue;  // the line that power loss cut off
        }
        if (json.contains("plan")) {
            same_plan = json["plan"] == wanted;
            last = same_plan ? last : 0;
        } else if (same_plan && json.contains("step") && json["step"].is_number_unsigned()) {
            const auto state = json.value("state", "");
            last = state == "done" || state == "skipped" ? json["step"].get<std::size_t>() : last;
        }
    }
    return last;
}

}  // namespace nrear::plan
