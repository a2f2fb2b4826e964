// SPDX-License-Identifier: GPL-3.0-or-later
// The executor's journal: JSON lines, each synced before the next step begins.
//   {"plan": "<sha256 of the plan>", "steps": 17, "time": "…"}
//   {"step": 3, "state": "started" | "done" | "failed" | "skipped", "title": "…", "time": "…", "note": "…"}
#pragma once

#include <string>
#include <string_view>

#include "core/base/unique_fd.h"
#include "core/plan/plan.h"

namespace nrear::plan {

class Journal {
public:
    /// Appends to the file; path "" = writes nothing. Throws Error.
    Journal(const std::string& path, const Plan& plan);
    void write(std::size_t number, const Step& step, std::string_view state, std::string_view note = {});

private:
    void append(const std::string& line);
    std::string path_;
    base::UniqueFd fd_;
};

/// Last step that the journal calls done or skipped since the plan was last begun; 0 when there is none, or the journal is not of this plan.
std::size_t last_finished(const std::string& path, const Plan& plan);

}  // namespace nrear::plan
