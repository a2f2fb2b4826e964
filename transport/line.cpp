// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/line.h"

#include <algorithm>
#include <exception>

#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{1000};
constexpr milliseconds kLongestPause{30000};

std::string words_for(milliseconds length) { return base::duration_words(static_cast<std::uint64_t>(std::chrono::round<std::chrono::seconds>(length).count())); }

/// Of what is left nobody needs the seconds.
std::string about(milliseconds length) {
    return words_for(length < std::chrono::minutes(2) ? length : milliseconds(std::chrono::round<std::chrono::minutes>(length)));
}

/// The reason alone: what failed is known to the reader.
std::string reason_of(const Error& error) { return error.why().empty() ? error.what_failed() : error.why(); }

}  // namespace

Line::Line(std::unique_ptr<ResumableTransport> first, Connect connect, RetryOptions options)
    : transport_(std::move(first)), connect_(std::move(connect)), options_(std::move(options)), description_(transport_->description()) {
    if (!options_.pause) {
        options_.pause = base::pause;
    }
}

ResumableTransport& Line::transport() {
    if (over_) {
        throw Error(*over_);
    }
    if (!transport_) {
        // An interruption ended the mending: only who goes on regardless comes here, and who cleans up must not wait.
        if (std::uncaught_exceptions() > 0) {
            throw Error(*last_);
        }
        reconnect(*last_);
    }
    return *transport_;
}

void Line::mend(const Error& error) {
    if (over_) {
        throw Error(*over_);
    }
    if (error.kind() != ErrorKind::kNetwork) {
        throw error;
    }
    last_ = error;
    if (options_.give_up_after.count() == 0 || std::uncaught_exceptions() > 0) {
        throw error;
    }
    reconnect(error);
}

void Line::reconnect(Error reason) {
    transport_.reset();
    const bool first = !outage_;
    if (first) {
        outage_ = Outage{options_.now(), kFirstPause};
    }
    for (bool told = !first;; told = true) {
        const auto elapsed = std::chrono::duration_cast<milliseconds>(options_.now() - outage_->since);
        if (elapsed >= options_.give_up_after) {
            give_up(reason);
        }
        const auto pause = std::min(outage_->next_pause, options_.give_up_after - elapsed);
        const auto again = cat(reason_of(reason), "); trying again in ", words_for(pause), ", giving up in ", about(options_.give_up_after - elapsed));
        if (told) {
            options_.tell(cat("Still no line to ", description_, " (", again));
        } else {
            options_.warn(cat("The line to ", description_, " broke (", again));
        }
        options_.pause(pause);
        outage_->next_pause = std::min(2 * outage_->next_pause, kLongestPause);
        ++outage_->tries;
        try {
            transport_ = connect_();
            ++generation_;
            return;
        } catch (Error& error) {
            last_ = error;
            if (error.kind() != ErrorKind::kNetwork) {
                error.add_context("connecting again after the line broke");
                over_ = error;
                throw;
            }
            reason = error;
        }
    }
}

void Line::give_up(const Error& reason) {
    const auto elapsed = std::chrono::duration_cast<milliseconds>(options_.now() - outage_->since);
    over_ = Error(ErrorKind::kNetwork, cat("go on with ", description_),
                  cat("the line broke and did not come back: tried ", outage_->tries, outage_->tries == 1 ? " time" : " times", " in ", words_for(elapsed), ", at last: ", reason.what()),
                  "check the network and the server, then run it again; RETRY_TIME (--retry-time) says how long to try");
    throw Error(*over_);
}

void Line::progress() {
    if (outage_) {
        const auto elapsed = std::chrono::duration_cast<milliseconds>(options_.now() - outage_->since);
        options_.tell(cat("The line to ", description_, " is up again after ", words_for(elapsed)));
        outage_.reset();
    }
}

}  // namespace nrear::transport
