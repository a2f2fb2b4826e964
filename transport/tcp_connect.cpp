// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/tcp_connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::transport {

namespace {

using base::cat;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookForInterrupt{200};
constexpr milliseconds kNextAddressAfter{1000};

struct Address {
    sockaddr_storage bytes{};
    socklen_t length = 0;
    std::string text;
};

/// What the thread that asks for addresses and the one that waits for them share; it may outlive the waiting.
struct Lookup {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<int> result;  ///< of getaddrinfo
    int error_number = 0;
    std::vector<Address> addresses;
};

int look_up(const std::string& host, std::uint16_t port, bool numeric, std::vector<Address>& addresses) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : AI_ADDRCONFIG);
    addrinfo* list = nullptr;
    const auto service = cat(port);
    int result = getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
    if (result == EAI_BADFLAGS || (result != 0 && !numeric)) {
        hints.ai_flags &= ~AI_ADDRCONFIG;  // a machine with nothing but loopback up
        result = getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, [](addrinfo* p) {
        if (p != nullptr) {
            freeaddrinfo(p);
        }
    });
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        Address address;
        address.length = std::min<socklen_t>(entry->ai_addrlen, sizeof address.bytes);
        std::memcpy(&address.bytes, entry->ai_addr, address.length);
        char text[NI_MAXHOST] = "?";
        getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
        address.text = text;
        addresses.push_back(std::move(address));
    }
    return result;
}

Error name_error(const std::string& host, int result, int error_number) {
    const std::string why = result == EAI_SYSTEM ? std::strerror(error_number) : gai_strerror(result);
    return {ErrorKind::kNetwork, cat("find the address of ", host), base::to_lower(why.substr(0, 1)) + why.substr(1),
            "check the name in the URL, /etc/hosts and /etc/resolv.conf, or write the address into the URL"};
}

/// getaddrinfo() cannot be interrupted and waits as long as the resolver likes, so a thread does it.
std::vector<Address> addresses_of(const TcpTarget& target, Clock::time_point deadline) {
    auto lookup = std::make_shared<Lookup>();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([lookup, host = target.host, port = target.port] {
        std::vector<Address> addresses;
        const int result = look_up(host, port, false, addresses);
        const int error_number = errno;
        const std::lock_guard guard(lookup->mutex);
        lookup->result = result;
        lookup->error_number = error_number;
        lookup->addresses = std::move(addresses);
        lookup->done.notify_all();
    }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);

    std::unique_lock guard(lookup->mutex);
    while (!lookup->done.wait_for(guard, kLookForInterrupt, [&] { return lookup->result.has_value(); })) {
        base::check_interrupt();
        if (Clock::now() > deadline) {
            throw Error(ErrorKind::kNetwork, cat("find the address of ", target.host), "no name server answered in time",
                        "check /etc/resolv.conf, or write the address into the URL or the name into /etc/hosts");
        }
    }
    if (*lookup->result != 0) {
        throw name_error(target.host, *lookup->result, lookup->error_number);
    }
    return std::move(lookup->addresses);
}

std::vector<Address> pinned(const TcpTarget& target) {
    std::vector<Address> addresses;
    for (const auto& text : target.pinned_addresses) {
        if (const int result = look_up(text, target.port, true, addresses); result != 0) {
            throw name_error(text, result, errno);
        }
    }
    return addresses;
}

class Race {
public:
    Race(const TcpTarget& target, std::vector<Address> addresses, Clock::time_point deadline)
        : target_(target), addresses_(std::move(addresses)), deadline_(deadline) {}

    TcpConnection run() {
        auto next_start = Clock::now();
        for (;;) {
            base::check_interrupt();
            const auto now = Clock::now();
            if (now > deadline_) {
                break;
            }
            if (next_ < addresses_.size() && (now >= next_start || running_.empty())) {
                start(addresses_[next_++]);
                next_start = now + kNextAddressAfter;
            }
            if (running_.empty() && next_ == addresses_.size()) {
                break;
            }
            if (auto winner = look()) {
                return std::move(*winner);
            }
        }
        lost();
    }

private:
    struct Attempt {
        base::UniqueFd fd;
        std::string address;
    };

    void start(const Address& address) {
        base::UniqueFd fd(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd || (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.length) != 0 && errno != EINPROGRESS)) {
            said(address.text, errno);
            return;
        }
        running_.push_back({std::move(fd), address.text});
    }

    std::optional<TcpConnection> look() {
        std::vector<pollfd> polled;
        for (const auto& attempt : running_) {
            polled.push_back({attempt.fd.get(), POLLOUT, 0});
        }
        polled.push_back({base::interrupt_fd(), POLLIN, 0});
        ::poll(polled.data(), polled.size(), static_cast<int>(kLookForInterrupt.count()));
        for (std::size_t i = running_.size(); i-- > 0;) {
            if (polled[i].revents == 0) {
                continue;
            }
            int error_number = 0;
            socklen_t length = sizeof error_number;
            if (::getsockopt(running_[i].fd.get(), SOL_SOCKET, SO_ERROR, &error_number, &length) != 0) {
                error_number = errno;
            }
            if (error_number == 0) {
                return TcpConnection{std::move(running_[i].fd), running_[i].address};
            }
            said(running_[i].address, error_number);
            running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        return std::nullopt;
    }

    void said(const std::string& address, int error_number) {
        refused_ = refused_ || error_number == ECONNREFUSED;
        answers_.push_back(cat(address, ": ", std::strerror(error_number)));
    }

    [[noreturn]] void lost() {
        for (const auto& attempt : running_) {
            answers_.push_back(cat(attempt.address, ": no answer in time"));
        }
        throw Error(ErrorKind::kNetwork, cat("connect to ", target_.host, " port ", target_.port), base::join(answers_, ", "),
                    refused_ ? "check that sshd runs there, and the port in the URL" : "check the network, firewalls, and the address in the URL");
    }

    const TcpTarget& target_;
    std::vector<Address> addresses_;
    Clock::time_point deadline_;
    std::size_t next_ = 0;
    std::vector<Attempt> running_;
    std::vector<std::string> answers_;
    bool refused_ = false;
};

void set_option(const base::UniqueFd& fd, int level, int name, unsigned value) {
    if (::setsockopt(fd.get(), level, name, &value, sizeof value) != 0) {
        throw system_error("set up the connection", errno);
    }
}

}  // namespace

TcpConnection connect_tcp(const TcpTarget& target) {
    const auto deadline = Clock::now() + target.time_limit;
    auto addresses = target.pinned_addresses.empty() ? addresses_of(target, deadline) : pinned(target);
    auto connection = Race(target, std::move(addresses), deadline).run();
    set_option(connection.fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(connection.fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(connection.fd, IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set_option(connection.fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set_option(connection.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<unsigned>(target.silence_limit.count()));
    return connection;
}

}  // namespace nrear::transport
