// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/firmware_variable.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"

namespace nrear::plan {

namespace {

using base::cat;

constexpr const char* kHint =
    "skip this step if the machine may start without it: firmware without a boot entry starts \\EFI\\BOOT on the EFI system partition, or add one in its set-up";

/// The kernel guards all but well-known variables against rm -rf; whatever was made immutable is opened here.
void make_mutable(const std::string& path) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        return;  // not there yet
    }
    int flags = 0;
    if (ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_IMMUTABLE_FL) != 0) {
        flags &= ~FS_IMMUTABLE_FL;
        if (ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) != 0) {
            throw system_error("make " + path + " writable", errno, kHint);
        }
    }
}

/// Attributes and value must arrive in one write: each is a call of the firmware.
void write_at_once(const std::string& path, const std::string& content) {
    const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) {
        throw system_error("open " + path, errno, kHint);
    }
    ssize_t written = -1;
    do {
        written = ::write(fd.get(), content.data(), content.size());
    } while (written < 0 && errno == EINTR);
    if (written < 0) {
        const int reason = errno;
        if (reason == ENOSPC) {  // the firmware's memory, not a disk
            throw Error(ErrorKind::kGeneral, "write " + path, "the firmware has no room for it", kHint);
        }
        throw system_error("write " + path, reason, kHint);
    }
}

}  // namespace

std::string efi_variable_path(std::string_view name, std::string_view directory) { return cat(directory, "/", layout::efi_variable_file(name)); }

std::string efi_variable_content(std::string_view value) {
    constexpr std::string_view kAttributes("\x07\0\0\0", 4);  // NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS
    return cat(kAttributes, value);
}

void set_firmware_variable(const SetFirmwareVariable& variable, const std::string& directory) {
    const auto path = efi_variable_path(variable.name, directory);
    make_mutable(path);
    if (variable.value.empty()) {
        if (unlink(path.c_str()) != 0 && errno != ENOENT) {
            throw system_error("remove " + path, errno, kHint);
        }
        return;
    }
    const auto content = efi_variable_content(variable.value);
    write_at_once(path, content);
    if (base::read_file(path) != content) {
        throw Error(ErrorKind::kGeneral, "write " + path, "the firmware kept something else", kHint);
    }
}

}  // namespace nrear::plan
