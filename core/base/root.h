// SPDX-License-Identifier: GPL-3.0-or-later
// The root of the host that is looked at: "/" in life, a recorded folder in tests. Every read of /sys, /proc, /etc, /boot, /lib… goes through it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nrear::base {

struct FileFacts {
    std::uint32_t mode = 0;  ///< st_mode, with the type bits
    std::uint64_t size = 0;  ///< bytes
    std::uint64_t rdev = 0;
};

/// Hears what is learnt through a Root, at the moment at which it is learnt: how a host is recorded. Paths are inside the root and free of symlinks, but
/// for the last part of those of on_entry() and on_link(). What does not exist is not told.
class RootObserver {
public:
    virtual ~RootObserver() = default;
    virtual void on_entry(const std::string& path, const FileFacts& facts) = 0;
    virtual void on_link(const std::string& path, const std::string& target) = 0;
    virtual void on_read(const std::string& path, const std::string& content) = 0;
    virtual void on_list(const std::string& directory, const std::vector<std::string>& names) = 0;
};

class Root {
public:
    using OnPart = std::function<void(const std::string& path, const FileFacts& facts)>;

    /// The observer, if any, outlives this root and its copies.
    explicit Root(std::string prefix = "/", RootObserver* observer = nullptr);

    /// The real path of an absolute path inside this root.
    std::string path(std::string_view inside) const;
    std::string read(std::string_view path) const;                              ///< Throws Error.
    std::optional<std::string> read_if_exists(std::string_view path) const;     ///< nothing on ENOENT, ENOTDIR, ENODEV, EINVAL; else throws Error
    /// First line without the newline, "" when the file does not exist: for one-value files of sysfs.
    std::string read_line(std::string_view path) const;
    bool exists(std::string_view path) const;                                   ///< follows symlinks inside this root
    bool is_directory(std::string_view path) const;
    std::optional<FileFacts> facts(std::string_view path) const;                ///< lstat
    std::optional<std::string> read_link(std::string_view path) const;
    std::vector<std::string> list(std::string_view directory) const;            ///< names, sorted; empty when it is no directory
    /// All symlinks of the path resolved inside this root (an absolute link target starts at this root); nothing when it does not exist.
    std::optional<std::string> resolve(std::string_view path) const;
    /// The same; `on_part` hears of each symlink, directory and file on the way, in order. Its path is free of symlinks but for the last part.
    std::optional<std::string> resolve(std::string_view path, const OnPart& on_part) const;

private:
    std::string prefix_;  ///< without the last slash
    RootObserver* observer_;
};

}  // namespace nrear::base
