// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that are asked once a run: the answer to a prompt for a secret serves again when the line has to be made anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/questions.h"

namespace nrear::transport {

/// Keeps secrets in memory only, and wipes them when it goes. `inner` outlives it.
class RememberedSecrets final : public base::Questions {
public:
    explicit RememberedSecrets(base::Questions& inner) : inner_(inner) {}
    RememberedSecrets(const RememberedSecrets&) = delete;
    RememberedSecrets& operator=(const RememberedSecrets&) = delete;
    ~RememberedSecrets() override { forget(); }

    bool interactive() const override { return inner_.interactive(); }
    std::optional<std::string> secret(const std::string& prompt) override;
    std::optional<std::string> line(const std::string& prompt) override { return inner_.line(prompt); }
    bool confirm(const std::string& question, const std::string& word) override { return inner_.confirm(question, word); }
    std::string choose(const std::string& question, const std::vector<base::Choice>& choices, const std::string& safe_default) override {
        return inner_.choose(question, choices, safe_default);
    }

    /// False when there was nothing to forget: then no other answer can be given either.
    bool forget() noexcept;

private:
    base::Questions& inner_;
    std::map<std::string, std::string> known_;
};

}  // namespace nrear::transport
