// SPDX-License-Identifier: GPL-3.0-or-later
// A server in memory that dies at the n-th change: for promises that hold at every point of a sequence of renames.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/memory_stream.h"
#include "transport/transport.h"

namespace nrear::testing {

/// Thrown in the place of death: no Error, so that nothing can handle it.
struct Killed {};

class MemoryTransport final : public transport::Transport {
public:
    std::map<std::string, std::string> files;
    std::set<std::string> directories{"/"};
    std::map<std::string, std::int64_t> times;  ///< where a test wants another than 0
    bool may_list = true;
    std::string other_file_system;              ///< a directory that nothing from outside is renamed into, nor from inside out
    int changes_left = -1;                      ///< negative: lives for ever

    std::unique_ptr<base::FinishingSink> create(const std::string& path) override {
        need_directory(path);
        return std::make_unique<UploadSink>(*this, path);
    }
    std::unique_ptr<base::RandomAccessSource> open(const std::string& path) override {
        const auto found = files.find(path);
        if (found == files.end()) {
            throw Error(ErrorKind::kGeneral, "open " + path, "no such file");
        }
        return std::make_unique<base::MemoryFile>(base::as_bytes(found->second));
    }
    std::optional<transport::FileInfo> stat(const std::string& path) override {
        if (const auto found = files.find(path); found != files.end()) {
            return info(path, found->second.size());
        }
        return directories.contains(path) ? std::optional(transport::FileInfo{name_of(path), 0, 0, true}) : std::nullopt;
    }
    std::vector<transport::FileInfo> list(const std::string& directory) override {
        if (!directories.contains(directory) || !may_list) {
            throw Error(ErrorKind::kGeneral, "list " + directory, may_list ? "no such directory" : "permission denied");
        }
        std::vector<transport::FileInfo> found;
        for (const auto& [path, content] : files) {
            if (parent_of(path) == directory) {
                found.push_back(info(path, content.size()));
            }
        }
        for (const auto& path : directories) {
            if (path != "/" && parent_of(path) == directory) {
                found.push_back({name_of(path), 0, 0, true});
            }
        }
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        return found;
    }
    void make_directories(const std::string& path) override {
        if (!directories.contains(path)) {
            make_directories(parent_of(path));
            change();
            directories.insert(path);
        }
    }
    void rename(const std::string& from, const std::string& to) override {
        need_directory(to);
        const auto inside = [&](const std::string& path) { return !other_file_system.empty() && path.starts_with(other_file_system + "/"); };
        if (inside(from) != inside(to)) {
            throw Error(ErrorKind::kGeneral, "rename " + from, "they lie on two file systems");
        }
        change();
        auto moved = files.extract(from);
        if (moved.empty()) {
            throw Error(ErrorKind::kGeneral, "rename " + from, "no such file");
        }
        files[to] = moved.mapped();
        times[to] = times[from];
    }
    void remove(const std::string& path) override {
        if (files.contains(path)) {
            change();
            files.erase(path);
        }
    }
    void remove_directory(const std::string& path) override {
        if (directories.contains(path)) {
            if (!list(path).empty()) {
                throw Error(ErrorKind::kGeneral, "remove the directory " + path, "not empty");
            }
            change();
            directories.erase(path);
        }
    }
    std::optional<transport::Space> space(const std::string&) override { return std::nullopt; }
    std::string description() const override { return "memory"; }

    /// Without changes being counted.
    void put(const std::string& path, const std::string& text) {
        for (auto directory = parent_of(path); directories.insert(directory).second;) {
            directory = parent_of(directory);
        }
        files[path] = text;
    }

private:
    class UploadSink final : public base::FinishingSink {
    public:
        UploadSink(MemoryTransport& owner, std::string path) : owner_(owner), path_(std::move(path)) {}
        void write(base::Bytes bytes) override {
            owner_.change();
            owner_.files[path_ + transport::kTemporarySuffix] += base::as_text(bytes);
        }
        void finish() override {
            owner_.change();
            auto part = owner_.files.extract(path_ + transport::kTemporarySuffix);
            owner_.files[path_] = part.empty() ? "" : part.mapped();
        }

    private:
        MemoryTransport& owner_;
        std::string path_;
    };

    static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
    static std::string parent_of(const std::string& path) {
        const auto slash = path.rfind('/');
        return slash == 0 ? "/" : path.substr(0, slash);
    }
    transport::FileInfo info(const std::string& path, std::size_t size) {
        const auto time = times.find(path);
        return {name_of(path), size, time == times.end() ? 0 : time->second, false};
    }
    void need_directory(const std::string& path) const {
        if (!directories.contains(parent_of(path))) {
            throw Error(ErrorKind::kGeneral, "write " + path, "no such directory");
        }
    }
    void change() {
        if (changes_left == 0) {
            throw Killed{};
        }
        --changes_left;
    }
};

}  // namespace nrear::testing
