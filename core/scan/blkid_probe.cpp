// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/blkid_probe.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "core/layout/present_disk.h"

namespace nrear::scan {

namespace {

constexpr std::uint64_t kSector = 512;  // libblkid counts in these whatever the disk has
constexpr std::size_t kEdge = 1 << 20;

struct Close {
    void operator()(blkid_probe probe) const { blkid_free_probe(probe); }
};

/// A probe on an open device; the descriptor outlives it.
struct Probe {
    base::UniqueFd fd;
    std::unique_ptr<std::remove_pointer_t<blkid_probe>, Close> handle;
    blkid_probe get() const { return handle.get(); }
};

/// The device is named by `what`; why is errno's, when there is one.
[[noreturn]] void throw_unreadable(const std::string& what, int error_number) {
    constexpr const char* kHint = "the kernel's messages (dmesg) say more; replace the disk if it fails, or leave it out with EXCLUDE_COMPONENTS";
    if (error_number != 0) {
        throw system_error(what, error_number, kHint);
    }
    throw Error(ErrorKind::kGeneral, what, "it cannot be read", kHint);
}

base::UniqueFd open_device(const std::string& device) {
    base::UniqueFd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        throw_unreadable("open " + device, errno);
    }
    return fd;
}

Probe open_probe(const std::string& device) {
    Probe probe{open_device(device), {}};
    probe.handle.reset(blkid_new_probe());
    errno = 0;
    if (!probe.handle || blkid_probe_set_device(probe.get(), probe.fd.get(), 0, 0) != 0) {
        throw_unreadable("look at what is on " + device, errno);
    }
    return probe;
}

std::string value_of(blkid_probe probe, const char* name) {
    const char* data = nullptr;
    std::size_t length = 0;
    if (blkid_probe_lookup_value(probe, name, &data, &length) != 0) {
        return "";
    }
    return std::string(data, length > 0 && data[length - 1] == '\0' ? length - 1 : length);
}

std::string text(const char* maybe) { return maybe == nullptr ? "" : maybe; }

std::string upper(std::string ascii) {
    std::transform(ascii.begin(), ascii.end(), ascii.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return ascii;
}

layout::Partition partition_of(blkid_partition found, bool gpt) {
    layout::Partition partition;
    partition.number = static_cast<unsigned>(blkid_partition_get_partno(found));
    partition.start = static_cast<std::uint64_t>(blkid_partition_get_start(found)) * kSector;
    partition.size = static_cast<std::uint64_t>(blkid_partition_get_size(found)) * kSector;
    partition.uuid = text(blkid_partition_get_uuid(found));
    const auto flags = blkid_partition_get_flags(found);
    if (gpt) {
        partition.type = upper(text(blkid_partition_get_type_string(found)));
        partition.name = text(blkid_partition_get_name(found));
        partition.attributes = flags;
    } else {
        partition.type = base::hex(static_cast<unsigned>(blkid_partition_get_type(found)));
        partition.active = (flags & 0x80U) != 0;
    }
    return partition;
}

std::string read_at(int fd, std::uint64_t offset, std::size_t size, const std::string& device) {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno != EINTR) {
            throw_unreadable("read " + device, errno);
        }
        if (got == 0) {
            break;
        }
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    bytes.resize(done);
    return bytes;
}

std::uint64_t size_of(int fd, const std::string& device) {
    const off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0) {
        throw_unreadable("find the size of " + device, errno);
    }
    return static_cast<std::uint64_t>(end);
}

/// What libblkid keeps to itself. Source: UEFI specification 5.3.2, GPT header.
void read_gpt_header(const Probe& probe, const std::string& device, layout::PartitionTable& table) {
    const auto header = read_at(probe.fd.get(), blkid_probe_get_sectorsize(probe.get()), kSector, device);
    if (header.size() == kSector && header.starts_with("EFI PART")) {
        table.first_lba = base::little_endian(header, 40, 8);
        table.last_lba = base::little_endian(header, 48, 8);
        table.entries = static_cast<std::uint32_t>(base::little_endian(header, 80, 4));
    }
}

bool all_zeros(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

}  // namespace

std::optional<Signature> BlkidProbe::signature(const std::string& device) {
    const Probe probe = open_probe(device);
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_MAGIC);
    errno = 0;
    const int result = blkid_do_safeprobe(probe.get());
    if (result == 1) {
        return std::nullopt;
    }
    if (result == -2) {  // several signatures contradict each other
        return Signature{"ambiguous", "", ""};
    }
    if (result != 0) {
        throw_unreadable("look at what is on " + device, errno);
    }
    Signature found{value_of(probe.get(), "TYPE"), value_of(probe.get(), "LABEL"), value_of(probe.get(), "UUID")};
    if (found.type == "swap") {
        // "SWAPSPACE2" ends the first page (include/linux/swap.h: union swap_header).
        constexpr std::uint64_t kMagicLength = 10;
        const auto offset = base::parse_u64(value_of(probe.get(), "SBMAGIC_OFFSET"));
        found.page_size = offset ? static_cast<std::uint32_t>(*offset + kMagicLength) : 0;
    }
    return found;
}

std::optional<FoundTable> BlkidProbe::partition_table(const std::string& device) {
    const Probe probe = open_probe(device);
    blkid_probe_enable_superblocks(probe.get(), 0);
    blkid_probe_enable_partitions(probe.get(), 1);
    blkid_probe_set_partitions_flags(probe.get(), BLKID_PARTS_ENTRY_DETAILS);
    blkid_partlist list = blkid_probe_get_partitions(probe.get());
    blkid_parttable found = list == nullptr ? nullptr : blkid_partlist_get_table(list);
    if (found == nullptr) {
        return std::nullopt;
    }
    FoundTable result;
    result.table.type = text(blkid_parttable_get_type(found));
    result.table.id = text(blkid_parttable_get_id(found));
    const bool gpt = result.table.type == "gpt";
    if (gpt) {
        result.table.id = upper(result.table.id);
        read_gpt_header(probe, device, result.table);
    } else if (!result.table.id.empty()) {
        result.table.id = "0x" + result.table.id;
    }
    for (int i = 0; i < blkid_partlist_numof_partitions(list); ++i) {
        blkid_partition partition = blkid_partlist_get_partition(list, i);
        // Tables inside partitions (BSD, Minix) are not ours to make; they come back with the file system or not at all.
        const bool nested = blkid_partition_get_table(partition) != found && blkid_partition_is_logical(partition) == 0;
        if (!nested) {
            result.partitions.push_back(partition_of(partition, gpt));
        }
    }
    std::sort(result.partitions.begin(), result.partitions.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return result;
}

std::string classify_boot_code(std::string_view sector) {
    if (sector.size() < kSector || all_zeros(sector.substr(0, 440))) {
        return "";
    }
    if (sector.substr(layout::kUnfinishedMarkOffset).starts_with(layout::kUnfinishedMark)) {
        return "unfinished";
    }
    // boot.img of GRUB 2 carries its error texts "GRUB \0Geom\0Hard Disk\0Read\0 Error"; stage1 of GRUB 1 has the same words, but with a version (3) at 0x3e.
    const bool grub = sector.find(std::string_view("GRUB \0Geom", 10)) != std::string_view::npos;
    const bool legacy = sector[0x3e] == 3 && (sector[0x3f] == 1 || sector[0x3f] == 2);
    return grub && !legacy ? "grub2" : "other";
}

std::string BlkidProbe::boot_code(const std::string& device) { return classify_boot_code(read_at(open_device(device).get(), 0, kSector, device)); }

bool BlkidProbe::reads_as_zeros(const std::string& device) {
    const base::UniqueFd fd = open_device(device);
    const auto size = size_of(fd.get(), device);
    return all_zeros(read_at(fd.get(), 0, kEdge, device)) && all_zeros(read_at(fd.get(), size > kEdge ? size - kEdge : 0, kEdge, device));
}

std::uint64_t BlkidProbe::size(const std::string& device) { return size_of(open_device(device).get(), device); }

std::string BlkidProbe::read(const std::string& device, std::uint64_t offset, std::size_t size) {
    const base::UniqueFd fd = open_device(device);
    // A mounted file system may write past the page cache of its device (XFS does): what udev read there before a resize would still be seen.
    posix_fadvise(fd.get(), static_cast<off_t>(offset), static_cast<off_t>(size), POSIX_FADV_DONTNEED);
    return read_at(fd.get(), offset, size, device);
}

std::optional<LvmLabel> BlkidProbe::lvm_label(const std::string& device) {
    return with_context("looking at " + device, [&] { return read_lvm_label([&](std::uint64_t offset, std::size_t size) { return read(device, offset, size); }); });
}

std::uint64_t BlkidProbe::used_bytes(const std::string& mount_point) {
    struct statvfs facts {};
    if (statvfs(mount_point.c_str(), &facts) != 0) {
        return 0;
    }
    return (facts.f_blocks - facts.f_bfree) * facts.f_frsize;
}

}  // namespace nrear::scan
