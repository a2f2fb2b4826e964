// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/local_transport.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::transport {

namespace {

using base::cat;

[[noreturn]] void fail(const std::string& what, int error_number) {
    const auto error = system_error(what, error_number);
    if (error.kind() == ErrorKind::kNoSpaceLocal) {
        throw Error(ErrorKind::kNoSpaceRemote, error.what_failed(), error.why(), "make room there; an earlier backup is untouched");
    }
    throw error;
}

std::string directory_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

void sync_directory(const std::string& directory) {
    const base::UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Shares (CIFS, FUSE) often cannot sync a directory: EINVAL then, and there is nothing better to do.
    if (fd && ::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
        fail("sync the directory " + directory, errno);
    }
}

class LocalSink final : public base::FinishingSink {
public:
    explicit LocalSink(std::string path) : path_(std::move(path)), temporary_(path_ + kTemporarySuffix) {
        if (::unlink(temporary_.c_str()) != 0 && errno != ENOENT) {
            fail("remove " + temporary_, errno);
        }
        fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd_) {
            fail("create " + temporary_, errno);
        }
    }
    LocalSink(const LocalSink&) = delete;
    LocalSink& operator=(const LocalSink&) = delete;
    ~LocalSink() override {
        if (!done_) {
            ::unlink(temporary_.c_str());
        }
    }

    void write(base::Bytes bytes) override {
        while (!bytes.empty()) {
            base::check_interrupt();
            const ssize_t written = ::write(fd_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), kMostAtOnce));
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written < 0) {
                failed_ = true;
                fail("write " + temporary_, errno);
            }
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }

    void finish() override {
        if (failed_) {
            throw Error(ErrorKind::kGeneral, "finish " + temporary_, "an earlier part of it failed");
        }
        if (::fsync(fd_.get()) != 0) {
            fail("sync " + temporary_, errno);
        }
        if (::close(fd_.release()) != 0 && errno != EINTR) {
            fail("close " + temporary_, errno);
        }
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
            fail(cat("rename ", temporary_, " to ", path_), errno);
        }
        done_ = true;
        sync_directory(directory_of(path_));
    }

private:
    static constexpr std::size_t kMostAtOnce = 4 * 1024 * 1024;  // so that interruption is seen soon on slow shares

    std::string path_;
    std::string temporary_;
    base::UniqueFd fd_;
    bool failed_ = false;
    bool done_ = false;
};

FileInfo info_of(std::string name, const struct stat& facts) {
    return {std::move(name), static_cast<std::uint64_t>(facts.st_size), facts.st_mtim.tv_sec, S_ISDIR(facts.st_mode)};
}

}  // namespace

std::unique_ptr<base::FinishingSink> LocalTransport::create(const std::string& path) { return std::make_unique<LocalSink>(path); }

std::unique_ptr<base::RandomAccessSource> LocalTransport::open(const std::string& path) { return std::make_unique<base::FileSource>(path); }

std::optional<FileInfo> LocalTransport::stat(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::nullopt;
        }
        fail("look at " + path, errno);
    }
    const auto end = path.find_last_not_of('/');
    const auto name = end == std::string::npos ? "/" : path.substr(0, end + 1).substr(path.find_last_of('/', end) + 1);
    return info_of(name, facts);
}

std::vector<FileInfo> LocalTransport::list(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (!stream) {
        fail("list " + directory, errno);
    }
    std::vector<FileInfo> entries;
    for (;;) {
        errno = 0;
        const auto* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            if (errno != 0) {
                fail("list " + directory, errno);
            }
            break;
        }
        const std::string name = entry->d_name;
        struct stat facts {};
        if (name != "." && name != ".." && ::fstatat(::dirfd(stream.get()), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
            entries.push_back(info_of(name, facts));
        }
    }
    std::sort(entries.begin(), entries.end(), [](const FileInfo& a, const FileInfo& b) { return a.name < b.name; });
    return entries;
}

void LocalTransport::make_directories(const std::string& path) {
    try {
        base::make_directories(path, 0750);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::kNoSpaceLocal) {
            throw Error(ErrorKind::kNoSpaceRemote, error.what_failed(), error.why());
        }
        throw;
    }
}

void LocalTransport::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        fail(cat("rename ", from, " to ", to), errno);
    }
    sync_directory(directory_of(to));
}

void LocalTransport::remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        fail("remove " + path, errno);
    }
}

void LocalTransport::remove_directory(const std::string& path) {
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT) {
        fail("remove the directory " + path, errno);
    }
}

std::optional<Space> LocalTransport::space(const std::string& directory) {
    struct statvfs facts {};
    if (::statvfs(directory.c_str(), &facts) != 0) {
        fail("ask for the free space of " + directory, errno);
    }
    return Space{std::uint64_t{facts.f_bavail} * facts.f_frsize, std::uint64_t{facts.f_blocks} * facts.f_frsize};
}

}  // namespace nrear::transport
