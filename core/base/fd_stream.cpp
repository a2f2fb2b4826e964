// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fd_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>

#include "core/base/text.h"

namespace nrear::base {

namespace {

UniqueFd open_or_throw(const std::string& path, int flags, mode_t mode = 0) {
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!fd) {
        throw system_error("open " + path, errno);
    }
    return fd;
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

void remove_below(int parent, const char* name, dev_t device) noexcept {
    struct stat facts {};
    if (fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || facts.st_dev != device) {
        return;
    }
    if (!S_ISDIR(facts.st_mode)) {
        unlinkat(parent, name, 0);
        return;
    }
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (DIR* directory = fd < 0 ? nullptr : fdopendir(fd)) {
        while (const dirent* entry = readdir(directory)) {
            const std::string_view child = entry->d_name;
            if (child != "." && child != "..") {
                remove_below(dirfd(directory), entry->d_name, device);
            }
        }
        closedir(directory);
    }
    unlinkat(parent, name, AT_REMOVEDIR);
}

}  // namespace

FileSource::FileSource(std::string path) : path_(std::move(path)), fd_(open_or_throw(path_, O_RDONLY)) {}

std::size_t FileSource::read(MutableBytes buffer) {
    const std::size_t got = read_at(position_, buffer);
    position_ += got;
    return got;
}

std::uint64_t FileSource::size() const {
    struct stat facts {};
    if (fstat(fd_.get(), &facts) != 0) {
        throw system_error("stat " + path_, errno);
    }
    return static_cast<std::uint64_t>(facts.st_size);
}

std::size_t FileSource::read_at(std::uint64_t offset, MutableBytes buffer) {
    std::size_t done = 0;
    while (done < buffer.size()) {
        const ssize_t got = pread(fd_.get(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read " + path_, errno);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void FdSink::write(Bytes bytes) { write_all(fd_, bytes, name_); }

AtomicFile::AtomicFile(std::string path, unsigned mode) : path_(std::move(path)), temporary_(path_ + ".XXXXXX") {
    fd_.reset(mkostemp(temporary_.data(), O_CLOEXEC));
    if (!fd_) {
        throw system_error("create a file beside " + path_, errno);
    }
    if (fchmod(fd_.get(), mode) != 0) {
        const int error_number = errno;
        ::unlink(temporary_.c_str());
        throw system_error("set the mode of " + temporary_, error_number);
    }
}

AtomicFile::~AtomicFile() {
    if (fd_) {
        ::unlink(temporary_.c_str());
    }
}

void AtomicFile::write(Bytes bytes) { write_all(fd_.get(), bytes, temporary_); }

void AtomicFile::finish() {
    if (fsync(fd_.get()) != 0) {
        throw system_error("sync " + temporary_, errno);
    }
    if (rename(temporary_.c_str(), path_.c_str()) != 0) {
        throw system_error(cat("rename ", temporary_, " to ", path_), errno);
    }
    fd_.close(path_);
    // Without this the rename itself may be lost at a power cut.
    const UniqueFd directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory && fsync(directory.get()) != 0 && errno != EINVAL) {
        throw system_error("sync the directory of " + path_, errno);
    }
}

void write_all(int fd, Bytes bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            throw system_error("write " + name, errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::string read_all(int fd, const std::string& name) {
    std::string text;
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw system_error("read " + name, errno);
        }
        if (got == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

std::string read_file(const std::string& path) {
    const auto fd = open_or_throw(path, O_RDONLY);
    return read_all(fd.get(), path);
}

void write_file(const std::string& path, std::string_view text, unsigned mode) {
    AtomicFile file(path, mode);
    file.write(as_bytes(text));
    file.finish();
}

void make_directories(const std::string& path, unsigned mode) {
    for (std::size_t at = 1; at <= path.size(); ++at) {
        if (at < path.size() && path[at] != '/') {
            continue;
        }
        const std::string part = path.substr(0, at);
        if (::mkdir(part.c_str(), mode) != 0) {
            const int error_number = errno;
            struct stat facts {};
            if (::stat(part.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) {
                throw system_error("make directory " + part, error_number == EEXIST ? ENOTDIR : error_number);
            }
        }
    }
}

void remove_tree(const std::string& path) noexcept {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) == 0) {
        remove_below(AT_FDCWD, path.c_str(), facts.st_dev);
    }
}

}  // namespace nrear::base
