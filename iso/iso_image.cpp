// SPDX-License-Identifier: GPL-3.0-or-later
#include "iso/iso_image.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

extern "C" {
#include <libisofs/libisofs.h>
}

#include "core/base/error.h"
#include "core/base/fd_stream.h"
#include "core/base/interrupt.h"
#include "core/base/text.h"

namespace nrear::iso {

namespace {

using base::cat;

constexpr std::size_t kSystemArea = 32768;
constexpr std::size_t kMaximumVolumeId = 32;  // ECMA-119 8.4.8
constexpr std::size_t kReadSize = 512 * 1024; // a whole number of 2048-byte blocks

// Every call of libisofs goes through here: negative is an error.
int check(int result, std::string_view doing) {
    if (result < 0) {
        throw Error(ErrorKind::kGeneral, cat("make the ISO image: ", doing), iso_error_to_msg(result));
    }
    return result;
}

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        check(iso_init_with_flag(1), "start libisofs");  // 1: leave the locale of the process alone
        char charset[] = "UTF-8";
        check(iso_set_local_charset(charset, 0), "choose UTF-8");
        char never[] = "NEVER";
        char nothing[] = "";
        check(iso_set_msgs_severities(never, never, nothing), "silence libisofs");
    });
}

struct ImageDeleter {
    void operator()(IsoImage* image) const { iso_image_unref(image); }
};
struct OptionsDeleter {
    void operator()(IsoWriteOpts* options) const { iso_write_opts_free(options); }
};
struct SourceDeleter {
    void operator()(burn_source* source) const {
        if (source->cancel != nullptr) {
            source->cancel(source);  // ends the thread that makes the image, also when nobody read to the end
        }
        source->free_data(source);
        std::free(source);  // NOLINT: libisofs allocates it so
    }
};
using ImagePointer = std::unique_ptr<IsoImage, ImageDeleter>;
using OptionsPointer = std::unique_ptr<IsoWriteOpts, OptionsDeleter>;
using SourcePointer = std::unique_ptr<burn_source, SourceDeleter>;

void check_volume_id(const std::string& id) {
    const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (id.empty() || id.size() > kMaximumVolumeId || !printable) {
        throw Error(ErrorKind::kConfig, cat("use ISO_VOLID=", base::printable(id)), cat("it must be 1 to ", kMaximumVolumeId, " plain ASCII characters"));
    }
}

// The tree of the image, with its directories made as they are met.
class Tree {
public:
    explicit Tree(IsoImage* image) : image_(image) { directories_[""] = iso_image_get_root(image); }

    void add(const IsoFile& file) {
        const auto slash = file.path.rfind('/');
        IsoDir* parent = directory(slash == std::string::npos ? "" : file.path.substr(0, slash));
        const auto name = slash == std::string::npos ? file.path : file.path.substr(slash + 1);
        if (file.local_path.empty()) {
            add_memory(parent, name, file);
            return;
        }
        IsoNode* node = nullptr;
        check(iso_tree_add_new_node(image_, parent, name.c_str(), file.local_path.c_str(), &node), cat("add ", file.local_path));
        iso_node_set_permissions(node, 0444);
    }

private:
    IsoDir* directory(const std::string& path) {
        if (const auto found = directories_.find(path); found != directories_.end()) {
            return found->second;
        }
        const auto slash = path.rfind('/');
        IsoDir* parent = directory(slash == std::string::npos ? "" : path.substr(0, slash));
        IsoDir* made = nullptr;
        check(iso_image_add_new_dir(image_, parent, path.substr(slash == std::string::npos ? 0 : slash + 1).c_str(), &made), cat("add ", path));
        iso_node_set_permissions(reinterpret_cast<IsoNode*>(made), 0555);
        return directories_[path] = made;
    }

    void add_memory(IsoDir* parent, const std::string& name, const IsoFile& file) {
        // The stream owns a malloc'ed copy. malloc(0) may be null, which libisofs refuses.
        auto* const copy = static_cast<unsigned char*>(std::malloc(std::max<std::size_t>(file.content.size(), 1)));
        if (copy == nullptr) {
            throw std::bad_alloc();
        }
        std::memcpy(copy, file.content.data(), file.content.size());
        IsoStream* stream = nullptr;
        if (const int result = iso_memory_stream_new(copy, file.content.size(), &stream); result < 0) {
            std::free(copy);
            check(result, cat("add ", file.path));
        }
        ::IsoFile* made = nullptr;
        if (const int result = iso_image_add_new_file(image_, parent, name.c_str(), stream, &made); result < 0) {
            iso_stream_unref(stream);
            check(result, cat("add ", file.path));
        }
        iso_node_set_permissions(reinterpret_cast<IsoNode*>(made), 0444);
    }

    IsoImage* image_;
    std::map<std::string, IsoDir*> directories_;
};

void make_bootable_by_bios(IsoImage* image) {
    const auto core = cat("/", kIsolinuxDirectory, "/isolinux.bin");
    const auto catalog = cat("/", kIsolinuxDirectory, "/boot.cat");
    ElToritoBootImage* boot = nullptr;
    check(iso_image_set_boot_image(image, core.c_str(), ELTORITO_NO_EMUL, catalog.c_str(), &boot), "make it bootable");
    constexpr short kLoadSectors = 4;
    el_torito_set_load_size(boot, kLoadSectors);
    constexpr int kBootInfoTable = 1;
    check(el_torito_set_isolinux_options(boot, kBootInfoTable, 0), "set the boot information table");
}

constexpr int kEfiPartition = 2;

// The image for UEFI is no file of the ISO file system but a partition after it: so the GPT describes it without an overlap, which firmware refuses.
void make_bootable_by_uefi(IsoImage* image) {
    ElToritoBootImage* boot = nullptr;
    char partition[] = "--interval:appended_partition_2:all::";
    check(iso_image_add_boot_image(image, partition, ELTORITO_NO_EMUL, 0, &boot), "make it bootable by UEFI");
    constexpr unsigned char kPlatformEfi = 0xef;
    el_torito_set_boot_platform_id(boot, kPlatformEfi);
    constexpr int kWholeImage = 1;
    el_torito_set_full_load(boot, kWholeImage);
}

// libisofs reads a partition from a file with a path. This one has no name on any disk.
class MemoryFile {
public:
    explicit MemoryFile(const std::string& bytes) : fd_(memfd_create("efi-boot", MFD_CLOEXEC)) {
        if (!fd_) {
            throw system_error("keep the EFI boot image in memory", errno);
        }
        base::write_all(fd_.get(), base::as_bytes(bytes), "the EFI boot image");
    }
    std::string path() const { return cat("/proc/self/fd/", fd_.get()); }

private:
    base::UniqueFd fd_;
};

// YYYYMMDDhhmmsscc: libisofs derives the identifiers of volume and MBR from it, else from the clock.
std::string volume_time(time_t seconds) {
    tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto length = strftime(text.data(), text.size(), "%Y%m%d%H%M%S00", &parts);
    return {text.data(), length};
}

void set_system_area(IsoWriteOpts* options, const std::string& master_boot_record, bool with_gpt) {
    if (master_boot_record.empty() && !with_gpt) {
        return;
    }
    std::array<char, kSystemArea> area{};
    if (master_boot_record.size() > 512) {
        throw Error(ErrorKind::kConfig, "make the ISO image bootable from USB sticks",
                    cat("the master boot record of isolinux is ", master_boot_record.size(), " bytes long, not 512"));
    }
    std::copy(master_boot_record.begin(), master_boot_record.end(), area.begin());
    constexpr int kProtective = 1;
    constexpr int kIsohybrid = 2;
    constexpr int kActivePartition = 1 << 15;  // some BIOSes start no disk without one, and beside a GPT none would be active
    const int kind = master_boot_record.empty() ? kProtective : kIsohybrid;
    constexpr int kNoCylinders = 2 << 8;       // without a partition in the MBR nothing has to end with a cylinder
    check(iso_write_opts_set_system_area(options, area.data(), with_gpt ? kind | kActivePartition | kNoCylinders : kind, 0), "add the master boot record");
}

// Partition 1 of the GPT is the ISO file system, 2 the EFI system partition: valid by UEFI 2.10, 5.3, with its copy at the end of the image.
void set_partitions(IsoWriteOpts* options, const std::string& efi_image_path) {
    auto path = efi_image_path;
    std::array<std::uint8_t, 16> type{0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
    constexpr std::uint8_t kMbrType = 0xef;
    constexpr std::uint32_t kOffset = 16;  // blocks: room for MBR and GPT before the partition, with a second superblock at its start
    constexpr int kGuidFromVolume = 2;     // else they would be random
    const std::array results{
        iso_write_opts_set_part_offset(options, kOffset, 0, 0),
        iso_write_opts_set_partition_img(options, kEfiPartition, kMbrType, path.data(), 0),
        iso_write_opts_set_appended_as_gpt(options, 1),
        iso_write_opts_set_part_type_guid(options, kEfiPartition, type.data(), 1),
        iso_write_opts_set_gpt_guid(options, nullptr, kGuidFromVolume),
    };
    for (const int result : results) {
        check(result, "add the EFI system partition");
    }
}

OptionsPointer make_options(const IsoOptions& wanted, const std::string& efi_image_path) {
    IsoWriteOpts* raw = nullptr;
    check(iso_write_opts_new(&raw, 0), "choose options");
    OptionsPointer options(raw);
    const auto created = static_cast<time_t>(wanted.created);
    auto stamp = volume_time(created);
    const std::array results{
        iso_write_opts_set_iso_level(raw, 3),
        iso_write_opts_set_rockridge(raw, 1),
        iso_write_opts_set_rrip_version_1_10(raw, 1),            // no inode numbers: libisofs hands them out in the order of addresses
        iso_write_opts_set_joliet(raw, 1),
        iso_write_opts_set_relaxed_vol_atts(raw, 1),             // "REAR-ISO" as it is, with its hyphen
        iso_write_opts_set_replace_mode(raw, 0, 0, 2, 2),        // owner root: who runs mkbackup is not part of the image
        iso_write_opts_set_replace_timestamps(raw, 2),
        iso_write_opts_set_default_timestamp(raw, created),
        iso_write_opts_set_always_gmt(raw, 1),
        iso_write_opts_set_pvd_times(raw, created, created, 0, 0, stamp.data()),
    };
    for (const int result : results) {
        check(result, "choose options");
    }
    set_system_area(raw, wanted.boot_loader.master_boot_record, !efi_image_path.empty());
    if (!efi_image_path.empty()) {
        set_partitions(raw, efi_image_path);
    }
    return options;
}

// Asks for exactly what is left: a read beyond the end would lose the bytes before it.
void pump(burn_source& source, std::uint64_t size, base::Sink& out) {
    std::vector<std::byte> buffer(kReadSize);
    for (std::uint64_t written = 0; written < size;) {
        base::check_interrupt();
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - written));
        const int got = source.read_xt(&source, reinterpret_cast<unsigned char*>(buffer.data()), static_cast<int>(wanted));
        if (got != static_cast<int>(wanted)) {
            throw Error(ErrorKind::kGeneral, "make the ISO image", cat("it ended after ", written, " of ", size, " bytes: a file in it could not be read"));
        }
        out.write(base::Bytes(buffer.data(), wanted));
        written += wanted;
    }
}

}  // namespace

std::string volume_uuid(std::int64_t created) {
    const auto stamp = volume_time(static_cast<time_t>(created));
    std::string uuid = stamp.substr(0, 4);
    for (std::size_t at = 4; at < stamp.size(); at += 2) {
        uuid += cat("-", stamp.substr(at, 2));
    }
    return uuid;
}

std::uint64_t write_iso(const IsoOptions& options, base::Sink& out) {
    check_volume_id(options.volume_id);
    start_library();
    IsoImage* raw = nullptr;
    check(iso_image_new(options.volume_id.c_str(), &raw), "begin");
    const ImagePointer image(raw);
    iso_image_set_application_id(raw, "NREAR RESCUE SYSTEM");

    Tree tree(raw);
    for (const auto& file : options.boot_loader.files) {
        tree.add(file);
    }
    tree.add({cat(kIsolinuxDirectory, "/isolinux.cfg"), "", options.isolinux_config});
    for (const auto& file : options.files) {
        tree.add(file);
    }
    make_bootable_by_bios(raw);
    std::optional<MemoryFile> efi_image;
    if (!options.efi_image.empty()) {
        efi_image.emplace(options.efi_image);
        make_bootable_by_uefi(raw);
    }

    const auto write_options = make_options(options, efi_image ? efi_image->path() : "");
    burn_source* raw_source = nullptr;
    check(iso_image_create_burn_source(raw, write_options.get(), &raw_source), "begin to write");
    const SourcePointer source(raw_source);
    const auto size = static_cast<std::uint64_t>(source->get_size(raw_source));
    if (options.on_size) {
        options.on_size(size);
    }
    pump(*source, size, out);
    return size;
}

}  // namespace nrear::iso
