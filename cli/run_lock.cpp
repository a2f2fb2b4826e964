// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::cli {

using base::cat;

RunLock::RunLock(const std::string& command, const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) {
    if (!fd_) {
        throw system_error("open the lock file " + path, errno);
    }
    if (flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw system_error("lock " + path, errno);
        }
        const std::string holder = base::printable(base::trim(base::read_all(fd_.get(), path)));
        throw Error(ErrorKind::kLocked, "another nrear is at work", holder.empty() ? "" : cat("process ", holder), "wait for its end, or stop it");
    }
    const std::string text = cat(getpid(), " (", command, ")\n");
    if (ftruncate(fd_.get(), 0) != 0) {
        throw system_error("write the lock file " + path, errno);
    }
    base::write_all(fd_.get(), base::as_bytes(text), path);
}

}  // namespace nrear::cli
