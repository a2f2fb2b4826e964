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

/// What a mounted share says when its server is away: NFS (soft), CIFS, sshfs.
bool is_about_the_line(int error_number) {
    switch (error_number) {
        case ETIMEDOUT:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENETDOWN:
        case ENETUNREACH:
        case ENOTCONN:
        case ECONNRESET:
        case ECONNABORTED:
        case ECONNREFUSED:
        case ESTALE:
            return true;
        default:
            return false;
    }
}

[[noreturn]] void fail(const std::string& what, int error_number) {
    const auto error = system_error(what, error_number);
    if (is_about_the_line(error_number)) {
        throw Error(ErrorKind::kNetwork, error.what_failed(), error.why(), "check the server of the share, and whether the share is mounted");
    }
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

constexpr std::size_t kMostAtOnce = 4 * 1024 * 1024;  // so that interruption is seen soon on slow shares

class LocalSink final : public Upload {
public:
    explicit LocalSink(std::string path) : LocalSink(std::move(path), 0) {
        if (::unlink(temporary_.c_str()) != 0 && errno != ENOENT) {
            fail("remove " + temporary_, errno);
        }
        open(O_CREAT | O_EXCL, "create ");
        owns_ = true;
    }
    LocalSink(std::string path, std::uint64_t offset) : path_(std::move(path)), temporary_(path_ + kTemporarySuffix), written_(offset) {}
    LocalSink(const LocalSink&) = delete;
    LocalSink& operator=(const LocalSink&) = delete;
    ~LocalSink() override {
        if (owns_) {
            ::unlink(temporary_.c_str());
        }
    }

    void open_again() {
        open(0, "open ");
        owns_ = ::lseek(fd_.get(), static_cast<off_t>(written_), SEEK_SET) >= 0;
        if (!owns_) {
            fail("go on with " + temporary_, errno);
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
            written_ += static_cast<std::uint64_t>(written);
        }
    }

    std::uint64_t confirmed() const override { return written_; }
    void leave() noexcept override { owns_ = false; }

    void finish() override {
        if (failed_) {
            throw Error(ErrorKind::kGeneral, "finish " + temporary_, "an earlier part of it failed");
        }
        if (::fsync(fd_.get()) != 0) {
            fail("sync " + temporary_, errno);
        }
        struct stat facts {};
        if (::fstat(fd_.get(), &facts) != 0) {
            fail("ask for the size of " + temporary_, errno);
        }
        if (const auto size = static_cast<std::uint64_t>(facts.st_size); size != written_) {
            throw Error(ErrorKind::kIntegrity, "finish " + temporary_, cat("it has ", size, " bytes where ", written_, " were written"));
        }
        if (::close(fd_.release()) != 0 && errno != EINTR) {
            fail("close " + temporary_, errno);
        }
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
            fail(cat("rename ", temporary_, " to ", path_), errno);
        }
        owns_ = false;
        sync_directory(directory_of(path_));
    }

private:
    void open(int flags, const char* what) {
        fd_.reset(::open(temporary_.c_str(), O_WRONLY | flags | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd_) {
            fail(what + temporary_, errno);
        }
    }

    std::string path_;
    std::string temporary_;
    base::UniqueFd fd_;
    std::uint64_t written_;  ///< offset of the next byte
    bool failed_ = false;
    bool owns_ = false;      ///< the temporary file is ours to remove
};

class LocalSource final : public base::RandomAccessSource {
public:
    LocalSource(std::string path, std::uint64_t position) : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)), position_(position) {
        struct stat facts {};
        if (!fd_ || ::fstat(fd_.get(), &facts) != 0) {
            fail("open " + path_, errno);
        }
        size_ = static_cast<std::uint64_t>(facts.st_size);
    }
    std::size_t read(base::MutableBytes buffer) override {
        const auto count = read_at(position_, buffer);
        position_ += count;
        return count;
    }
    std::uint64_t size() const override { return size_; }
    std::size_t read_at(std::uint64_t offset, base::MutableBytes buffer) override {
        std::size_t done = 0;
        while (done < buffer.size()) {
            base::check_interrupt();
            const auto count = std::min(buffer.size() - done, kMostAtOnce);
            const ssize_t got = ::pread(fd_.get(), buffer.data() + done, count, static_cast<off_t>(offset + done));
            if (got == 0) {
                break;
            }
            if (got > 0) {
                done += static_cast<std::size_t>(got);
            } else if (errno != EINTR) {
                fail("read " + path_, errno);
            }
        }
        return done;
    }

private:
    std::string path_;
    base::UniqueFd fd_;
    std::uint64_t position_;
    std::uint64_t size_ = 0;
};

FileInfo info_of(std::string name, const struct stat& facts) {
    return {std::move(name), static_cast<std::uint64_t>(facts.st_size), facts.st_mtim.tv_sec, S_ISDIR(facts.st_mode)};
}

}  // namespace

std::unique_ptr<Upload> LocalTransport::start(const std::string& path) { return std::make_unique<LocalSink>(path); }

std::unique_ptr<Upload> LocalTransport::resume(const std::string& path, std::uint64_t offset) {
    auto sink = std::make_unique<LocalSink>(path, offset);
    sink->open_again();
    return sink;
}

std::unique_ptr<base::RandomAccessSource> LocalTransport::open_at(const std::string& path, std::uint64_t position) {
    return std::make_unique<LocalSource>(path, position);
}

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
