// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/driver_list.h"

#include <algorithm>
#include <array>

namespace nrear::image {

namespace {

// Below kernel/. A name ending in '/' is a folder with all below it, others are single modules (whatever their compression).
constexpr std::string_view kWanted[] = {
    // disks and what they hang on
    "drivers/ata/", "drivers/block/", "drivers/cdrom/", "drivers/dax/", "drivers/firewire/", "drivers/hv/", "drivers/md/", "drivers/message/",
    "drivers/mmc/", "drivers/nvdimm/", "drivers/nvme/", "drivers/s390/block/", "drivers/s390/net/", "drivers/s390/scsi/", "drivers/scsi/",
    "drivers/ufs/", "drivers/usb/common/", "drivers/usb/core/", "drivers/usb/host/", "drivers/usb/storage/", "drivers/virtio/", "drivers/xen/",
    "drivers/pci/controller/", "drivers/acpi/nfit/", "drivers/char/virtio_console", "drivers/char/hw_random/",
    // network
    "drivers/net/ethernet/", "drivers/net/bonding/", "drivers/net/team/", "drivers/net/hyperv/", "drivers/net/vmxnet3/", "drivers/net/phy/",
    "drivers/net/mdio/", "drivers/net/pcs/", "drivers/net/usb/", "drivers/net/dummy", "drivers/net/fjes/", "drivers/net/macvlan", "drivers/net/mii",
    "drivers/net/net_failover", "drivers/net/tun", "drivers/net/veth", "drivers/net/virtio_net", "drivers/net/vxlan", "drivers/net/vxlan/",
    "drivers/net/xen-netfront", "net/8021q/", "net/bridge/bridge", "net/core/failover", "net/ipv6/ipv6", "net/packet/", "net/openvswitch/openvswitch",
    "net/vmw_vsock/",
    // keyboards
    "drivers/hid/hid", "drivers/hid/hid-generic", "drivers/hid/hid-hyperv", "drivers/hid/usbhid/usbhid", "drivers/hid/hid-logitech",
    "drivers/hid/hid-logitech-dj", "drivers/hid/hid-microsoft", "drivers/hid/hid-apple", "drivers/hid/hid-cherry", "drivers/input/keyboard/atkbd",
    "drivers/input/serio/", "drivers/input/evdev",
    // filesystems and what they use
    "fs/btrfs/", "fs/exfat/", "fs/ext2/", "fs/ext3/", "fs/ext4/", "fs/fat/", "fs/fuse/", "fs/isofs/", "fs/jbd2/", "fs/mbcache", "fs/nls/",
    "fs/overlayfs/", "fs/squashfs/", "fs/udf/", "fs/xfs/", "fs/efivarfs/", "crypto/", "lib/",
};

// Within the folders above, but of no use in a rescue system, and large.
constexpr std::string_view kUnwanted[] = {
    "drivers/block/drbd/", "drivers/block/rbd", "drivers/block/rnbd/", "drivers/block/aoe/", "drivers/block/null_blk/", "drivers/block/zram/",
    "drivers/md/bcache/", "drivers/net/ethernet/mellanox/mlxsw/", "drivers/net/ethernet/marvell/prestera/",
    "drivers/net/ethernet/freescale/", "drivers/net/usb/hso", "drivers/net/usb/sierra_net", "drivers/nvme/target/", "drivers/nvdimm/nfit_test",
    "drivers/scsi/scsi_debug", "drivers/scsi/fcoe/", "drivers/scsi/lpfc/lpfc_debug", "drivers/scsi/pcmcia/", "drivers/ata/pata_pcmcia",
    "drivers/usb/host/isp1362-hcd", "drivers/usb/host/sl811_cs", "drivers/mmc/host/mmc_test", "crypto/tcrypt", "crypto/async_tx/raid6test",
    "lib/test_", "lib/kunit/", "lib/reed_solomon/test", "drivers/pci/controller/dwc/", "crypto/ansi_cprng",
};

bool is_in(std::string_view module, std::string_view place) {
    return place.ends_with('/') || place.ends_with('_') ? module.starts_with(place) : module == place;
}

// "arch/x86/crypto/aes.ko" belongs to "crypto/" as much as "crypto/aes_generic.ko" does.
bool is_arch_crypto(std::string_view module) { return module.starts_with("arch/") && module.find("/crypto/") != std::string_view::npos; }

}  // namespace

std::optional<std::string_view> driver_group(std::string_view path) {
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
    const bool wanted = is_arch_crypto(module) || std::any_of(std::begin(kWanted), std::end(kWanted), matches);
    return wanted ? std::optional(module.substr(0, module.rfind('/'))) : std::nullopt;
}

}  // namespace nrear::image
