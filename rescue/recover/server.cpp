// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/server.h"

#include <poll.h>

#include <map>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::recover {

/// Answers a prompt for a secret that was answered before by itself.
class Server::RememberedSecrets final : public base::Questions {
public:
    explicit RememberedSecrets(base::Questions& inner) : inner_(inner) {}

    bool interactive() const override { return inner_.interactive(); }
    std::optional<std::string> secret(const std::string& prompt) override {
        if (const auto known = known_.find(prompt); known != known_.end()) {
            return known->second;
        }
        auto answer = inner_.secret(prompt);
        if (answer) {
            known_[prompt] = *answer;
        }
        return answer;
    }
    std::optional<std::string> line(const std::string& prompt) override { return inner_.line(prompt); }
    bool confirm(const std::string& question, const std::string& word) override { return inner_.confirm(question, word); }
    std::string choose(const std::string& question, const std::vector<base::Choice>& choices, const std::string& safe_default) override {
        return inner_.choose(question, choices, safe_default);
    }

    /// False when there was nothing to forget: then no other answer can be given either.
    bool forget() {
        const bool any = !known_.empty();
        known_.clear();
        return any;
    }

private:
    base::Questions& inner_;
    std::map<std::string, std::string> known_;
};

Server::Server(const RecoverContext& context, const record::RescueRecord& rescue)
    : context_(context),
      rescue_(rescue),
      location_(transport::parse_location(rescue.backup_url, "BACKUP_URL")),
      questions_(std::make_unique<RememberedSecrets>(context.questions)) {}

Server::~Server() = default;

transport::Transport& Server::get() {
    for (int attempt = 1; !transport_; ++attempt) {
        try {
            transport_ = context_.connect(location_, rescue_.server_addresses, *questions_);
        } catch (const Error& error) {
            if (!try_again(error, attempt)) {
                throw;
            }
            context_.progress.warning(base::cat(error.what(), ": trying again"));
        }
    }
    return *transport_;
}

bool Server::try_again(const Error& error, int attempt) {
    constexpr int kPasswordTries = 3;
    constexpr int kNetworkTries = 6;
    if (error.kind() == ErrorKind::kAuthentication) {
        return attempt < kPasswordTries && questions_->forget();
    }
    const bool by_itself = context_.options.unattended || context_.options.automatic;
    if (error.kind() != ErrorKind::kNetwork || !by_itself || attempt >= kNetworkTries) {
        return false;
    }
    pollfd interrupted{base::interrupt_fd(), POLLIN, 0};
    poll(&interrupted, 1, static_cast<int>(context_.reconnect_pause.count()));
    base::check_interrupt();
    return true;
}

void Server::drop() noexcept { transport_.reset(); }

}  // namespace nrear::recover
