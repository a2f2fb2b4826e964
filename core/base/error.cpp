// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <cerrno>
#include <cstring>

namespace nrear {

Error::Error(ErrorKind kind, std::string what_failed, std::string why, std::string hint)
    : std::runtime_error(what_failed),
      kind_(kind),
      what_failed_(std::move(what_failed)),
      why_(std::move(why)),
      hint_(std::move(hint)) {
    compose();
}

void Error::add_context(std::string doing) {
    context_.push_back(std::move(doing));
    compose();
}

void Error::compose() {
    text_ = what_failed_;
    if (!why_.empty()) {
        text_ += (why_.front() == '\n' ? ":" : ": ") + why_;  // a list begins on a line of its own
    }
    if (!context_.empty()) {
        text_ += " (while ";
        for (std::size_t i = 0; i < context_.size(); ++i) {
            text_ += (i == 0 ? "" : ", while ") + context_[i];
        }
        text_ += ")";
    }
}

Error system_error(std::string what_failed, int error_number, std::string hint) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    char buffer[256];
    return Error(full ? ErrorKind::kNoSpaceLocal : ErrorKind::kGeneral, std::move(what_failed),
                 strerror_r(error_number, buffer, sizeof buffer), std::move(hint));
}

}  // namespace nrear
