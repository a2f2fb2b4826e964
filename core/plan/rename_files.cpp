// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/rename_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/root.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

/// Replaces the file's text by what `change` makes of it; whether that was another one. `path` is free of symlinks.
template <class Change>
bool rewrite(const std::string& path, Change&& change) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        throw system_error("open " + path, errno);
    }
    const auto text = base::read_all(fd.get(), path);
    const std::string changed = change(text);
    if (changed == text) {
        return false;
    }
    if (lseek(fd.get(), 0, SEEK_SET) != 0 || ftruncate(fd.get(), 0) != 0) {
        throw system_error("rewrite " + path, errno);
    }
    base::write_all(fd.get(), base::as_bytes(changed), path);
    return true;
}

/// The part of a path of the rescue system that is inside the root.
std::string inside(const std::string& path, const std::string& root) {
    constexpr std::string_view kRoot = kTargetRoot;
    return path.starts_with(root + "/") ? path.substr(root.size()) : path.starts_with(base::cat(kRoot, "/")) ? path.substr(kRoot.size()) : path;
}

class Renamer {
public:
    Renamer(const RenameDevices& rename, const std::string& root) : rename_(rename), root_(root) {}

    std::vector<std::string> run(const std::string& root) {
        for (const auto& file : rename_.files) {
            const auto path = inside(file, root);
            if (root_.is_directory(path)) {
                for (const auto& name : root_.list(path)) {
                    rename(base::cat(path, "/", name));
                }
            } else {
                rename(path);
            }
        }
        return std::move(changed_);
    }

private:
    void rename(const std::string& path) {
        const auto resolved = root_.resolve(path);
        const auto facts = resolved ? root_.facts(*resolved) : std::nullopt;
        if (!facts || !S_ISREG(facts->mode) || !done_.insert(*resolved).second) {  // twice would undo names that swap
            return;
        }
        const auto file = root_.path(*resolved);
        const bool changed = rewrite(file, [&](const std::string& text) {
            auto renamed = rename_devices(text, rename_.names);
            return renamed != text && file.ends_with("/grubenv") ? fit_grubenv(std::move(renamed), text.size()) : renamed;
        });
        if (changed) {
            changed_.push_back(file);
        }
    }

    const RenameDevices& rename_;
    const base::Root root_;
    std::set<std::string> done_;
    std::vector<std::string> changed_;
};

}  // namespace

std::string fit_grubenv(std::string text, std::size_t size) {
    while (text.size() > size && text.ends_with('#')) {
        text.pop_back();
    }
    if (text.size() > size) {
        throw Error(ErrorKind::kGeneral, "rewrite grubenv", "it has no room for the new names");
    }
    return text + std::string(size - text.size(), '#');
}

std::vector<std::string> rename_in_files(const RenameDevices& rename, const std::string& root) { return Renamer(rename, root).run(root); }

std::string without_lines(const std::string& text, bool crypttab, std::vector<std::string>& names, std::vector<std::string>& lines) {
    const auto known = [&](std::string word) {
        std::erase(word, '"');
        return std::find(names.begin(), names.end(), word) != names.end();
    };
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const auto line = text.substr(at, end - at);
        const auto words = base::split_words(line);
        at = end;
        if (words.empty() || words.front().starts_with('#') || !(known(words.front()) || (words.size() > 1 && known(words[1])))) {
            out += line;
            continue;
        }
        out += base::cat("# ", kLeftOutMark, line);
        lines.emplace_back(base::trim(line));
        if (crypttab) {
            names.push_back("/dev/mapper/" + words.front());
        }
    }
    return out;
}

std::vector<std::string> disable_lines(const DisableLines& disable, const std::string& root) {
    const base::Root target(root);
    auto names = disable.names;
    std::vector<std::string> all;
    for (const char* path : {"/etc/crypttab", "/etc/fstab"}) {
        const auto resolved = target.resolve(path);
        if (!resolved || !target.exists(*resolved)) {
            continue;
        }
        std::vector<std::string> lines;
        rewrite(target.path(*resolved), [&](const std::string& text) { return without_lines(text, std::string_view(path) == "/etc/crypttab", names, lines); });
        for (const auto& line : lines) {
            all.push_back(base::cat(path, ": ", base::printable(line)));
        }
    }
    return all;
}

}  // namespace nrear::plan
