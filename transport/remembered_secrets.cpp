// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/remembered_secrets.h"

#include <cstring>

namespace nrear::transport {

std::optional<std::string> RememberedSecrets::secret(const std::string& prompt) {
    if (const auto known = known_.find(prompt); known != known_.end()) {
        return known->second;
    }
    auto answer = inner_.secret(prompt);
    if (answer) {
        known_[prompt] = *answer;
    }
    return answer;
}

bool RememberedSecrets::forget() noexcept {
    const bool any = !known_.empty();
    for (auto& [prompt, secret] : known_) {
        ::explicit_bzero(secret.data(), secret.size());
    }
    known_.clear();
    return any;
}

}  // namespace nrear::transport
