// SPDX-License-Identifier: GPL-3.0-or-later
// The table, and how an include is held against it. Reading files is elsewhere.
#include "tests/style/include_rules.h"

#include <algorithm>
#include <array>

namespace nrear::style {
namespace {

struct LibraryHeader {
    std::string_view prefix;  // a whole header, or a folder of headers with its slash
    std::string_view library;
};

constexpr std::array kLibraryHeaders = std::to_array<LibraryHeader>({
    {"archive.h", "libarchive"},
    {"archive_entry.h", "libarchive"},
    {"zlib.h", "zlib"},
    {"libdeflate.h", "libdeflate"},
    {"isa-l.h", "ISA-L"},
    {"isa-l/", "ISA-L"},
    {"bzlib.h", "bzip2"},
    {"lz4frame.h", "lz4"},
    {"lzma.h", "liblzma"},
    {"zstd.h", "zstd"},
    {"zstd_errors.h", "zstd"},
    {"libssh/", "libssh"},
    {"openssl/", "libcrypto"},
    {"blkid/", "libblkid"},
    {"libmount/", "libmount"},
    {"libfdisk/", "libfdisk"},
    {"libisofs/", "libisofs"},
    {"nlohmann/", "nlohmann-json"},
    {"catch2/", "Catch2"},
});

// Headers that the build writes, and the only folder that may read them.
struct GeneratedHeader {
    std::string_view header;
    std::string_view folder;
};
constexpr std::array kGenerated = std::to_array<GeneratedHeader>({
    {"nrear_boot_files.h", "iso"},
    {"nrear_efi_files.h", "iso"},
    {"nrear_versions.h", "cli"},
});

// What the C library and the kernel provide; everything else in brackets with ".h" is somebody's library.
constexpr std::array kSystemFolders = std::to_array<std::string_view>({"sys/", "linux/", "net/", "netinet/", "arpa/", "asm/", "scsi/"});
constexpr std::array kSystemHeaders = std::to_array<std::string_view>(
    {"dirent.h",    "dlfcn.h",  "elf.h",     "endian.h", "errno.h",  "fcntl.h",  "fnmatch.h", "getopt.h", "glob.h",
     "grp.h",       "ifaddrs.h", "langinfo.h", "limits.h", "link.h",  "locale.h", "malloc.h",  "mntent.h", "netdb.h",
     "nss.h",       "paths.h",  "poll.h",    "pthread.h", "pty.h",   "pwd.h",    "sched.h",   "signal.h", "spawn.h",
     "stdint.h",    "stdio.h",  "stdlib.h",  "string.h", "strings.h", "syslog.h", "termios.h", "time.h",   "unistd.h",
     "utime.h",     "wchar.h",  "wctype.h",  "wordexp.h", "byteswap.h", "sysexits.h", "regex.h", "cpuid.h", "immintrin.h"});
// In the C library's folders, but not of the C library.
constexpr std::array kNobodys = std::to_array<std::string_view>({"sys/acl.h", "sys/capability.h", "libburn/libburn.h"});

bool matches(std::string_view header, std::string_view prefix) {
    return prefix.ends_with('/') ? header.starts_with(prefix) : header == prefix;
}

template <typename Range>
bool contains(const Range& range, std::string_view value) {
    return std::find(range.begin(), range.end(), value) != range.end();
}

const FolderRule* rule_of(std::string_view path) {
    const auto& rules = folder_rules();
    const auto it = std::find_if(rules.begin(), rules.end(), [&](const FolderRule& rule) {
        return path.size() > rule.folder.size() && path.starts_with(rule.folder) && path[rule.folder.size()] == '/';
    });
    return it == rules.end() ? nullptr : &*it;
}

std::string library_of(std::string_view header) {
    for (const auto& [prefix, library] : kLibraryHeaders) {
        if (matches(header, prefix)) {
            return std::string(library);
        }
    }
    return {};
}

bool is_system(std::string_view header) {
    if (contains(kNobodys, header)) {
        return false;
    }
    if (!header.ends_with(".h")) {
        return header.find('/') == std::string_view::npos;  // <vector>, <cstring>
    }
    return contains(kSystemHeaders, header) ||
           std::any_of(kSystemFolders.begin(), kSystemFolders.end(), [&](auto folder) { return header.starts_with(folder); });
}

std::optional<std::string> library_fault(std::string_view includer, const FolderRule& rule, const std::string& library) {
    if (library == "nlohmann-json") {
        // In headers it would cost every includer a second of compiling.
        if (includer.ends_with(".h") && includer != "core/base/json.h") {
            return "nlohmann-json belongs into .cpp files, not into headers";
        }
        return std::nullopt;
    }
    if (contains(rule.libraries, library)) {
        return std::nullopt;
    }
    return library + " has no place in " + std::string(rule.folder);
}

std::optional<std::string> folder_fault(std::string_view includer, const FolderRule& rule, std::string_view header) {
    for (const auto& generated : kGenerated) {
        if (header == generated.header) {
            if (rule.folder == generated.folder) {
                return std::nullopt;
            }
            return std::string(header) + " is for " + std::string(generated.folder) + " alone";
        }
    }
    const FolderRule* target = rule_of(header);
    if (target == nullptr) {
        return "\"" + std::string(header) + "\" in " + std::string(includer) + " is no path from the top of the repository into a folder";
    }
    if (target == &rule || contains(rule.folders, target->folder)) {
        return std::nullopt;
    }
    return std::string(rule.folder) + " may not know " + std::string(target->folder);
}

}  // namespace

const std::vector<FolderRule>& folder_rules() {
    static const std::vector<FolderRule> rules = {
        {"core/base", {}, {"libcrypto"}},
        {"core/config", {"core/base"}, {}},
        {"core/layout", {"core/base"}, {}},
        {"core/scan", {"core/layout", "core/base"}, {"libblkid", "libmount"}},
        {"core/plan", {"core/layout", "core/base"}, {"libfdisk"}},
        {"archive", {"core/base"}, {"libarchive", "libdeflate", "ISA-L", "bzip2", "lz4", "liblzma", "zstd"}},
        {"transport", {"core/base"}, {"libssh"}},
        {"iso", {"core/base"}, {"libisofs"}},
        {"rescue/record", {"core/layout", "core/base"}, {}},
        {"rescue/catalog", {"rescue/record", "archive", "transport", "core/config", "core/base"}, {}},
        {"rescue/image", {"rescue/record", "archive", "core/plan", "core/layout", "core/base"}, {}},
        {"rescue/system", {"rescue/record", "core/layout", "core/base"}, {}},
        {"rescue/recover",
         {"rescue/catalog", "rescue/record", "archive", "transport", "core/scan", "core/plan", "core/layout", "core/base"},
         {}},
        {"rescue/backup",
         {"rescue/catalog", "rescue/record", "rescue/image", "iso", "archive", "transport", "core/config", "core/scan", "core/plan",
          "core/layout", "core/base"},
         {}},
        {"cli",
         {"rescue/backup", "rescue/recover", "rescue/system", "rescue/image", "rescue/catalog", "rescue/record", "iso", "archive",
          "transport", "core/config", "core/scan", "core/plan", "core/layout", "core/base"},
         {}},
    };
    return rules;
}

std::optional<std::string> include_fault(std::string_view includer, std::string_view header, bool quoted) {
    const FolderRule* rule = rule_of(includer);
    if (rule == nullptr) {
        return std::nullopt;  // tests and benchmarks may look into every folder
    }
    if (quoted) {
        return folder_fault(includer, *rule, header);
    }
    if (const std::string library = library_of(header); !library.empty()) {
        return library_fault(includer, *rule, library);
    }
    if (!is_system(header)) {
        return "<" + std::string(header) + "> is of no library that tests/style/include_rules.cpp knows";
    }
    return std::nullopt;
}

std::string rules_as_markdown() {
    const auto joined = [](const std::vector<std::string_view>& names, std::string_view quote) {
        std::string text;
        for (const auto name : names) {
            text += (text.empty() ? "" : ", ") + std::string(quote) + std::string(name) + std::string(quote);
        }
        return text.empty() ? std::string("-") : text;
    };
    std::string table = "| folder | may include | external libraries |\n| --- | --- | --- |\n";
    for (const auto& rule : folder_rules()) {
        table += "| `" + std::string(rule.folder) + "` | " + joined(rule.folders, "`") + " | " + joined(rule.libraries, "") + " |\n";
    }
    return table;
}

}  // namespace nrear::style
