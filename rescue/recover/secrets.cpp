// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/recover/secrets.h"

#include <sys/random.h>

#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "core/base/error.h"
#include "core/base/text.h"

namespace nrear::recover {

namespace {

using base::cat;

constexpr int kTries = 3;
constexpr std::size_t kLongest = 512;  // what cryptsetup takes from a prompt: more could not be typed when the machine starts

void wipe(std::string& text) { explicit_bzero(text.data(), text.size()); }

/// 256 bits, as text without end of line or zero.
std::string random_key() {
    std::array<std::byte, 32> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw system_error("make a one-time key", errno);
    }
    auto text = base::to_hex(std::span<const std::byte>(bytes));
    explicit_bzero(bytes.data(), bytes.size());
    return text;
}

std::string why_unusable(const std::string& passphrase) {
    return passphrase.empty() ? "it is empty" : passphrase.size() > kLongest ? cat("it is longer than ", kLongest, " bytes: it could not be typed when the machine starts") : "";
}

}  // namespace

Secrets::Secrets(const RecoverContext& context, const layout::Layout& layout, const plan::Plan& plan) : context_(context) {
    const auto names = plan::secrets_of(plan);
    needs_one_time_key_ = names.contains(plan::kOneTimeKey);
    layout::each<layout::LuksVolume>(layout, [&](const layout::Node& node, const layout::LuksVolume& luks) {
        if (luks.passphrase && names.contains(plan::kPassphrase)) {
            volumes_.push_back(base::printable(cat(luks.name, " (", layout::path_of(*layout::find(layout, node.on.front())), ")")));
        }
    });
}

Secrets::~Secrets() {
    wipe(passphrase_);
    wipe(one_time_key_);
}

void Secrets::expect() {
    if (volumes_.empty()) {
        return;
    }
    if (context_.passphrase_from_file) {
        passphrase_ = context_.passphrase_from_file();
        if (const auto why = why_unusable(passphrase_); !why.empty()) {
            throw Error(ErrorKind::kConfig, "use the passphrase in the file", why);
        }
    } else if (context_.options.unattended || !context_.questions.interactive()) {
        throw Error(ErrorKind::kAuthentication, cat("make the encrypted volumes again: ", base::join(volumes_, ", ")), "they need a passphrase, and nobody is there to type it",
                    "nothing was written; name a file that holds it: nrear recover --luks-passphrase-file FILE");
    }
}

void Secrets::obtain() {
    if (!volumes_.empty() && passphrase_.empty()) {
        context_.progress.message("");
        context_.progress.message(volumes_.size() == 1 ? cat("The encrypted volume ", volumes_.front(), " gets a new passphrase, which need not be the old one.")
                                                       : cat("The encrypted volumes ", base::join(volumes_, ", "), " get one new passphrase for all, which need not be an old one."));
        context_.progress.message("Other passphrases and tokens (TPM2, FIDO2, Clevis) do not come back: add them when the machine runs (cryptsetup luksAddKey).");
        passphrase_ = ask();
    }
    if (needs_one_time_key_) {
        // Where there is a passphrase, a volume whose key file cannot be enrolled at the end can still be opened.
        one_time_key_ = passphrase_.empty() ? random_key() : passphrase_;
    }
}

std::string Secrets::ask() {
    for (int i = 0; i < kTries; ++i) {
        auto first = context_.questions.secret("Passphrase for the encrypted volumes");
        if (!first) {
            break;
        }
        if (const auto why = why_unusable(*first); !why.empty()) {
            context_.progress.warning(cat("that passphrase is of no use: ", why));
            wipe(*first);
            continue;
        }
        auto second = context_.questions.secret("The same again");
        const bool same = second && *second == *first;
        if (second) {
            wipe(*second);
        }
        if (same) {
            return std::move(*first);
        }
        wipe(*first);
        context_.progress.warning("the two were not the same");
    }
    throw Error(ErrorKind::kAuthentication, cat("make the encrypted volumes again: ", base::join(volumes_, ", ")), "no passphrase was given for them",
                "nothing was written; run nrear recover again");
}

std::string Secrets::get(const std::string& name) const {
    const std::string& secret = name == plan::kPassphrase ? passphrase_ : one_time_key_;
    if (secret.empty() || (name != plan::kPassphrase && name != plan::kOneTimeKey)) {
        throw Error(ErrorKind::kGeneral, cat("give the ", name, " to a step"), "there is none");
    }
    return secret;
}

}  // namespace nrear::recover
