// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "core/base/digest.h"
#include "core/base/text.h"

namespace nrear::archive {

NewFile::NewFile(int parent, std::string name) : parent_(parent), name_(std::move(name)) {
    if (make(name_) || errno != EEXIST) {
        return;
    }
    if (unlinkat(parent_, name_.c_str(), AT_REMOVEDIR) == 0) {
        make(name_);
    } else if (errno == ENOTDIR) {
        make(base::cat(".nrear-", base::random_uuid()));
    }
}

NewFile::NewFile(NewFile&& other) noexcept
    : parent_(other.parent_), name_(std::move(other.name_)), made_(std::exchange(other.made_, {})), fd_(std::move(other.fd_)) {}

NewFile::~NewFile() {
    if (!made_.empty()) {
        unlinkat(parent_, made_.c_str(), 0);
    }
}

bool NewFile::make(const std::string& name) {
    fd_.reset(openat(parent_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd_) {
        made_ = name;
    }
    return static_cast<bool>(fd_);
}

bool NewFile::place_as(const std::string& name) {
    const auto made = std::exchange(made_, {});
    if (made == name || renameat(parent_, made.c_str(), parent_, name.c_str()) == 0) {
        return true;
    }
    const int error_number = errno;
    unlinkat(parent_, made.c_str(), 0);
    errno = error_number;
    return false;
}

}  // namespace nrear::archive
