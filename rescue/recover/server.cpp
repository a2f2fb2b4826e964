// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/server.h"

#include <algorithm>
#include <chrono>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "transport/remembered_secrets.h"

namespace nrear::recover {

namespace {

using base::cat;

std::string words_for(transport::RetryOptions::Clock::duration length) {
    return base::duration_words(static_cast<std::uint64_t>(std::chrono::round<std::chrono::seconds>(length).count()));
}

}  // namespace

Server::Server(const RecoverContext& context, const record::RescueRecord& rescue)
    : context_(context),
      rescue_(rescue),
      location_(transport::parse_location(rescue.backup_url, "BACKUP_URL")),
      questions_(std::make_unique<transport::RememberedSecrets>(context.questions)) {}

Server::~Server() = default;

transport::Transport& Server::get() {
    std::optional<Waiting> waiting;
    for (int attempt = 1; !transport_; ++attempt) {
        try {
            transport_ = context_.connect(location_, rescue_.server_addresses, *questions_);
            reached_ = true;
        } catch (const Error& error) {
            if (may_wait(error)) {
                wait(error, waiting);
            } else if (other_password(error, attempt)) {
                context_.progress.warning(cat(error.what(), ": trying again"));
            } else {
                throw;
            }
        }
    }
    if (waiting) {
        context_.progress.message(cat("The backup server answers, after ", words_for(context_.patience.now() - waiting->since)));
    }
    return *transport_;
}

bool Server::other_password(const Error& error, int attempt) {
    constexpr int kPasswordTries = 3;
    return error.kind() == ErrorKind::kAuthentication && attempt < kPasswordTries && questions_->forget();
}

/// Later a broken line is the transport's to mend, and what it gave up is over.
bool Server::may_wait(const Error& error) const {
    return error.kind() == ErrorKind::kNetwork && !reached_ && (context_.options.unattended || context_.options.automatic);
}

void Server::wait(const Error& error, std::optional<Waiting>& waiting) const {
    constexpr std::chrono::seconds kPause{10};
    constexpr std::chrono::minutes kBetweenMessages{1};
    const auto& patience = context_.patience;
    const auto now = patience.now();
    if (!waiting) {
        waiting = Waiting{now, now, 0};
        context_.progress.warning(cat(error.what(), "; trying again every ", words_for(kPause), ", giving up in ", words_for(patience.give_up_after)));
    }
    ++waiting->tries;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(waiting->since + patience.give_up_after - now);
    if (left.count() <= 0) {
        throw Error(ErrorKind::kNetwork, "reach the backup server", cat("it did not answer: tried ", waiting->tries, " times in ", words_for(now - waiting->since), ", at last: ", error.what()),
                    "nothing was written to this machine; when the server can be reached, run nrear recover; RETRY_TIME (--retry-time) says how long to try");
    }
    if (now - waiting->told >= kBetweenMessages) {
        waiting->told = now;
        const auto minutes = std::max(std::chrono::round<std::chrono::minutes>(left), std::chrono::minutes(1));
        context_.progress.message(cat("Still no answer from the backup server (", error.why(), "), giving up in ", words_for(minutes)));
    }
    patience.pause ? patience.pause(std::min<std::chrono::milliseconds>(kPause, left)) : base::pause(std::min<std::chrono::milliseconds>(kPause, left));
}

void Server::drop() noexcept { transport_.reset(); }

}  // namespace nrear::recover
