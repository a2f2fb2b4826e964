// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/driver_list.h"

#include <algorithm>
#include <array>

namespace nrear::image {

namespace {

// Below kernel/. A name ending in '/' is a folder with all below it, one ending in '_' a prefix, others are single modules (whatever their compression).
constexpr std::string_view kHardware[] = {
    // disks and what they hang on
    "drivers/acpi/nfit/", "drivers/ata/", "drivers/block/", "drivers/cdrom/", "drivers/char/hw_random/", "drivers/char/virtio_console", "drivers/dax/",
    "drivers/firewire/", "drivers/hv/", "drivers/message/", "drivers/mmc/", "drivers/nvdimm/", "drivers/nvme/host/nvme", "drivers/pci/controller/",
    "drivers/s390/block/", "drivers/s390/net/", "drivers/s390/scsi/", "drivers/scsi/", "drivers/ufs/", "drivers/usb/common/", "drivers/usb/core/",
    "drivers/usb/host/", "drivers/usb/storage/", "drivers/virtio/", "drivers/xen/",
    // network
    "drivers/net/ethernet/", "drivers/net/fjes/", "drivers/net/hyperv/", "drivers/net/mdio/", "drivers/net/mii", "drivers/net/net_failover",
    "drivers/net/pcs/", "drivers/net/phy/", "drivers/net/usb/", "drivers/net/virtio_net", "drivers/net/vmxnet3/", "drivers/net/xen-netfront",
    "net/core/failover", "net/ipv6/ipv6", "net/packet/",
    // keyboards
    "drivers/hid/hid", "drivers/hid/hid-apple", "drivers/hid/hid-cherry", "drivers/hid/hid-generic", "drivers/hid/hid-hyperv", "drivers/hid/hid-logitech",
    "drivers/hid/hid-logitech-dj", "drivers/hid/hid-microsoft", "drivers/hid/usbhid/usbhid", "drivers/input/evdev", "drivers/input/keyboard/atkbd",
    "drivers/input/serio/",
    // the firmware's variables, where the boot entries are
    "fs/efivarfs/",
    // media that a person may bring along
    "fs/efivarfs/", "fs/ext4/", "fs/fat/", "fs/isofs/", "fs/nls/nls_ascii", "fs/nls/nls_cp437", "fs/nls/nls_iso8859-1", "fs/nls/nls_utf8", "drivers/net/bonding/",
    "net/8021q/",
};

// Does not depend on the hardware: the new machine needs what the old one used, no more.
constexpr std::string_view kSoftware[] = {
    "crypto/", "drivers/infiniband/", "drivers/md/", "drivers/net/", "drivers/nvme/host/", "fs/", "net/802/", "net/bridge/", "net/llc/", "net/openvswitch/",
    "net/vmw_vsock/",
};

// Within the folders above, but of no use in a rescue system: the other end of a wire, tests, what needs a stack of its own.
constexpr std::string_view kUnwanted[] = {
    "drivers/ata/pata_pcmcia", "drivers/block/aoe/", "drivers/block/drbd/", "drivers/block/null_blk/", "drivers/block/rbd", "drivers/block/rnbd/",
    "drivers/block/xen-blkback/", "drivers/block/zram/", "drivers/mmc/core/mmc_test", "drivers/net/ethernet/freescale/",
    "drivers/net/ethernet/marvell/prestera/", "drivers/net/ethernet/mellanox/mlxsw/", "drivers/net/usb/hso", "drivers/net/usb/sierra_net",
    "drivers/net/wireless/", "drivers/net/xen-netback/", "drivers/nvdimm/nfit_test", "drivers/pci/controller/dwc/", "drivers/scsi/fcoe/",
    "drivers/scsi/pcmcia/", "drivers/scsi/scsi_debug", "drivers/usb/host/isp1362-hcd", "drivers/usb/host/sl811_cs", "drivers/xen/xen-pciback/",
    "drivers/xen/xen-scsiback", "fs/nfsd/",
};

bool is_in(std::string_view module, std::string_view place) {
    return place.ends_with('/') || place.ends_with('_') ? module.starts_with(place) : module == place;
}

// "arch/x86/crypto/aes.ko" belongs to "crypto/" as much as "crypto/aes_generic.ko" does.
bool is_arch_crypto(std::string_view module) { return module.starts_with("arch/") && module.find("/crypto/") != std::string_view::npos; }

}  // namespace

std::optional<std::string_view> driver_group(std::string_view path, bool loaded) {
    constexpr std::string_view kKernel = "kernel/";
    const auto suffix = path.rfind(".ko");
    if (!path.starts_with(kKernel) || suffix == std::string_view::npos) {
        return std::nullopt;
    }
    const auto module = path.substr(kKernel.size(), suffix - kKernel.size());
    const auto matches = [&](std::string_view place) { return is_in(module, place); };
    if (std::any_of(std::begin(kUnwanted), std::end(kUnwanted), matches)) {
        return std::nullopt;
    }
    const bool wanted = std::any_of(std::begin(kHardware), std::end(kHardware), matches) ||
                        (loaded && (is_arch_crypto(module) || std::any_of(std::begin(kSoftware), std::end(kSoftware), matches)));
    return wanted ? std::optional(module.substr(0, module.rfind('/'))) : std::nullopt;
}

}  // namespace nrear::image
