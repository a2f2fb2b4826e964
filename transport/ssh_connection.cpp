// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/ssh_connection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <mutex>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookForInterrupt{200};
/// Fastest first. AES-GCM needs the processor's instructions for AES and carry-less multiplication to be fast; without them (older machines, emulated
/// ones) ChaCha20 is several times faster.
const char* ciphers() {
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul")
               ? "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"
               : "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr";
}

ssh_session new_session() {
    static std::once_flag once;
    std::call_once(once, [] { ssh_init(); });
    auto* session = ssh_new();
    if (session == nullptr) {
        throw Error(ErrorKind::kGeneral, "prepare an SSH session", "out of memory");
    }
    return session;
}

}  // namespace

SshConnection::SshConnection(TcpConnection connection, SshTarget target)
    : connection_(std::move(connection)), target_(std::move(target)), session_(new_session(), ssh_free) {
    // libssh closes its descriptor on some errors and not on others, so it gets one of its own and ours stays ours.
    int fd = ::fcntl(connection_.fd.get(), F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        throw system_error("prepare the connection", errno);
    }
    base::UniqueFd guard(fd);
    const int no = 0;
    const auto set = [&](ssh_options_e option, const void* value) {
        if (ssh_options_set(session_.get(), option, value) != SSH_OK) {
            throw Error(ErrorKind::kGeneral, "prepare an SSH session", reason());
        }
    };
    ssh_set_blocking(session_.get(), 0);
    set(SSH_OPTIONS_PROCESS_CONFIG, &no);
    set(SSH_OPTIONS_SSH_DIR, "/nonexistent");  // else it looks for our home directory, which a rescue system may lack
    set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_USER, target_.account.c_str());
    set(SSH_OPTIONS_CIPHERS_C_S, ciphers());
    set(SSH_OPTIONS_CIPHERS_S_C, ciphers());
    set(SSH_OPTIONS_HOSTKEYS, target_.host_key_algorithms.c_str());
    set(SSH_OPTIONS_COMPRESSION, "no");
    if (target_.rekey_bytes != 0) {
        set(SSH_OPTIONS_REKEY_DATA, &target_.rekey_bytes);
    }
    set(SSH_OPTIONS_FD, &fd);
    guard.release();
    ssh_set_counters(session_.get(), &counter_, nullptr);
}

SshConnection::~SshConnection() = default;

void SshConnection::keep_non_blocking() const {
    // libssh makes the socket block when it has connected; then a send() into a dead line would hang for ever.
    const int flags = ::fcntl(connection_.fd.get(), F_GETFL);
    if (flags < 0 || ::fcntl(connection_.fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
        throw system_error("prepare the connection", errno);
    }
}

void SshConnection::handshake() {
    const int result = drive("exchange keys", SSH_AGAIN, [this] {
        const int step = ssh_connect(session_.get());
        keep_non_blocking();
        return step;
    });
    if (result != SSH_OK) {
        throw Error(ErrorKind::kNetwork, cat("start SSH with ", target_.host, " port ", target_.port), reason(),
                    "check that an SSH server listens there, and that it shares a key exchange and a cipher with us");
    }
}

HostKey SshConnection::server_key() const {
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(session_.get(), &raw) != SSH_OK) {
        throw Error(ErrorKind::kNetwork, cat("read the host key of ", target_.host), reason());
    }
    const std::unique_ptr<ssh_key_struct, void (*)(ssh_key)> key(raw, ssh_key_free);
    char* text = nullptr;
    if (ssh_pki_export_pubkey_base64(key.get(), &text) != SSH_OK) {
        throw Error(ErrorKind::kNetwork, cat("read the host key of ", target_.host), reason());
    }
    const std::unique_ptr<char, void (*)(char*)> owner(text, ssh_string_free_char);
    const auto type = ssh_key_type(key.get());
    const char* name = type >= SSH_KEYTYPE_ECDSA_P256 && type <= SSH_KEYTYPE_ECDSA_P521 ? ssh_pki_key_ecdsa_name(key.get()) : ssh_key_type_to_char(type);
    return {name == nullptr ? "unknown" : name, text};
}

bool SshConnection::server_is_openssh() const {
    const char* banner = ssh_get_serverbanner(session_.get());
    return banner != nullptr && names_openssh(banner);
}

std::string SshConnection::fingerprint() const { return fingerprint_of(server_key()); }

int SshConnection::drive(const std::string& doing, int again, const std::function<int()>& step) {
    auto last_heard = Clock::now();
    auto heard_before = heard();
    const auto start = last_heard;
    for (;;) {
        base::check_interrupt();
        const int result = step();
        if (result != again) {
            return result;
        }
        wait_io(kLookForInterrupt);
        const auto now = Clock::now();
        if (heard() != heard_before) {
            heard_before = heard();
            last_heard = now;
        }
        // A server that only sends drops to keep us waiting gets four times as long, and no more.
        if (now - last_heard > target_.handshake_limit || now - start > 4 * target_.handshake_limit) {
            throw Error(ErrorKind::kNetwork, cat(doing, " with ", target_.host), cat("no answer for ", std::chrono::ceil<std::chrono::seconds>(target_.handshake_limit).count(), " seconds"),
                        "the connection stands, but nobody answers: check the server");
        }
    }
}

std::string SshConnection::reason() const {
    const std::string text = ssh_get_error(session_.get());
    return text.empty() ? "the server closed the connection" : base::printable(text);
}

void SshConnection::wait_io(milliseconds longest) const {
    const bool writes = (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
    pollfd polled[] = {{connection_.fd.get(), static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0}, {base::interrupt_fd(), POLLIN, 0}};
    // A signal that has arrived keeps its descriptor readable: who goes on regardless (cleaning up) must not spin on it.
    const bool signalled = base::interrupt_signal() != 0;
    ::poll(polled, signalled ? 1 : 2, static_cast<int>(longest.count()));
}

void SshConnection::cut() noexcept {
    // connect(2): a socket is dissolved by AF_UNSPEC. Closing would not do: libssh has a descriptor of the same socket, and the kernel would go on sending.
    const sockaddr nowhere{};
    static_assert(AF_UNSPEC == 0);
    static_cast<void>(::connect(connection_.fd.get(), &nowhere, sizeof nowhere));
}

bool names_openssh(std::string_view banner) {
    return banner.starts_with("SSH-2.0-OpenSSH_") && !banner.starts_with("SSH-2.0-OpenSSH_for_Windows");
}

std::string fingerprint_of(const HostKey& key) {
    ssh_key raw = nullptr;
    if (ssh_pki_import_pubkey_base64(key.base64.c_str(), ssh_key_type_from_name(key.type.c_str()), &raw) != SSH_OK) {
        return "(unreadable)";
    }
    const std::unique_ptr<ssh_key_struct, void (*)(ssh_key)> owner(raw, ssh_key_free);
    unsigned char* hash = nullptr;
    std::size_t length = 0;
    if (ssh_get_publickey_hash(raw, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != SSH_OK) {
        return "(unreadable)";
    }
    char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
    ssh_clean_pubkey_hash(&hash);
    const std::unique_ptr<char, void (*)(char*)> text_owner(text, ssh_string_free_char);
    return text == nullptr ? "(unreadable)" : text;
}

}  // namespace nrear::transport
