// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/error_report.h"

#include "core/base/log.h"
#include "core/base/text.h"

namespace nrear::cli {

std::string error_text(const Error& error, const std::string& label) {
    const std::string what(base::trim(error.what()));
    const std::string hint(base::trim(error.hint()));
    std::string out = base::cat(label, " ", what, "\n");
    // A hint that was already part of the reason would only be read twice.
    if (!hint.empty() && what.find(hint) == std::string::npos) {
        out += base::cat("  ", base::replace_all(hint, "\n", "\n  "), "\n");
    }
    return base::mask_secrets(out);
}

}  // namespace nrear::cli
