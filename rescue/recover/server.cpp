// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/server.h"

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "transport/remembered_secrets.h"

namespace nrear::recover {

Server::Server(const RecoverContext& context, const record::RescueRecord& rescue)
    : context_(context),
      rescue_(rescue),
      location_(transport::parse_location(rescue.backup_url, "BACKUP_URL")),
      questions_(std::make_unique<transport::RememberedSecrets>(context.questions)) {}

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
    base::pause(context_.reconnect_pause);
    return true;
}

void Server::drop() noexcept { transport_.reset(); }

}  // namespace nrear::recover
