// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/transport/ssh_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <thread>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::transport::testing {

namespace {

using base::cat;

constexpr unsigned kUid = 31337;
// openssl passwd -6 of kPassword
constexpr const char* kPasswordHash = "$6$nrearnrear$lKNTNVHawgp/IzyO62Dn3jPnytkzz8dbfus.VIHbFN.Bm/eBHjTzfavqNgkS/qh7tD6XOsmsSHO7q3eQcsTFx/";

void check(bool ok, const char* what) {
    if (!ok) {
        throw system_error(cat(what, " (these tests need root)"), errno);
    }
}

void bind_over(const std::string& target, const std::string& text, const std::string& directory, unsigned mode) {
    std::string name = target;
    for (auto& c : name) {
        c = c == '/' ? '_' : c;
    }
    const auto source = directory + "/" + name;
    base::write_file(source, text, mode);
    check(::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind a file over the host's");
}

/// Once per process: accounts, /run and /mnt of our own. Children (sshd) inherit it; the host sees nothing.
void enter_own_namespace() {
    static const bool done = [] {
        check(::unshare(CLONE_NEWNS) == 0, "make a mount namespace");
        check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make mounts private");
        check(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0, "mount /run");
        check(::mkdir("/run/sshd", 0755) == 0, "make /run/sshd");
        check(::mkdir("/run/accounts", 0755) == 0, "make /run/accounts");
        check(::mount("tmpfs", "/mnt", "tmpfs", 0, "mode=755,size=900m") == 0, "mount /mnt");
        const auto user = cat(kAccount, ":x:", kUid, ":", kUid, "::/mnt/home:/bin/sh\n");
        bind_over("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n" + user, "/run/accounts", 0644);
        bind_over("/etc/shadow", cat("root:*:19000::::::\nsshd:!:19000::::::\n", kAccount, ":", kPasswordHash, ":19000:0:99999:7:::\n"), "/run/accounts", 0640);
        bind_over("/etc/group", cat("root:x:0:\nnogroup:x:65534:\n", kAccount, ":x:", kUid, ":\n"), "/run/accounts", 0644);
        bind_over("/etc/pam.d/sshd", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n", "/run/accounts", 0644);
        check(::mkdir("/mnt/home", 0755) == 0 && ::chown("/mnt/home", kUid, kUid) == 0, "make a home");
        check(::mkdir(kDisk, 0755) == 0, "make a mount point");
        check(::mount("tmpfs", kDisk, "tmpfs", 0, "size=64m") == 0, "mount a small disk");
        check(::chown(kDisk, kUid, kUid) == 0 && ::chmod(kDisk, 0755) == 0, "give the disk to the account");
        return true;
    }();
    static_cast<void>(done);
}

base::UniqueFd loopback_socket(std::uint16_t port, bool listen) {
    base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    const int result = listen ? ::bind(fd.get(), raw, sizeof address) : ::connect(fd.get(), raw, sizeof address);
    return result == 0 ? std::move(fd) : base::UniqueFd();
}

}  // namespace

std::uint16_t free_port() {
    const auto fd = loopback_socket(0, true);
    sockaddr_in address{};
    socklen_t length = sizeof address;
    check(fd && ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0, "find a free port");
    return ntohs(address.sin_port);
}

void run(const std::vector<std::string>& argv) {
    base::PosixCommandRunner runner;
    base::run_checked(runner, {.argv = argv});
}

std::string fresh_directory() {
    static int number = 0;
    base::remove_tree(cat(kDisk, "/test-", number));  // the disk is small
    const auto path = cat(kDisk, "/test-", ++number);
    check(::mkdir(path.c_str(), 0755) == 0 && ::chown(path.c_str(), kUid, kUid) == 0, "make a directory for the account");
    return path;
}

SshServer::SshServer(const Setup& setup) {
    enter_own_namespace();
    port_ = free_port();
    make_keys(setup);
    write_config(setup);
    start();
}

SshServer::~SshServer() { stop(); }

void SshServer::stop() {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

namespace {

/// Children of a process, from proc_pid_task_children (CONFIG_PROC_CHILDREN).
std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    for (const auto& word : base::split_words(base::read_file(cat("/proc/", pid, "/task/", pid, "/children")))) {
        children.push_back(static_cast<pid_t>(base::parse_u64(word).value()));
    }
    return children;
}

}  // namespace

int SshServer::kill_sessions() const {
    int killed = 0;
    for (const auto monitor : children_of(pid_)) {
        for (const auto worker : children_of(monitor)) {
            ::kill(worker, SIGKILL);
        }
        killed += ::kill(monitor, SIGKILL) == 0 ? 1 : 0;
    }
    return killed;
}

void SshServer::make_keys(const Setup& setup) {
    std::string known;
    for (const auto& type : setup.host_key_types) {
        run({"ssh-keygen", "-q", "-t", type, "-N", "", "-C", "test", "-f", path("host_" + type)});
        const auto words = base::split_words(base::read_file(path("host_" + type + ".pub")));
        known += cat("[127.0.0.1]:", port_, " ", words.at(0), " ", words.at(1), "\n");
    }
    base::write_file(path("known_hosts"), known);
    run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path("user_key")});
    // sshd reads it as the account, which may not enter our private directory.
    base::write_file("/mnt/home/authorized_keys", base::read_file(path("user_key.pub")), 0644);
}

void SshServer::write_config(const Setup& setup) {
    std::string text;
    for (const auto& line : setup.config) {
        text += line + "\n";
    }
    for (const auto& type : setup.host_key_types) {
        text += cat("HostKey ", path("host_" + type), "\n");
    }
    text += cat("ListenAddress 127.0.0.1:", port_, "\nPidFile none\nLogLevel VERBOSE\nStrictModes no\nUsePAM no\nPasswordAuthentication yes\n",
                "KbdInteractiveAuthentication no\nAuthorizedKeysFile /mnt/home/authorized_keys\nMaxStartups 100\nSubsystem sftp ", setup.sftp_command, "\n");
    base::write_file(path("sshd_config"), text);
}

void SshServer::start() {
    const auto config = path("sshd_config");
    const auto log = path("sshd.log");
    pid_ = ::fork();
    check(pid_ >= 0, "fork");
    if (pid_ == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 0);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", config.c_str(), "-E", log.c_str(), nullptr);
        ::_exit(127);
    }
    for (int i = 0; i < 200; ++i) {
        if (loopback_socket(port_, false)) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    throw std::runtime_error("sshd did not start: " + this->log());
}

std::string SshServer::log() const { return ::access(path("sshd.log").c_str(), F_OK) == 0 ? base::read_file(path("sshd.log")) : "no log"; }

Location SshServer::location(std::uint16_t port) const {
    return {.scheme = Scheme::kSftp, .user = kAccount, .password = kPassword, .host = "127.0.0.1", .port = port == 0 ? port_ : port, .path = kDisk};
}

SshOptions SshServer::options() const {
    SshOptions options;
    options.known_hosts_files = {path("known_hosts")};
    options.identity_files.clear();
    options.use_agent = false;
    return options;
}

SshOptions SshServer::options_for(std::uint16_t port) const {
    auto options = this->options();
    const auto file = cat(path("known_hosts."), port);
    base::write_file(file, base::replace_all(base::read_file(path("known_hosts")), cat("]:", port_, " "), cat("]:", port, " ")));
    options.known_hosts_files = {file};
    return options;
}

}  // namespace nrear::transport::testing
