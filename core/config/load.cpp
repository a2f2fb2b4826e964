// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/config/evaluate.h"
#include "core/config/review.h"
#include "core/config/setting_names.h"
#include "core/config/setting_table.h"
#include "core/config/syntax.h"

namespace nrear::config {

namespace {

using base::cat;

constexpr std::array<std::string_view, 3> kFileNames{"site.conf", "local.conf", "rescue.conf"};
constexpr off_t kLargestFile = 1 << 20;

Error config_error(const std::string& what, const std::string& why, const std::string& hint) { return {ErrorKind::kConfig, what, why, hint}; }

bool is_trusted_owner(uid_t owner) { return owner == 0 || owner == geteuid(); }

/// Whoever can write the file or replace it in its directory decides what root backs up and where to.
void check_trust(const std::string& path, const struct stat& facts) {
    const std::string quoted = base::shell_quote(path);
    if (!is_trusted_owner(facts.st_uid)) {
        throw config_error(cat(path, " cannot be trusted"), cat("it belongs to user ", facts.st_uid, ", not to root"), cat("chown root:root ", quoted));
    }
    const bool sticky_directory = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
    if ((facts.st_mode & S_IWOTH) != 0 && !sticky_directory) {
        throw config_error(cat(path, " cannot be trusted"), "everybody can write it", cat("chmod go-w ", quoted));
    }
    if ((facts.st_mode & S_IWGRP) != 0 && facts.st_gid != 0 && facts.st_uid == 0 && !sticky_directory) {
        throw config_error(cat(path, " cannot be trusted"), cat("group ", facts.st_gid, " can write it"), cat("chmod go-w ", quoted));
    }
}

struct ConfigText {
    std::string text;
    bool readable_by_others = false;
};

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

ConfigText read_trusted(const std::string& path) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0) {
        throw system_error("read " + path, errno);
    }
    if (!S_ISREG(facts.st_mode)) {
        throw config_error("read " + path, "it is no regular file", "");
    }
    check_trust(path, facts);
    if (facts.st_size > kLargestFile) {
        throw config_error("read " + path, cat("it is larger than ", base::human_size(kLargestFile)), "");
    }
    return {base::read_all(fd.get(), path), (facts.st_mode & S_IROTH) != 0};
}

class Loader {
public:
    explicit Loader(Environment environment) : environment_(std::move(environment)) {
        set_predefined(environment_, result_.settings);
        evaluate(parse(default_text(environment_), ""), "", environment_, result_.settings, result_.diagnostics);
        for (const auto* name : {"TMPDIR", "BACKUP_PROG_ARCHIVE", "BACKUP_PROG_CRYPT_KEY"}) {
            if (const auto found = environment_.variables.find(name); found != environment_.variables.end()) {
                result_.settings.set_scalar(name, found->second, {.note = "environment"});
            }
        }
    }

    void add_file(const std::string& path) {
        const ConfigText config = read_trusted(path);
        add_text(config.text, path);
        if (config.readable_by_others) {
            warn_of_secrets(path);
        }
    }

    void add_text(std::string_view text, const std::string& path) {
        evaluate(parse(text, path), path, environment_, result_.settings, result_.diagnostics);
        result_.files.push_back(path);
    }

    void note(std::string file, std::string message) {
        result_.diagnostics.push_back({Diagnostic::Severity::kWarning, {.file = std::move(file)}, std::move(message)});
    }

    Configuration finish() {
        complete(result_.settings, result_.diagnostics);
        review(result_.settings, result_.diagnostics);
        return std::move(result_);
    }

private:
    static std::string default_text(const Environment& environment) {
        std::string text;
        for (const auto& known : known_settings()) {
            // TMPDIR stays unset until the files were read: they say ${TMPDIR-/var/tmp}.
            if (!known.name.ends_with('*') && known.name != "TMPDIR" && known.name != "LOGFILE") {
                text += cat(known.name, "=", known.value, "\n");
            }
        }
        return text + cat("LOGFILE=\"$LOG_DIR/", environment.log_name, "-$HOSTNAME.log\"\n");
    }

    void warn_of_secrets(const std::string& path) {
        for (const auto& [name, setting] : result_.settings.all()) {
            const auto here = std::find_if(setting.elements.begin(), setting.elements.end(), [&, &key = name](const Element& element) {
                return element.origin.file == path && result_.settings.shown(key, element.text) != element.text;
            });
            if (here != setting.elements.end()) {
                result_.diagnostics.push_back({Diagnostic::Severity::kWarning, here->origin,
                                               cat(name, " holds a password and everybody on this machine can read the file: chmod 600 ", base::shell_quote(path))});
                return;
            }
        }
    }

    Environment environment_;
    Configuration result_;
};

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

bool holds_configuration(const std::string& directory) {
    return std::any_of(kFileNames.begin(), kFileNames.end(), [&](std::string_view name) { return exists(cat(directory, "/", name)); });
}

std::string chosen_directory(const ConfigFiles& files) {
    if (!files.directory.empty()) {
        struct stat facts {};
        if (stat(files.directory.c_str(), &facts) != 0) {
            throw config_error("read the configuration directory " + files.directory, "it does not exist", "name another one with -c");
        }
        if (!S_ISDIR(facts.st_mode)) {
            throw config_error("read the configuration directory " + files.directory, "it is no directory", "to read one more file, use -C FILE");
        }
        return files.directory;
    }
    return holds_configuration(files.nrear_directory) ? files.nrear_directory : files.rear_directory;
}

std::string additional_file(const std::string& directory, const std::string& name) {
    const std::string path = name.starts_with('/') ? name : cat(directory, "/", name);
    for (const auto& candidate : {path, path + ".conf"}) {
        struct stat facts {};
        if (stat(candidate.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode)) {
            return candidate;
        }
    }
    throw config_error("read the additional configuration file " + name, cat("there is neither ", path, " nor ", path, ".conf"), "check the name after -C");
}

}  // namespace

Configuration load(const ConfigFiles& files, const Environment& environment) {
    const std::string directory = chosen_directory(files);
    Environment own = environment;
    own.config_dir = directory;
    Loader loader(std::move(own));
    struct stat facts {};
    if (stat(directory.c_str(), &facts) == 0) {
        check_trust(directory, facts);
    }
    for (const auto name : kFileNames) {
        if (const std::string path = cat(directory, "/", name); exists(path)) {
            loader.add_file(path);
        }
    }
    for (const auto& name : files.additional) {
        const std::string path = additional_file(directory, name);
        if (stat(directory_of(path).c_str(), &facts) == 0) {
            check_trust(directory_of(path), facts);
        }
        loader.add_file(path);
    }
    if (files.directory.empty() && directory == files.nrear_directory && holds_configuration(files.rear_directory)) {
        loader.note(files.rear_directory, cat("is not read, since ", files.nrear_directory, " holds a configuration: keep one of them"));
    }
    return loader.finish();
}

Configuration load_text(std::string_view text, const std::string& file, const Environment& environment) {
    Loader loader(environment);
    loader.add_text(text, file);
    return loader.finish();
}

}  // namespace nrear::config
