// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/host_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::transport {

namespace {

using base::cat;

/// "ssh-ed25519" as people say it.
std::string kind_of(const HostKey& key) {
    if (key.type == "ssh-ed25519") {
        return "ED25519";
    }
    if (key.type == "ssh-rsa") {
        return "RSA";
    }
    return key.type.rfind("ecdsa-", 0) == 0 ? "ECDSA" : key.type;
}

std::string how_to_see(const HostKey& key) {
    const auto kind = base::to_lower(kind_of(key));
    return cat("on the server, \"ssh-keygen -lf /etc/ssh/ssh_host_", kind, "_key.pub\" shows the right one");
}

std::string server_of(const Location& location, const SshConnection& connection) {
    auto text = location.host;
    if (connection.address() != location.host) {
        text += cat(" (", connection.address(), ")");
    }
    return location.port == 22 ? text : cat(text, " port ", location.port);
}

/// Appends a line; a last line that somebody left without its end is ended first.
void add_line(const std::string& path, const std::string& line) {
    if (const auto slash = path.find_last_of('/'); slash != std::string::npos && slash != 0) {
        base::make_directories(path.substr(0, slash), 0700);
    }
    const base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!fd) {
        throw system_error("open " + path, errno);
    }
    struct stat facts {};
    char last = '\n';
    if (::fstat(fd.get(), &facts) == 0 && facts.st_size > 0 && ::pread(fd.get(), &last, 1, facts.st_size - 1) != 1) {
        throw system_error("read " + path, errno);
    }
    base::write_all(fd.get(), base::as_bytes(cat(last == '\n' ? "" : "\n", line, "\n")), path);
}

[[noreturn]] void refuse_changed(const std::string& server, const std::string& name, const HostKey& shown, const KnownHost& known) {
    throw Error(ErrorKind::kHostKey, cat("trust ", server),
                cat("its host key has changed: it shows ", kind_of(shown), " ", fingerprint_of(shown), ", but ", known.file, ":", known.line, " has ",
                    kind_of(known.key), " ", fingerprint_of(known.key), ". Somebody may be listening in, or the server was installed anew. Nothing was sent."),
                cat("if the change is right (", how_to_see(shown), "), remove the old key: ssh-keygen -R ", base::shell_quote(name), " -f ", base::shell_quote(known.file)));
}

[[noreturn]] void refuse_other(const std::string& server, const HostKey& shown, const KnownHost& first) {
    throw Error(ErrorKind::kHostKey, cat("trust ", server),
                cat("it shows ", kind_of(shown), " ", fingerprint_of(shown), ", but had ", kind_of(first.key), " ", fingerprint_of(first.key),
                    " when this run began: that is another server, or somebody listens in. Nothing was sent to it."),
                "look whether the name or address leads to several servers: a backup needs one");
}

[[noreturn]] void refuse_revoked(const std::string& server, const HostKey& shown, const KnownHost& known) {
    throw Error(ErrorKind::kHostKey, cat("trust ", server),
                cat("its host key ", kind_of(shown), " ", fingerprint_of(shown), " is revoked by ", known.file, ":", known.line, ". Nothing was sent."),
                "give the server a new host key");
}

void decide_on_unknown(const std::string& server, const HostKey& shown, const SshOptions& options, base::Questions& questions, base::Log& log) {
    const auto key = cat(kind_of(shown), " ", fingerprint_of(shown));
    if (options.accept_new_host_key) {
        log.debug(cat("new host key of ", server, " accepted as asked for: ", key));
        return;
    }
    if (!questions.interactive()) {
        throw Error(ErrorKind::kHostKey, cat("trust ", server), cat("its host key is not known: ", key, ". Nothing was sent."),
                    cat("compare it (", how_to_see(shown), "), then run once with --accept-new-host-key, or add the key to ", options.known_hosts_files.empty() ? "known_hosts" : options.known_hosts_files.front()));
    }
    const auto question = cat("The host key of ", server, " is not known:\n    ", key, "\nCompare it: ", how_to_see(shown), ".\nTrust it from now on?");
    if (!questions.confirm(question)) {
        throw Error(ErrorKind::kHostKey, cat("trust ", server), cat("its host key is not known (", key, ") and was not accepted. Nothing was sent."));
    }
}

}  // namespace

std::vector<KnownHost> known_hosts_of(const Location& location, const SshOptions& options) {
    if (options.pinned_host_key) {
        return find_known_hosts(*options.pinned_host_key, "(pinned)", location.host, location.port);
    }
    std::vector<KnownHost> known;
    for (const auto& file : options.known_hosts_files) {
        if (::access(file.c_str(), F_OK) == 0) {
            auto found = find_known_hosts(base::read_file(file), file, location.host, location.port);
            known.insert(known.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
        }
    }
    return known;
}

ServerIdentity check_host_key(const SshConnection& connection, const Location& location, const std::vector<KnownHost>& known,
                              const SshOptions& options, base::Questions& questions, base::Log& log) {
    const auto shown = connection.server_key();
    const auto name = known_hosts_name(location.host, location.port);
    const auto server = server_of(location, connection);
    const auto judgement = judge_host_key(known, shown);
    ServerIdentity identity{connection.address(), cat(name, " ", shown.type, " ", shown.base64), fingerprint_of(shown)};
    switch (judgement.verdict) {
        case HostKeyVerdict::kKnown:
            log.debug(cat("host key of ", server, " is known from ", judgement.because->file, ":", judgement.because->line));
            return identity;
        case HostKeyVerdict::kChanged:
            if (options.pinned_host_key) {
                refuse_other(server, shown, *judgement.because);
            }
            refuse_changed(server, name, shown, *judgement.because);
        case HostKeyVerdict::kRevoked:
            refuse_revoked(server, shown, *judgement.because);
        case HostKeyVerdict::kUnknown:
            break;
    }
    decide_on_unknown(server, shown, options, questions, log);
    if (!options.known_hosts_files.empty()) {
        add_line(options.known_hosts_files.front(), identity.known_hosts_line);
    }
    return identity;
}

}  // namespace nrear::transport
