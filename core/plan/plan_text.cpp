// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/plan_text.h"

#include <algorithm>

#include "core/base/digest.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/plan/firmware_variable.h"
#include "core/plan/rename_files.h"

namespace nrear::plan {

namespace {

using base::cat;
using base::shell_quote;

std::string padded(std::size_t number, std::size_t width) {
    const auto text = cat(number);
    return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string octal(unsigned mode) {
    std::string digits;
    for (; mode != 0; mode >>= 3U) {
        digits.insert(digits.begin(), static_cast<char>('0' + (mode & 7U)));
    }
    return digits.empty() ? "0" : digits;
}

std::string octal_byte(unsigned byte) {
    const auto digits = octal(byte);
    return std::string(3 - digits.size(), '0') + digits;
}

/// A text that goes into a program or a file.
std::string block(const std::string& text, const std::string& indent) {
    std::string out;
    for (const auto& line : base::split_lines(text)) {
        out += cat(indent, line.empty() ? "" : "  | ", line, "\n");
    }
    return out;
}

std::string details(const Step& step, const std::string& indent) {
    std::string out;
    if (const auto line = command_line(step); !line.empty()) {
        out += cat(indent, "$ ", line, "\n");
    }
    if (const auto* run = std::get_if<RunCommand>(&step.action)) {
        out += block(run->input, indent);
        out += run->secret.empty() ? "" : cat(indent, "  (", run->secret, " on standard input)\n");
    }
    if (const auto* table = std::get_if<WritePartitionTable>(&step.action)) {
        out += block(table->script, indent);
    }
    if (const auto* write = std::get_if<WriteFile>(&step.action)) {
        out += cat(indent, "> ", base::printable(write->path), "\n", block(write->text, indent));
    }
    if (const auto* make = std::get_if<MakeDirectories>(&step.action)) {
        for (const auto& [path, mode] : make->directories) {
            out += cat(indent, "  ", base::printable(path), " ", octal(mode), "\n");
        }
    }
    if (const auto* rename = std::get_if<RenameDevices>(&step.action)) {
        for (const auto& [from, to] : rename->names) {
            out += cat(indent, "  ", from, " -> ", to, "\n");
        }
    }
    if (const auto* disable = std::get_if<DisableLines>(&step.action)) {
        for (const auto& name : disable->names) {
            out += cat(indent, "  ", base::printable(name), "\n");
        }
    }
    if (const auto* variable = std::get_if<SetFirmwareVariable>(&step.action)) {
        out += cat(indent, "  ", variable->name, variable->value.empty() ? " removed" : " = " + base::to_hex(base::as_bytes(variable->value)), "\n");
    }
    return out;
}

/// Without the word that makes cryptsetup read its key from standard input to the end: by hand its own prompt is wanted.
std::vector<std::string> by_hand(const RunCommand& run, std::vector<std::string> argv) {
    if (!run.secret.empty()) {
        std::erase(argv, "--key-file=-");
    }
    return argv;
}

/// nrear itself writes tables by libfdisk; a shell has sfdisk only, and that of CentOS 7 (2.23) is another program of the name.
constexpr const char* kWhichSfdisk = "# It needs the sfdisk of util-linux 2.27 or later (2.29 for table-length, 2.33 for \\x in names); nrear recover needs none.\n";

class ShellWriter {
public:
    explicit ShellWriter(std::size_t next) : next_(next) {}

    std::string operator()(const RunCommand& run) const {
        std::string out;
        if (run.where == Where::kTarget) {
            out += cat("    for d in dev proc sys run; do mountpoint -q ", kTargetRoot, "/$d || mount --bind /$d ", kTargetRoot, "/$d; done\n");
            out += in_target(run);
        } else {
            out += "    " + base::shell_join(by_hand(run, run.argv));
            out += run.input.empty() ? "\n" : cat(" <<'END_OF_INPUT'\n", run.input, "END_OF_INPUT\n");
        }
        return out;
    }
    std::string operator()(const WritePartitionTable& write) const {
        return cat("    sfdisk ", shell_quote(write.disk), " <<'END_OF_INPUT'\n", write.script, "END_OF_INPUT\n");
    }
    std::string operator()(const WaitForDevice& wait) const {
        return cat("    n=0\n    until [ -b ", shell_quote(wait.path), " ]; do n=$((n + 1)); [ \"$n\" -le ", wait.seconds, " ] || exit 1; sleep 1; done\n");
    }
    std::string operator()(const MakeDirectories& make) const {
        std::string out;
        for (const auto& [path, mode] : make.directories) {
            out += cat("    [ -e ", shell_quote(path), " ] || mkdir -p -m ", octal(mode), " ", shell_quote(path), "\n");
        }
        return out;
    }
    std::string operator()(const WriteFile& write) const {
        const auto directory = write.path.substr(0, write.path.rfind('/'));
        return cat("    mkdir -p -m 700 ", shell_quote(directory), "\n    cat > ", shell_quote(write.path), " <<'END_OF_FILE'\n", write.text,
                   write.text.ends_with('\n') ? "" : "\n", "END_OF_FILE\n");
    }
    std::string operator()(const RestoreFiles&) const {
        return cat("    echo 'Now unpack the archive: tar --acls --xattrs --xattrs-include=\"*\" --selinux --numeric-owner -xpzf backup.tar.gz -C ", kTargetRoot, "'\n",
                   "    echo \"Then go on with: sh $0 ", next_, "\"\n    exit 3\n");
    }
    std::string operator()(const RenameDevices& rename) const {
        std::string away;  // by way of marks, since names may swap
        std::string back;
        for (std::size_t i = 0; i < rename.names.size(); ++i) {
            away += cat(" -e ", shell_quote(cat("s#(^|[^A-Za-z0-9_.-])", in_pattern(rename.names[i].first), "($|[^A-Za-z0-9_.-])#\\1@nrear", i, "@\\2#g")));
            back += cat(" -e ", shell_quote(cat("s#@nrear", i, "@#", in_replacement(rename.names[i].second), "#g")));
        }
        return cat("    for f in ", base::shell_join(rename.files), " ", kTargetRoot, "/boot/loader/entries/*; do\n        [ ! -f \"$f\" ] || sed -E -i", away, back, " \"$f\"\n    done\n");
    }
    std::string operator()(const DisableLines& disable) const {
        std::string expressions;
        for (const auto& name : disable.names) {
            expressions += " -e " + shell_quote(cat("s#^[[:space:]]*([[:graph:]]+[[:space:]]+)?", in_pattern(name), "([[:space:]]|$)#\\# ", kLeftOutMark, "&#"));
        }
        return cat("    for f in ", kTargetRoot, "/etc/crypttab ", kTargetRoot, "/etc/fstab; do\n        [ ! -f \"$f\" ] || sed -E -i", expressions, " \"$f\"\n    done\n");
    }
    std::string operator()(const RebuildInitramfs&) const {
        return cat("    echo 'If this machine has other disks than the recorded one: chroot ", kTargetRoot, " update-initramfs -u -k all, or dracut --force --regenerate-all'\n");
    }
    std::string operator()(const SetFirmwareVariable& variable) const {
        const auto path = efi_variable_path(variable.name);
        std::string out = cat("    [ ! -e ", path, " ] || chattr -i ", path, "\n");
        if (variable.value.empty()) {
            return cat(out, "    rm -f ", path, "\n");
        }
        out += "    printf %b '";
        for (const char c : efi_variable_content(variable.value)) {
            out += cat("\\0", octal_byte(static_cast<unsigned char>(c)));
        }
        return cat(out, "' > ", path, "\n");
    }

private:
    static std::string escaped(const std::string& text, std::string_view special) {
        std::string out;
        for (const char c : text) {
            out += special.find(c) == std::string_view::npos ? std::string(1, c) : std::string{'\\', c};
        }
        return out;
    }
    /// For sed -E between '#': names may hold what means something there, as the \040 of fstab does.
    static std::string in_pattern(const std::string& text) { return escaped(text, "\\.[]*^$+?(){}|#"); }
    static std::string in_replacement(const std::string& text) { return escaped(text, "\\&#"); }

    static std::string in_target(const RunCommand& run) {
        std::string out = cat("    if ", has_program(run.argv), "; then\n        chroot ", kTargetRoot, " ", base::shell_join(by_hand(run, run.argv)), "\n");
        for (const auto& alternative : run.alternatives) {
            out += cat("    elif ", has_program(alternative), "; then\n        chroot ", kTargetRoot, " ", base::shell_join(alternative), "\n");
        }
        return out + cat("    else\n        echo ", shell_quote(run.argv.front() + " is not there"), " >&2; exit 1\n    fi\n");
    }
    static std::string has_program(const std::vector<std::string>& argv) {
        return cat("chroot ", kTargetRoot, " /bin/sh -c ", shell_quote(cat("command -v ", shell_quote(argv.front()), " > /dev/null")));
    }

    std::size_t next_;
};

}  // namespace

std::string command_line(const Step& step) {
    const auto* run = std::get_if<RunCommand>(&step.action);
    if (run == nullptr) {
        return "";
    }
    return run->where == Where::kTarget ? cat("chroot ", kTargetRoot, " ", base::shell_join(run->argv)) : base::shell_join(run->argv);
}

std::string to_text(const Plan& plan, bool full) {
    const std::size_t width = cat(plan.steps.size()).size();
    std::string out;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const auto& step = plan.steps[i];
        out += cat(padded(i + 1, width), step.destroys ? " * " : "   ", step.title, "\n");
        out += full ? details(step, std::string(width + 5, ' ')) : "";
    }
    return out;
}

std::string to_shell(const Plan& plan) {
    const bool tables = std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return std::holds_alternative<WritePartitionTable>(step.action); });
    std::string out = "#!/bin/sh\n# What nrear recover would do, step by step. IT OVERWRITES DISKS. To go on at step N: sh this-file N\n";
    out += tables ? kWhichSfdisk : "";
    out += "set -eu\nexport LC_ALL=C\nfrom=${1:-1}\n"
                      "step() { [ \"$1\" -ge \"$from\" ] && echo \"== $1: $2\"; }\n";
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const auto& step = plan.steps[i];
        out += cat("\nif step ", i + 1, " ", shell_quote(step.title), "; then\n", std::visit(ShellWriter(i + 2), step.action), "fi\n");
    }
    return out;
}

std::string digest(const Plan& plan) { return base::sha256_of(base::as_bytes(to_json(plan))); }

}  // namespace nrear::plan
