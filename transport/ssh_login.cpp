// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/ssh_login.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>

#include "core/base/error.h"
#include "core/base/text.h"
#include "transport/ssh_agent.h"

namespace nrear::transport {

namespace {

using base::cat;

constexpr int kMostRounds = 10;  // of questions of keyboard-interactive, and of methods that each get us half in

using Key = std::unique_ptr<ssh_key_struct, void (*)(ssh_key)>;

/// libssh asks for the passphrase of a key through C; what the question throws is carried around it.
struct PassphraseQuestion {
    base::Questions& questions;
    std::string file;
    bool asked = false;  ///< so the key is encrypted
    std::exception_ptr thrown;

    static int answer(const char*, char* buffer, std::size_t length, int, int, void* self) {
        auto& question = *static_cast<PassphraseQuestion*>(self);
        question.asked = true;
        try {
            const auto text = question.questions.interactive() ? question.questions.secret(cat("Passphrase of ", question.file, ": ")) : std::nullopt;
            if (!text || text->size() >= length) {
                return -1;
            }
            base::register_secret(*text);
            std::memcpy(buffer, text->c_str(), text->size() + 1);
            return 0;
        } catch (...) {
            question.thrown = std::current_exception();
            return -1;
        }
    }
};

class Login {
public:
    Login(SshConnection& connection, const Location& location, const SshOptions& options, base::Questions& questions, base::Log& log)
        : connection_(connection), options_(options), questions_(questions), log_(log), who_(cat(location.account(), "@", location.host)) {
        if (options.password && !options.password->empty()) {
            password_ = options.password;
            password_from_ = "the password from the password file";
        } else if (location.password && !location.password->empty()) {
            password_ = location.password;
            password_from_ = "the password in the URL";
        }
        if (password_) {
            base::register_secret(*password_);
        }
    }

    void run() {
        int result = step([this] { return ssh_userauth_none(session(), nullptr); });
        for (int round = 0; round < kMostRounds; ++round) {
            if (result == SSH_AUTH_SUCCESS) {
                return;
            }
            offered_ = static_cast<unsigned>(ssh_userauth_list(session(), nullptr));
            const auto next = with_keys();
            result = next == SSH_AUTH_DENIED ? with_password() : next;
            if (result != SSH_AUTH_PARTIAL && result != SSH_AUTH_SUCCESS) {
                break;
            }
        }
        if (result != SSH_AUTH_SUCCESS) {
            fail();
        }
    }

private:
    ssh_session session() const { return connection_.session(); }

    /// Whether the server takes one of these SSH_AUTH_METHOD_….
    bool offers(unsigned methods) const { return (offered_ & methods) != 0; }

    /// One exchange with the server. A connection that ends meanwhile is the server's answer, too: too many tries, account locked.
    int step(const std::function<int()>& call) {
        const int result = connection_.drive("log in", SSH_AUTH_AGAIN, call);
        if (result == SSH_AUTH_ERROR) {
            // A server that has enough of us says so; a line that breaks does not.
            const bool refused = !tried_.empty() && connection_.reason().find("SSH_MSG_DISCONNECT") != std::string::npos;
            throw Error(refused ? ErrorKind::kAuthentication : ErrorKind::kNetwork, cat("log in as ", who_),
                        cat("the server broke off: ", connection_.reason(), tried_.empty() ? "" : cat(" (after ", base::join(tried_, ", "), ")")),
                        "the log of sshd on the server says why; many keys in an agent can use up all tries (unset SSH_AUTH_SOCK)");
        }
        return result;
    }

    int with_keys() {
        if (keys_done_ || !offers(SSH_AUTH_METHOD_PUBLICKEY)) {
            return SSH_AUTH_DENIED;
        }
        keys_done_ = true;
        if (options_.use_agent && agent_answers()) {
            tried_.emplace_back("the agent's keys");
            if (const int result = step([this] { return ssh_userauth_agent(session(), nullptr); }); result != SSH_AUTH_DENIED) {
                return result;
            }
        }
        for (const auto& file : options_.identity_files) {
            if (::access(file.c_str(), F_OK) == 0) {
                if (const int result = with_key_file(file); result != SSH_AUTH_DENIED) {
                    return result;
                }
            }
        }
        return SSH_AUTH_DENIED;
    }

    int with_key_file(const std::string& file) {
        struct stat facts {};
        if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0) {
            tried_.push_back(cat(file, " (not used: others can read it, chmod 600 ", base::shell_quote(file), ")"));
            return SSH_AUTH_DENIED;
        }
        if (!server_wants(file + ".pub")) {
            tried_.push_back(file);
            return SSH_AUTH_DENIED;
        }
        PassphraseQuestion question{questions_, file, false, nullptr};
        ssh_key raw = nullptr;
        const int read = ssh_pki_import_privkey_file(file.c_str(), nullptr, PassphraseQuestion::answer, &question, &raw);
        const Key key(raw, ssh_key_free);
        if (question.thrown) {
            std::rethrow_exception(question.thrown);
        }
        if (read != SSH_OK) {
            tried_.push_back(cat(file, question.asked ? (questions_.interactive() ? " (not used: wrong passphrase)" : " (not used: it has a passphrase and there is no terminal to ask)") : " (not used: not readable as a private key)"));
            return SSH_AUTH_DENIED;
        }
        tried_.push_back(file);
        log_.debug(cat("ssh: trying the key ", file));
        return step([&] { return ssh_userauth_publickey(session(), nullptr, raw); });
    }

    /// Asks before a passphrase is typed for nothing. Without a .pub file beside the key nothing can be asked.
    bool server_wants(const std::string& public_file) {
        ssh_key raw = nullptr;
        if (::access(public_file.c_str(), R_OK) != 0 || ssh_pki_import_pubkey_file(public_file.c_str(), &raw) != SSH_OK) {
            return true;
        }
        const Key key(raw, ssh_key_free);
        return step([&] { return ssh_userauth_try_publickey(session(), nullptr, raw); }) == SSH_AUTH_SUCCESS;
    }

    int with_password() {
        const bool plain = offers(SSH_AUTH_METHOD_PASSWORD);
        const bool questions = offers(SSH_AUTH_METHOD_INTERACTIVE);
        if (password_done_ || (!plain && !questions)) {
            return SSH_AUTH_DENIED;
        }
        if (!password_ && questions_.interactive()) {
            password_ = questions_.secret(cat("Password of ", who_, ": "));
            password_from_ = "the password that was typed";
            if (password_) {
                base::register_secret(*password_);
            }
        }
        if (!password_) {
            return SSH_AUTH_DENIED;
        }
        password_done_ = true;
        tried_.push_back(password_from_);
        return plain ? step([this] { return ssh_userauth_password(session(), nullptr, password_->c_str()); }) : answer_questions();
    }

    /// keyboard-interactive (RFC 4256): one hidden question is the password; whatever else is asked needs a person.
    int answer_questions() {
        for (int round = 0; round < kMostRounds; ++round) {
            const int result = step([this] { return ssh_userauth_kbdint(session(), nullptr, nullptr); });
            if (result != SSH_AUTH_INFO) {
                return result;
            }
            const int count = ssh_userauth_kbdint_getnprompts(session());
            for (int i = 0; i < count; ++i) {
                answer_question(static_cast<unsigned>(i), count);
            }
        }
        return SSH_AUTH_DENIED;
    }

    void answer_question(unsigned index, int count) {
        char echo = 0;
        const char* raw = ssh_userauth_kbdint_getprompt(session(), index, &echo);
        const auto prompt = base::printable(raw == nullptr ? "" : raw);
        std::optional<std::string> answer;
        if (count == 1 && echo == 0 && !password_used_) {
            answer = password_;
            password_used_ = true;
        } else if (questions_.interactive()) {
            answer = echo != 0 ? questions_.line(prompt) : questions_.secret(prompt);
        }
        if (!answer) {
            throw Error(ErrorKind::kAuthentication, cat("log in as ", who_), cat("the server asks \"", base::trim(prompt), "\", and nobody is here to answer"),
                        "use a key, or run it on a terminal");
        }
        if (ssh_userauth_kbdint_setanswer(session(), index, answer->c_str()) != 0) {
            throw Error(ErrorKind::kAuthentication, cat("log in as ", who_), connection_.reason());
        }
    }

    [[noreturn]] void fail() {
        const auto what = cat("log in as ", who_);
        const auto key_advice = cat("put a key into /root/.ssh and its public half into .ssh/authorized_keys of ", connection_.target().account, " on the server");
        const auto password_advice = cat("a password in the URL (sftp://USER:PASSWORD@HOST/PATH), in a file (--password-file FILE or NREAR_PASSWORD_FILE=FILE)");
        if (password_done_) {
            throw Error(ErrorKind::kAuthentication, what, cat("the server refused ", password_from_, other_ways()), "check user and password; it was tried once, so that no account gets locked");
        }
        if (!offers(SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE)) {
            throw Error(ErrorKind::kAuthentication, what, cat("the server takes only keys", tried_.empty() ? ", and there is none" : other_ways()), key_advice);
        }
        throw Error(ErrorKind::kAuthentication, what, cat("no password is set and nobody is here to be asked", other_ways()), cat("set ", password_advice, ", or ", key_advice));
    }

    std::string other_ways() const {
        std::vector<std::string> others;
        for (const auto& way : tried_) {
            if (way != password_from_) {
                others.push_back(way);
            }
        }
        return others.empty() ? "" : cat(" (also tried: ", base::join(others, ", "), ")");
    }

    SshConnection& connection_;
    const SshOptions& options_;
    base::Questions& questions_;
    base::Log& log_;
    std::string who_;
    std::optional<std::string> password_;
    std::string password_from_;
    unsigned offered_ = 0;
    bool keys_done_ = false;
    bool password_done_ = false;
    bool password_used_ = false;
    std::vector<std::string> tried_;
};

}  // namespace

void log_in(SshConnection& connection, const Location& location, const SshOptions& options, base::Questions& questions, base::Log& log) {
    Login(connection, location, options, questions, log).run();
}

}  // namespace nrear::transport
