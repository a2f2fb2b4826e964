// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::base {

Root::Root(std::string prefix, RootObserver* observer) : prefix_(std::move(prefix)), observer_(observer) {
    while (!prefix_.empty() && prefix_.back() == '/') {
        prefix_.pop_back();
    }
}

std::string Root::path(std::string_view inside) const {
    return cat(prefix_, inside.starts_with('/') ? "" : "/", inside);
}

std::string Root::read(std::string_view inside) const {
    if (auto text = read_if_exists(inside)) {
        return *std::move(text);
    }
    throw system_error("read " + path(inside), ENOENT);
}

std::optional<std::string> Root::read_if_exists(std::string_view inside) const {
    const auto resolved = resolve(inside);
    if (!resolved) {
        return std::nullopt;
    }
    const auto real = path(*resolved);
    const UniqueFd fd(::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ENODEV || errno == ENXIO) {
            return std::nullopt;
        }
        throw system_error("open " + real, errno);
    }
    try {
        auto content = read_all(fd.get(), real);
        if (observer_ != nullptr) {
            observer_->on_read(*resolved, content);
        }
        return content;
    } catch (const Error&) {
        // Attributes of sysfs answer "no such thing" at read, not at open.
        if (errno == EINVAL || errno == ENODEV || errno == ENXIO || errno == EOPNOTSUPP) {
            return std::nullopt;
        }
        throw;
    }
}

std::string Root::read_line(std::string_view inside) const {
    const auto text = read_if_exists(inside).value_or("");
    return std::string(trim(text.substr(0, text.find('\n'))));
}

bool Root::exists(std::string_view inside) const { return resolve(inside).has_value(); }

bool Root::is_directory(std::string_view inside) const {
    const auto resolved = resolve(inside);
    const auto found = resolved ? facts(*resolved) : std::nullopt;
    return found && S_ISDIR(found->mode);
}

std::optional<FileFacts> Root::facts(std::string_view inside) const {
    struct stat result {};
    if (lstat(path(inside).c_str(), &result) != 0) {
        return std::nullopt;
    }
    const FileFacts found{result.st_mode, static_cast<std::uint64_t>(result.st_size), result.st_rdev};
    if (observer_ != nullptr) {
        observer_->on_entry(std::string(inside), found);
    }
    return found;
}

std::optional<std::string> Root::read_link(std::string_view inside) const {
    char buffer[PATH_MAX];
    const ssize_t length = readlink(path(inside).c_str(), buffer, sizeof buffer);
    if (length < 0) {
        return std::nullopt;
    }
    std::string target(buffer, static_cast<std::size_t>(length));
    if (observer_ != nullptr) {
        observer_->on_link(std::string(inside), target);
    }
    return target;
}

std::vector<std::string> Root::list(std::string_view directory) const {
    std::vector<std::string> names;
    const auto resolved = resolve(directory);
    if (DIR* stream = resolved ? opendir(path(*resolved).c_str()) : nullptr) {
        while (const dirent* entry = readdir(stream)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") {
                names.emplace_back(name);
            }
        }
        closedir(stream);
    }
    std::sort(names.begin(), names.end());
    if (observer_ != nullptr && resolved) {
        observer_->on_list(*resolved, names);
    }
    return names;
}

std::optional<std::string> Root::resolve(std::string_view inside) const {
    return resolve(inside, [](const std::string&, const FileFacts&) {});
}

std::optional<std::string> Root::resolve(std::string_view inside, const OnPart& on_part) const {
    constexpr int kMaximumLinks = 40;  // as the kernel's MAXSYMLINKS
    std::deque<std::string> remaining;
    for (auto& part : split(inside, '/')) {
        remaining.push_back(std::move(part));
    }
    std::string done;
    int links = 0;
    while (!remaining.empty()) {
        const std::string part = std::move(remaining.front());
        remaining.pop_front();
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == "..") {
            done.resize(done.empty() ? 0 : done.rfind('/'));
            continue;
        }
        const std::string next = cat(done, "/", part);
        const auto found = facts(next);
        if (!found) {
            return std::nullopt;
        }
        on_part(next, *found);
        if (!S_ISLNK(found->mode)) {
            done = next;
            continue;
        }
        const auto target = read_link(next);
        if (!target || ++links > kMaximumLinks) {
            return std::nullopt;
        }
        done = target->starts_with('/') ? "" : done;
        auto parts = split(*target, '/');
        remaining.insert(remaining.begin(), parts.begin(), parts.end());
    }
    return done.empty() ? "/" : done;
}

}  // namespace nrear::base
