// SPDX-License-Identifier: GPL-3.0-or-later
#include "rescue/image/stack_needs.h"

#include "core/base/text.h"

namespace nrear::image {

namespace {

constexpr StackNeeds kNeeds[] = {
    {"mdadm", "", "", "md_mod linear raid0 raid1 raid10 raid456"},
    {"mke2fs", "e2fsck tune2fs dumpe2fs resize2fs", "", "ext4"},
    // libgcc_s and OpenSSL's legacy provider (whirlpool, ripemd160) are opened at run time. Modules: what the kernel loads by itself when cryptsetup or dm-crypt
    // asks for a cipher; the generic ones go with every processor, faster ones come as the node has them loaded.
    {"cryptsetup", "dmsetup", "libgcc_s.so.1 /usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so /usr/lib64/ossl-modules/legacy.so",
     "dm_crypt af_alg algif_skcipher xts cbc ecb lrw essiv aes_generic sha1_generic sha256_generic sha512_generic sha256 sha512 wp512 rmd160 serpent_generic twofish_generic "
     "camellia_generic cast6_generic"},
    {"mkfs.btrfs", "btrfs btrfstune", "", "btrfs crc32c_generic xxhash_generic blake2b_generic sha256_generic"},
    {"mkfs.fat", "fsck.fat fatlabel", "", "vfat nls_cp437 nls_ascii nls_iso8859-1 nls_utf8"},
    // The rescue system starts them before recover looks for disks. Checkers, prioritisers and libgcc_s are opened at run time. /etc/multipath holds the names of
    // the maps and which disks are any.
    {"multipath", "kpartx dmsetup",
     "/etc/multipath.conf /etc/multipath /lib/multipath /lib64/multipath /usr/lib/multipath /usr/lib64/multipath libgcc_s.so.1",
     "dm-mod dm-multipath dm-round-robin dm-queue-length dm-service-time dm-historical-service-time dm-io-affinity scsi_dh_alua scsi_dh_emc scsi_dh_hp_sw scsi_dh_rdac"},
    {"mkfs.xfs", "xfs_repair xfs_db xfs_growfs xfs_io fsck.xfs", "", "xfs"},
    {"lvm", "pvs vgs lvs pvscan vgscan lvscan pvdisplay vgdisplay lvdisplay pvchange vgchange lvchange vgcfgbackup vgcfgrestore dmsetup", "/etc/lvm/profile",
     "dm-mod dm-log dm-mirror dm-raid dm-region-hash raid0 raid1 raid10 raid456"},
    {"thin_restore", "thin_check thin_dump thin_repair", "", "dm-thin-pool dm-bio-prison dm-bufio dm-persistent-data"},
};

}  // namespace

std::span<const StackNeeds> stack_needs() { return kNeeds; }

std::vector<std::string> stack_modules(const std::set<std::string>& plan_programs) {
    std::vector<std::string> modules;
    for (const auto& needs : kNeeds) {
        if (plan_programs.contains(std::string(needs.program))) {
            for (const auto& name : base::split_words(needs.modules)) {
                modules.push_back(name);
            }
        }
    }
    return modules;
}

}  // namespace nrear::image
