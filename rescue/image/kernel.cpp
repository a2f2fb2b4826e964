// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/kernel.h"

#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::image {

namespace {

using base::cat;

// The release that an x86 boot image says it is (Documentation/arch/x86/boot.rst, kernel_version); "" for other formats.
std::string release_of_image(const base::Root& root, const std::string& path) {
    constexpr std::uint64_t kMagicAt = 0x202;
    constexpr std::uint64_t kVersionPointerAt = 0x20e;
    constexpr std::uint64_t kPointerBase = 0x200;
    base::FileSource image(root.path(*root.resolve(path)));
    std::string head(0x8000, '\0');
    head.resize(image.read(std::as_writable_bytes(std::span(head.data(), head.size()))));
    if (head.size() < kVersionPointerAt + 2 || head.compare(kMagicAt, 4, "HdrS") != 0) {
        return "";
    }
    const auto byte = [&](std::uint64_t at) { return static_cast<std::uint64_t>(static_cast<unsigned char>(head[at])); };
    const auto at = kPointerBase + (byte(kVersionPointerAt) | (byte(kVersionPointerAt + 1) << 8U));
    if (at == kPointerBase || at >= head.size()) {
        return "";
    }
    const std::string version = head.c_str() + at;
    return version.substr(0, version.find(' '));
}

std::vector<std::string> image_places(const base::Root& root, const std::string& release) {
    std::vector<std::string> places{
        cat("/boot/vmlinuz-", release),          // Debian, RHEL, SUSE
        cat("/lib/modules/", release, "/vmlinuz"),
        cat("/usr/lib/modules/", release, "/vmlinuz"),
        cat("/boot/kernel-", release),           // Gentoo
        cat("/boot/bzImage-", release),
        cat("/boot/Image-", release),
        cat("/boot/vmlinux-", release),
    };
    if (const auto machine = root.read_line("/etc/machine-id"); !machine.empty()) {  // Boot Loader Specification
        for (const char* mount : {"/boot", "/boot/efi", "/efi"}) {
            places.push_back(cat(mount, "/", machine, "/", release, "/linux"));
        }
    }
    return places;
}

std::string complete_releases(const base::Root& root) {
    std::vector<std::string> found;
    for (const auto& release : root.list("/lib/modules")) {
        if (!root.exists(cat("/lib/modules/", release, "/modules.dep"))) {
            continue;
        }
        for (const auto& place : image_places(root, release)) {
            if (root.exists(place)) {
                found.push_back(release);
                break;
            }
        }
    }
    return base::join(found, ", ");
}

Error no_kernel(const base::Root& root, const std::string& release, const std::string& what_is_missing) {
    const auto others = complete_releases(root);
    return Error(ErrorKind::kGeneral, cat("find the kernel ", release, " for the rescue system"), what_is_missing,
                 others.empty() ? "install the kernel's package again (Debian: linux-image-…, RHEL: kernel-core and kernel-modules), or name another by KERNEL_FILE and -r"
                                : cat("boot into a kernel that is complete, or use it with -r: ", others));
}

// Kernels are configured to read an initramfs packed in some formats only.
InitramfsCodec codec_of(const base::Root& root, const Kernel& kernel) {
    for (const auto& path : {cat("/boot/config-", kernel.release), cat(kernel.modules_directory, "/config")}) {
        if (const auto config = root.read_if_exists(path)) {
            const auto reads = [&](std::string_view format) { return config->find(cat("CONFIG_RD_", format, "=y")) != std::string::npos; };
            return reads("ZSTD") ? InitramfsCodec::kZstd : reads("GZIP") ? InitramfsCodec::kGzip : InitramfsCodec::kNone;
        }
    }
    return InitramfsCodec::kGzip;  // the default of every kernel
}

std::string find_image(const base::Root& root, const std::string& release, const std::string& kernel_file) {
    if (!kernel_file.empty()) {
        if (!root.exists(kernel_file) || root.is_directory(kernel_file)) {
            throw Error(ErrorKind::kConfig, cat("use KERNEL_FILE=", kernel_file), "there is no such file");
        }
        const auto said = release_of_image(root, kernel_file);
        if (!said.empty() && said != release) {
            throw Error(ErrorKind::kConfig, cat("use KERNEL_FILE=", kernel_file), cat("it is kernel ", said, ", not ", release),
                        cat("say -r ", said, " so that its modules are taken, too"));
        }
        return kernel_file;
    }
    const auto places = image_places(root, release);
    for (const auto& place : places) {
        if (root.exists(place)) {
            return place;
        }
    }
    throw no_kernel(root, release, cat("its image is at none of ", base::join(places, ", ")));
}

}  // namespace

Kernel find_kernel(const base::Root& root, const std::string& release, const std::string& kernel_file) {
    Kernel kernel;
    kernel.release = release;
    kernel.image = find_image(root, release, kernel_file);
    kernel.modules_directory = cat("/lib/modules/", release);
    if (!root.exists(cat(kernel.modules_directory, "/modules.dep"))) {
        throw no_kernel(root, release, root.is_directory(kernel.modules_directory)
                                           ? cat(kernel.modules_directory, "/modules.dep is missing: depmod ", release, " makes it")
                                           : cat("its modules, ", kernel.modules_directory, ", are missing (removed by an update since the last boot?)"));
    }
    kernel.codec = codec_of(root, kernel);
    return kernel;
}

}  // namespace nrear::image
