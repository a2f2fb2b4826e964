// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/file_set.h"

#include <sys/stat.h>

#include <utility>

#include "core/base/command.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

constexpr unsigned kPermissions = 07777;
constexpr unsigned kSetIds = 06000;  // everybody is root in the rescue system
constexpr std::size_t kLongestShebang = 256;

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

// "#!/usr/bin/env python3" names two programs, "#!/bin/sh -e" one.
std::vector<std::string> shebang_programs(const std::string& head) {
    if (!head.starts_with("#!")) {
        return {};
    }
    auto words = base::split_words(head.substr(2, head.find('\n') - 2));
    if (words.empty() || words[0].find('/') != 0) {
        return {};
    }
    words.resize(words[0].ends_with("/env") && words.size() > 1 ? 2 : 1);
    return words;
}

}  // namespace

void FileSet::put(ImageEntry entry) {
    auto path = entry.path;
    entries_.try_emplace(std::move(path), std::move(entry));  // the first reason stays
}

void FileSet::put_parents(const std::string& path) {
    for (auto parent = parent_of(path); parent != "/" && !entries_.contains(parent); parent = parent_of(parent)) {
        ImageEntry entry;
        entry.path = parent;
        entry.kind = EntryKind::kDirectory;
        entry.mode = 0755;
        entry.reason = "directory: of what is in it";
        put(std::move(entry));
    }
}

void FileSet::put_directory(const std::string& path, unsigned mode, const std::string& reason) {
    put_parents(path);
    ImageEntry entry;
    entry.path = path;
    entry.kind = EntryKind::kDirectory;
    entry.mode = mode;
    entry.reason = reason;
    put(std::move(entry));
}

void FileSet::put_file(const std::string& path, std::string content, unsigned mode, const std::string& reason) {
    put_parents(path);
    ImageEntry entry;
    entry.path = path;
    entry.mode = mode;
    entry.size = content.size();
    entry.content = std::move(content);
    entry.reason = reason;
    entries_.insert_or_assign(path, std::move(entry));
}

void FileSet::put_symlink(const std::string& path, std::string target, const std::string& reason) {
    put_parents(path);
    ImageEntry entry;
    entry.path = path;
    entry.kind = EntryKind::kSymlink;
    entry.mode = 0777;
    entry.content = std::move(target);
    entry.reason = reason;
    put(std::move(entry));
}

void FileSet::put_device(const std::string& path, unsigned mode, std::uint32_t major_number, std::uint32_t minor_number, const std::string& reason) {
    put_parents(path);
    ImageEntry entry;
    entry.path = path;
    entry.kind = EntryKind::kCharacterDevice;
    entry.mode = mode;
    entry.device_major = major_number;
    entry.device_minor = minor_number;
    entry.reason = reason;
    put(std::move(entry));
}

// Every symlink and directory on the way becomes an entry. Returns the real path, "" when it leads nowhere or to the root itself.
std::string FileSet::add_links(const std::string& path, const std::string& reason) {
    std::vector<std::pair<std::string, base::FileFacts>> parts;
    const auto resolved = root_.resolve(path, [&](const std::string& part, const base::FileFacts& facts) { parts.emplace_back(part, facts); });
    if (!resolved) {
        return "";
    }
    for (const auto& [part, facts] : parts) {
        if (S_ISLNK(facts.mode)) {
            put_symlink(part, root_.read_link(part).value_or(""), reason);
        } else if (S_ISDIR(facts.mode)) {
            put_directory(part, facts.mode & kPermissions, reason);
        }
    }
    return *resolved == "/" ? "" : *resolved;
}

bool FileSet::add_data(const std::string& path, const std::string& reason) {
    const auto resolved = add_links(path, reason);
    const auto facts = resolved.empty() ? std::nullopt : root_.facts(resolved);
    if (!facts) {
        return false;
    }
    if (S_ISREG(facts->mode)) {
        ImageEntry entry;
        entry.path = resolved;
        entry.mode = facts->mode & kPermissions & ~kSetIds;
        entry.source = resolved;
        entry.size = facts->size;
        entry.reason = reason;
        put(std::move(entry));
    }
    return true;
}

bool FileSet::add(const std::string& path, const std::string& reason) {
    if (!add_data(path, reason)) {
        return false;
    }
    add_needs(*root_.resolve(path));
    return true;
}

bool FileSet::add_program_as(const std::string& path, const std::string& source, const std::string& reason) {
    const auto resolved = root_.resolve(source);
    const auto facts = resolved ? root_.facts(*resolved) : std::nullopt;
    if (!facts || !S_ISREG(facts->mode)) {
        return false;
    }
    put_parents(path);
    ImageEntry entry;
    entry.path = path;
    entry.mode = 0755;
    entry.source = *resolved;
    entry.size = facts->size;
    entry.reason = reason;
    entries_.insert_or_assign(path, std::move(entry));
    add_needs(*resolved);
    return true;
}

void FileSet::add_needs(const std::string& resolved) {
    const auto facts = root_.facts(resolved);
    if (!facts || !S_ISREG(facts->mode) || !examined_.insert(resolved).second) {
        return;
    }
    base::check_interrupt();
    std::string head(kLongestShebang, '\0');
    base::FileSource file(root_.path(resolved));
    head.resize(file.read(std::as_writable_bytes(std::span(head.data(), head.size()))));
    for (const auto& program : shebang_programs(head)) {
        if (const auto path = base::find_program(root_, program)) {
            add(*path, base::cat("interpreter: of ", resolved));
        }
    }
    const auto libraries = libraries_.libraries_of(resolved);
    for (const auto& library : libraries.found) {
        add_data(library.path, base::cat("library: needed by ", library.needed_by));
    }
    for (const auto& missing : libraries.missing) {
        if (missing_libraries_.insert(missing).second) {
            warn(base::cat("library not found: ", missing));
        }
    }
}

bool FileSet::add_tree(const std::string& path, const std::string& reason, const std::function<bool(const std::string&)>& skip) {
    if (skip(path)) {
        return true;
    }
    const auto facts = root_.facts(path);
    if (!facts) {
        return false;
    }
    if (S_ISREG(facts->mode) || S_ISLNK(facts->mode)) {
        if (!add(path, reason)) {
            put_symlink(path, root_.read_link(path).value_or(""), reason);  // it leads nowhere on the node, too
        }
        return true;
    }
    if (S_ISDIR(facts->mode)) {
        add_links(path, reason);
        for (const auto& name : root_.list(path)) {
            add_tree(base::cat(path == "/" ? "" : path, "/", name), reason, skip);
        }
    }
    return true;
}

bool FileSet::add_library(const std::string& name, const std::string& reason) {
    if (name.starts_with('/')) {
        return add(name, reason);
    }
    const auto shell = base::find_program(root_, "bash");
    const auto path = shell ? libraries_.find(name, *shell) : std::nullopt;
    return path && add(*path, reason);
}

ImageManifest FileSet::take() {
    ImageManifest manifest;
    for (auto& [path, entry] : entries_) {
        manifest.entries.push_back(std::move(entry));
    }
    entries_.clear();
    manifest.warnings = std::move(warnings_);
    return manifest;
}

}  // namespace nrear::image
