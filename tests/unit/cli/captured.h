// SPDX-License-Identifier: GPL-3.0-or-later
// Outputs whose text a test can read.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "cli/run.h"
#include "cli/terminal.h"
#include "core/base/fd_stream.h"

namespace nrear::cli {

/// An Output into memory.
class CapturedOutput {
public:
    explicit CapturedOutput(TerminalFacts facts = {}) : fd_(memfd_create("output", MFD_CLOEXEC)), output_(fd_.get(), facts) {}
    Output& output() { return output_; }
    /// Everything written so far.
    std::string text() const {
        lseek(fd_.get(), 0, SEEK_SET);
        return base::read_all(fd_.get(), "output");
    }

private:
    base::UniqueFd fd_;
    Output output_;
};

struct CapturedRun {
    int code = 0;
    std::string out;
    std::string errors;
};

inline CapturedRun captured_run(const std::vector<std::string>& words) {
    CapturedOutput out;
    CapturedOutput errors;
    const int code = run(words, out.output(), errors.output());
    return {code, out.text(), errors.text()};
}

}  // namespace nrear::cli
