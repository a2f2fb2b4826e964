// SPDX-License-Identifier: GPL-3.0-or-later
// udev, accounts and the small files of a system.
#include <sys/stat.h>

#include "core/base/text.h"
#include "rescue/image/image_parts.h"
#include "rescue/image/program_list.h"
#include "rescue/image/udev_rules.h"

namespace nrear::image {

namespace {

using base::cat;

// The rules of all files that are carried, as one text.
std::string text_of(const base::Root& root, const std::vector<std::string>& rules) {
    std::string text;
    for (const auto& path : rules) {
        if (root.read_link(path).value_or("") != "/dev/null") {
            text += cat(root.read_if_exists(path).value_or(""), "\n");
        }
    }
    return text;
}

// Lines of a table like /etc/group whose first field is one of `names`; passwords are locked.
std::string filtered_accounts(const std::string& table, const std::set<std::string>& names) {
    std::string text;
    for (const auto& line : base::split_lines(table)) {
        auto fields = base::split(line, ':');
        if (fields.size() > 3 && names.contains(fields[0])) {
            fields[1] = std::string(1, 'x');
            text += cat(base::join(fields, ":"), "\n");
        }
    }
    return text;
}

void add_link_files(FileSet& files, const base::Root& root) {
    // How the node named its interfaces (systemd.link(5)): recorded addresses find theirs by the same names.
    for (const char* directory : {"/usr/lib/systemd/network", "/lib/systemd/network", "/etc/systemd/network"}) {
        for (const auto& name : root.list(directory)) {
            if (name.ends_with(".link")) {
                files.add_data(cat(directory, "/", name), "udev: names of network interfaces");
            }
        }
    }
}

}  // namespace

void add_udev(FileSet& files, const base::Root& root, const std::vector<std::string>& rules) {
    for (const auto path : udevd_paths()) {
        if (files.add(std::string(path), "udev: makes device nodes and loads drivers")) {
            break;
        }
    }
    for (const auto& path : rules) {
        if (root.read_link(path).value_or("") == "/dev/null") {
            files.put_symlink(path, "/dev/null", "udev: mask of the node");
        } else {
            files.add_data(path, "udev: rule");
        }
    }
    for (const auto& program : needs_of_rules(text_of(root, rules)).programs) {
        const auto reason = cat("udev: a rule calls ", program);
        if (program.starts_with('/')) {
            files.add(program, reason);
        } else if (!files.add(cat("/usr/lib/udev/", program), reason)) {
            files.add(cat("/lib/udev/", program), reason);
        }
    }
    files.add_data("/etc/udev/udev.conf", "udev: settings");
    add_link_files(files, root);
}

void add_accounts(FileSet& files, const base::Root& root, const std::vector<std::string>& rules) {
    const auto needs = needs_of_rules(text_of(root, rules));
    auto users = needs.users;
    auto groups = needs.groups;
    users.insert({"root", "nobody", "sshd"});
    groups.insert({"root", "tty", "disk", "nogroup", "nobody"});
    constexpr const char* kReason = "account: root and whom udev rules name";
    files.put_file("/etc/passwd", filtered_accounts(root.read_if_exists("/etc/passwd").value_or("root:x:0:0:root:/root:/bin/bash\n"), users), 0644, kReason);
    files.put_file("/etc/group", filtered_accounts(root.read_if_exists("/etc/group").value_or("root:x:0:\n"), groups), 0644, kReason);
    files.put_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nprotocols: files\nservices: files\n", 0644, kReason);
    // Part of libc itself since glibc 2.34.
    files.add_library("libnss_files.so.2", "library: names of users and hosts are looked up by it");
}

void add_system_files(FileSet& files, const base::Root& root, const std::string& hosts) {
    for (const char* path : {"/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.cache"}) {
        files.add_tree(path, "library: where the dynamic linker looks", [](const std::string&) { return false; });
    }
    for (const char* directory : {"/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo"}) {
        for (const auto name : terminal_types()) {
            files.add_data(cat(directory, "/", name.substr(0, 1), "/", name), "terminal: for programs that use the whole screen");
        }
    }
    const auto node_hosts = root.read_if_exists("/etc/hosts").value_or("127.0.0.1 localhost\n::1 localhost");
    files.put_file("/etc/hosts", cat(node_hosts, node_hosts.ends_with('\n') ? "" : "\n", hosts), 0644, "network: names without DNS");
    files.add_data("/etc/localtime", "system: time zone");
    files.add_data("/etc/os-release", "system: what the node is");
    files.add_data("/etc/vconsole.conf", "system: keyboard of the console");
    for (const char* path : {"/etc/services", "/etc/protocols"}) {
        files.add_data(path, "network: names of ports");
    }
}

}  // namespace nrear::image
