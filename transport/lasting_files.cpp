// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/lasting_files.h"

#include <algorithm>
#include <vector>

#include "core/base/scope_exit.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;

/// So much of what is confirmed is compared before going on. Enough to tell files apart, little enough for a slow line.
constexpr std::uint64_t kTail = 64 * 1024;

[[noreturn]] void cannot_go_on(const std::string& what, const std::string& why) {
    throw Error(ErrorKind::kIntegrity, cat("go on with ", base::printable(what), " after the line broke"), why,
                "run it again from the start; an earlier backup is untouched");
}

}  // namespace

LastingSink::LastingSink(std::shared_ptr<Line> line, std::string path) : line_(std::move(line)), path_(std::move(path)), temporary_(path_ + kTemporarySuffix) {
    const auto lock = line_->lock();
    upload_ = line_->run([this](ResumableTransport& transport) { return transport.start(path_); });
    generation_ = line_->generation();
    line_->progress();
}

template <class Action>
void LastingSink::lasting(Action&& action) {
    for (;;) {
        try {
            auto& transport = line_->transport();
            static_cast<void>(transport);
            if (!upload_ || generation_ != line_->generation()) {
                take_up();
            }
            if (!done_) {
                action();
            }
            return;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork && upload_) {
                upload_->leave();
                upload_.reset();
            }
            line_->mend(error);
        }
    }
}

void LastingSink::write(base::Bytes bytes) {
    const auto lock = line_->lock();
    if (failed_) {
        throw Error(ErrorKind::kGeneral, cat("write ", base::printable(temporary_)), "an earlier part of it failed");
    }
    base::ScopeExit failure([this] { failed_ = true; });
    kept_.append(bytes);
    lasting([this] { send_rest(); });
    failure.dismiss();
}

void LastingSink::send_rest() {
    while (sent_ < kept_.end()) {
        const auto piece = kept_.at(sent_);
        upload_->write(piece);
        sent_ += piece.size();
        if (const auto confirmed = upload_->confirmed(); confirmed > confirmed_) {
            confirmed_ = confirmed;
            line_->progress();
            kept_.drop_before(confirmed_ > kTail ? confirmed_ - kTail : 0);
        }
    }
}

void LastingSink::finish() {
    const auto lock = line_->lock();
    if (failed_) {
        throw Error(ErrorKind::kGeneral, cat("finish ", base::printable(temporary_)), "an earlier part of it failed");
    }
    base::ScopeExit failure([this] { failed_ = true; });
    lasting([this] {
        send_rest();
        finishing_ = true;
        upload_->finish();
        done_ = true;
    });
    upload_.reset();
    line_->progress();
    failure.dismiss();
}

/// Compares what is known to have been sent with what the place holds from the kept beginning up to `upto`.
void LastingSink::compare(ResumableTransport& transport, const std::string& path, std::uint64_t upto) {
    const auto source = transport.open(path);
    std::vector<std::byte> there(static_cast<std::size_t>(upto - kept_.begin()));
    if (source->read_at(kept_.begin(), there) != there.size()) {
        cannot_go_on(path, "it has become shorter");
    }
    for (std::size_t at = 0; at < there.size();) {
        const auto piece = kept_.at(kept_.begin() + at);
        const auto count = std::min(piece.size(), there.size() - at);
        if (!std::equal(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count), there.begin() + static_cast<std::ptrdiff_t>(at))) {
            cannot_go_on(path, "the server holds other bytes than were sent: somebody else writes to it, or its disk is damaged");
        }
        at += count;
    }
}

void LastingSink::take_up() {
    if (upload_) {
        upload_->leave();
        upload_.reset();
    }
    auto& transport = line_->transport();
    const auto there = transport.stat(temporary_);
    if (!there) {
        if (finishing_ && was_finished(transport)) {
            done_ = true;
            return;
        }
        cannot_go_on(temporary_, "it is gone from the server");
    }
    if (there->size < confirmed_ || there->size > kept_.end()) {
        cannot_go_on(temporary_, cat("the server holds ", there->size, " bytes, but had confirmed ", confirmed_, " of ", kept_.end(),
                                     there->size < confirmed_ ? ": was it started anew?" : ": does another run write to it?"));
    }
    compare(transport, temporary_, confirmed_);
    upload_ = transport.resume(path_, confirmed_);
    generation_ = line_->generation();
    sent_ = confirmed_;
    finishing_ = false;
}

/// The temporary file was there when it was to get its name, and is not there any more: the answer was lost, not the request.
bool LastingSink::was_finished(ResumableTransport& transport) {
    const auto there = transport.stat(path_);
    if (!there || there->size != kept_.end()) {
        return false;
    }
    compare(transport, path_, kept_.end());
    return true;
}

LastingSource::LastingSource(std::shared_ptr<Line> line, std::string path) : line_(std::move(line)), path_(std::move(path)) {
    const auto lock = line_->lock();
    line_->run([this](ResumableTransport& transport) {
        source_ = transport.open_at(path_, 0);
        const auto facts = transport.stat(path_);
        size_ = source_->size();
        mtime_ = facts ? facts->mtime : 0;
    });
    generation_ = line_->generation();
    line_->progress();
}

template <class Action>
std::size_t LastingSource::lasting(Action&& action) {
    const auto lock = line_->lock();
    for (;;) {
        try {
            auto& transport = line_->transport();
            static_cast<void>(transport);
            if (!source_ || generation_ != line_->generation()) {
                take_up();
            }
            const std::size_t count = action();
            if (count > 0) {
                line_->progress();
            }
            return count;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::kNetwork) {
                source_.reset();
            }
            line_->mend(error);
        }
    }
}

void LastingSource::take_up() {
    source_.reset();
    auto& transport = line_->transport();
    const auto facts = transport.stat(path_);
    if (!facts) {
        cannot_go_on(path_, "it is gone from the server");
    }
    if (facts->size != size_ || facts->mtime != mtime_) {
        cannot_go_on(path_, "it was changed on the server meanwhile");
    }
    source_ = transport.open_at(path_, position_);
    generation_ = line_->generation();
}

std::size_t LastingSource::read(base::MutableBytes buffer) {
    const auto count = lasting([&] { return source_->read(buffer); });
    position_ += count;
    return count;
}

std::size_t LastingSource::read_at(std::uint64_t offset, base::MutableBytes buffer) {
    return lasting([&] { return source_->read_at(offset, buffer); });
}

}  // namespace nrear::transport
