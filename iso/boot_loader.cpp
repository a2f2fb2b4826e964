// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/boot_loader.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "nrear_boot_files.h"

namespace nrear::iso {

namespace {

constexpr std::string_view kCore = "isolinux.bin";
constexpr std::string_view kMasterBootRecord = "isohdpfx.bin";
constexpr std::string_view kCoreMark = "ISOLINUX ";  // "ISOLINUX 6.04 20200816", at a place that differs between versions

// Which modules belong to which isolinux.bin: by directory, as the packages of distributions lay them out.
struct Pair {
    std::string_view core;
    std::string_view modules;
};
constexpr std::array<Pair, 6> kPairs{{
    {"/usr/lib/ISOLINUX", "/usr/lib/syslinux/modules/bios"},           // Debian 8 and later, Ubuntu
    {"/usr/share/syslinux", "/usr/share/syslinux"},                    // RHEL, CentOS, Fedora, SUSE
    {"/usr/lib/syslinux/bios", "/usr/lib/syslinux/bios"},              // Arch
    {"/usr/lib/syslinux", "/usr/lib/syslinux"},                        // Debian 7
    {"/usr/share/syslinux", "/usr/share/syslinux/bios"},
    {"/usr/lib/syslinux", "/usr/lib/syslinux/modules/bios"},
}};

constexpr std::array<std::string_view, 10> kModules{"chain.c32",   "hdt.c32",     "ldlinux.c32",  "libcom32.c32", "libgpl.c32",
                                                    "libmenu.c32", "libutil.c32", "menu.c32", "poweroff.c32", "reboot.c32"};
// Version 5 split the core: without these its menu does not start. Before it, modules stood alone.
constexpr std::array<std::string_view, 3> kNeededSinceVersion5{"ldlinux.c32", "libcom32.c32", "libutil.c32"};

IsoFile in_memory(std::string_view name, std::string_view bytes) {
    return {base::cat(kIsolinuxDirectory, "/", name), "", std::string(bytes)};
}

std::string version_of(std::string_view core) {
    const auto mark = core.find(kCoreMark);
    if (mark == std::string_view::npos) {
        return "";
    }
    const auto text = core.substr(mark + kCoreMark.size(), 16);
    return std::string(text.substr(0, text.find_first_not_of("0123456789.")));
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string modules_directory(const base::Root& root, const std::string& core_directory) {
    if (root.exists(core_directory + "/menu.c32")) {
        return core_directory;
    }
    for (const auto& pair : kPairs) {
        if (pair.core == core_directory && root.exists(base::cat(pair.modules, "/menu.c32"))) {
            return std::string(pair.modules);
        }
    }
    throw Error(ErrorKind::kConfig, base::cat("use the isolinux of ", core_directory), "there is no menu.c32 that belongs to it",
                "install the rest of that syslinux (Debian: syslinux-common, RHEL: syslinux-nonlinux or syslinux), or remove ISO_ISOLINUX_BIN: "
                "nrear has its own isolinux");
}

void require_modules(const BootLoader& loader, const std::string& directory) {
    if (const auto major = base::parse_u64(loader.version.substr(0, loader.version.find('.'))); major && *major < 5) {
        return;
    }
    for (const auto name : kNeededSinceVersion5) {
        if (!loader.has(name)) {
            throw Error(ErrorKind::kConfig, base::cat("use ", loader.origin), base::cat(directory, "/", name, " is missing"),
                        "install the whole of that syslinux, or remove ISO_ISOLINUX_BIN: nrear has its own isolinux");
        }
    }
}

}  // namespace

bool BootLoader::has(std::string_view module) const {
    return std::any_of(files.begin(), files.end(), [&](const IsoFile& file) { return file.path == base::cat(kIsolinuxDirectory, "/", module); });
}

BootLoader built_in_boot_loader() {
    BootLoader loader;
    loader.origin = "built in";
    for (const auto& file : boot_files()) {
        const auto bytes = base::as_text(file.bytes);
        if (file.name == kMasterBootRecord) {
            loader.master_boot_record = bytes;
            continue;
        }
        if (file.name == kCore) {
            loader.version = version_of(bytes);
        }
        loader.files.push_back(in_memory(file.name, bytes));
    }
    return loader;
}

BootLoader node_boot_loader(const base::Root& root, const std::string& isolinux_bin) {
    const auto core = isolinux_bin.starts_with('/') ? root.read_if_exists(isolinux_bin) : std::nullopt;
    if (!core || core->find(kCoreMark) == std::string::npos) {
        throw Error(ErrorKind::kConfig, base::cat("use ISO_ISOLINUX_BIN=", isolinux_bin), core ? "it is no isolinux.bin" : "there is no such file",
                    "give the absolute path of isolinux.bin, or remove the setting: nrear has its own isolinux");
    }
    const auto directory = directory_of(isolinux_bin);
    const auto modules = modules_directory(root, directory);
    BootLoader loader;
    loader.origin = isolinux_bin;
    loader.version = version_of(*core);
    loader.master_boot_record = root.read_if_exists(base::cat(directory, "/", kMasterBootRecord)).value_or("");
    loader.files.push_back(in_memory(kCore, *core));
    for (const auto name : kModules) {
        if (const auto module = root.read_if_exists(base::cat(modules, "/", name))) {
            loader.files.push_back(in_memory(name, *module));
        }
    }
    require_modules(loader, modules);
    return loader;
}

}  // namespace nrear::iso
