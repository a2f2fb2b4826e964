// SPDX-License-Identifier: GPL-3.0-or-later
#include "snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "core/base/text.h"
#include "core/base/unique_fd.h"

namespace nrear::archive::test {

namespace {

[[noreturn]] void failed(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

/// The data that is not zero, by 4 KiB blocks, hashed with its place.
std::string content_of(int fd, off_t size) {
    std::size_t hash = 0;
    std::vector<char> block(4096);
    const std::string zeros(4096, '\0');
    for (off_t at = 0; at < size;) {
        const off_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0) {
            break;
        }
        at = data / 4096 * 4096;
        const ssize_t got = pread(fd, block.data(), block.size(), at);
        if (got < 0) {
            failed("read");
        }
        const std::string_view text(block.data(), static_cast<std::size_t>(got));
        if (text != std::string_view(zeros).substr(0, text.size())) {
            hash = hash * 1000003 + std::hash<std::string_view>()(text) + static_cast<std::size_t>(at);
        }
        at += 4096;
    }
    return std::to_string(hash);
}

class Snapshot {
public:
    Snapshot(std::string root, const SnapshotOptions& options) : root_(std::move(root)), options_(options) {}

    std::map<std::string, std::string> take() {
        const base::UniqueFd fd(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd) {
            failed("open " + root_);
        }
        if (options_.root_itself) {
            describe(fd.get(), ".", "");
        }
        below(fd.get(), "");
        for (const auto& [inode, names] : links_) {
            for (const auto& name : names) {
                result_[name] += " linked to " + base::printable(*names.begin());
            }
        }
        return std::move(result_);
    }

private:
    void below(int directory, const std::string& path) {
        std::set<std::string> names;
        const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR* list = fdopendir(copy);
        while (const dirent* entry = readdir(list)) {
            names.insert(entry->d_name);
        }
        closedir(list);
        for (const auto& name : names) {
            if (name != "." && name != "..") {
                const std::string inner = path.empty() ? name : path + "/" + name;
                if (describe(directory, name, inner)) {
                    const base::UniqueFd fd(openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
                    if (!fd) {
                        failed("open " + inner);
                    }
                    below(fd.get(), inner);
                }
            }
        }
    }

    /// True for directories.
    bool describe(int directory, const std::string& name, const std::string& path) {
        struct stat facts {};
        if (fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
            failed("stat " + path);
        }
        if (S_ISSOCK(facts.st_mode)) {
            return false;
        }
        std::ostringstream text;
        text << std::oct << facts.st_mode << std::dec << " " << facts.st_uid << ":" << facts.st_gid << " time " << facts.st_mtim.tv_sec;
        if (options_.nanoseconds) {
            text << "." << facts.st_mtim.tv_nsec;
        }
        if (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode)) {
            text << " device " << facts.st_rdev;
        }
        if (S_ISLNK(facts.st_mode)) {
            std::string target(5000, '\0');
            target.resize(static_cast<std::size_t>(readlinkat(directory, name.c_str(), target.data(), target.size())));
            text << " -> " << base::printable(target);
        }
        if (S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode)) {
            describe_open(directory, name, facts, text);
        }
        describe_attributes(directory, name, text);
        if (!S_ISDIR(facts.st_mode) && facts.st_nlink > 1) {
            links_[facts.st_ino].insert(path);
        }
        result_[path] = text.str();
        return S_ISDIR(facts.st_mode);
    }

    void describe_open(int directory, const std::string& name, const struct stat& facts, std::ostream& text) {
        const base::UniqueFd fd(openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!fd) {
            failed("open " + name);
        }
        int flags = 0;
        if (options_.inode_flags && ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) == 0) {
            text << " flags " << std::hex << (flags & ~(FS_EXTENT_FL | FS_INDEX_FL | 0x10000000 | 0x00200000)) << std::dec;
        }
        if (S_ISREG(facts.st_mode)) {
            text << " size " << facts.st_size << " content " << content_of(fd.get(), facts.st_size);
            if (options_.holes) {
                text << (facts.st_blocks * 512 + 65536 < facts.st_size ? " sparse" : "");
            }
        }
    }

    void describe_attributes(int directory, const std::string& name, std::ostream& text) {
        const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + name;
        std::string names(65536, '\0');
        const ssize_t size = name == "." ? flistxattr(directory, names.data(), names.size()) : llistxattr(path.c_str(), names.data(), names.size());
        if (size < 0) {
            failed("list attributes of " + path);
        }
        std::set<std::string> sorted;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size); at += std::strlen(names.c_str() + at) + 1) {
            sorted.insert(names.c_str() + at);
        }
        for (const auto& attribute : sorted) {
            const bool acl = attribute.starts_with("system.posix_acl");
            if ((acl && !options_.acls) || (!acl && !options_.xattrs) || (attribute == "security.selinux" && !options_.selinux)) {
                continue;
            }
            std::string value(65536, '\0');
            const ssize_t got = name == "." ? fgetxattr(directory, attribute.c_str(), value.data(), value.size())
                                            : lgetxattr(path.c_str(), attribute.c_str(), value.data(), value.size());
            if (got < 0) {
                failed("get attribute " + attribute);
            }
            value.resize(static_cast<std::size_t>(got));
            text << " " << attribute << "=" << (value.size() > 200 ? std::to_string(std::hash<std::string>()(value)) : base::printable(value));
        }
    }

    std::string root_;
    SnapshotOptions options_;
    std::map<std::string, std::string> result_;
    std::map<ino_t, std::set<std::string>> links_;
};

}  // namespace

std::map<std::string, std::string> snapshot(const std::string& root, const SnapshotOptions& options) { return Snapshot(root, options).take(); }

std::string difference(const std::map<std::string, std::string>& expected, const std::map<std::string, std::string>& found) {
    std::string text;
    int count = 0;
    const auto add = [&](const std::string& line) { text += ++count <= 10 ? line + "\n" : ""; };
    for (const auto& [path, description] : expected) {
        const auto other = found.find(path);
        if (other == found.end()) {
            add("missing: " + base::printable(path).substr(0, 200));
        } else if (other->second != description) {
            add("differs: " + base::printable(path).substr(0, 200) + "\n  expected " + description + "\n  found    " + other->second);
        }
    }
    for (const auto& [path, description] : found) {
        if (!expected.contains(path)) {
            add("additional: " + base::printable(path).substr(0, 200));
        }
    }
    return text;
}

}  // namespace nrear::archive::test
