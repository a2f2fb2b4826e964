// SPDX-License-Identifier: GPL-3.0-or-later
// What comes back and what leaves only its mount point, setting by setting.
#include <catch2/catch.hpp>

#include "core/scan/classify_mounts.h"
#include "sysfs_host.h"

namespace nrear::scan {

using test::SysfsHost;

namespace {

/// One disk for the system, one for data, a USB disk, LVM and md, and everything else that a mount table shows.
struct Host {
    SysfsHost sysfs;
    Host() {
        sysfs.disk("sda", "8:0", 1000);
        for (const unsigned number : {1U, 2U, 3U}) {
            sysfs.partition("sda", number, base::cat("8:", number), 100);
        }
        sysfs.disk("sdb", "8:16", 1000);
        sysfs.disk("sdc", "8:32", 1000, "pci0/usb1/1-1/host7");
        sysfs.partition("sdc", 1, "8:33", 100);
        sysfs.mapped("dm-0", "253:0", "data-lv", "LVM-x", {"sdb"});
        sysfs.mapped("md0", "9:0", "", "", {"sda3"});
        sysfs.attribute("md0", "md/level", "raid1\n");
        sysfs.disk("loop0", "7:0", 1000, "virtual");
        sysfs.file("/proc/self/mountinfo",
                   "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
                   "2 1 0:5 / /proc rw - proc proc rw\n3 1 0:6 / /sys rw - sysfs sysfs rw\n4 1 0:7 / /dev rw - devtmpfs udev rw\n5 1 0:8 / /run rw - tmpfs tmpfs rw,mode=755\n"
                   "6 5 0:9 / /run/user/0 rw - tmpfs tmpfs rw,mode=700\n"
                   "7 1 8:2 / /home rw - ext4 /dev/sda2 rw\n8 1 253:0 / /data rw - xfs /dev/mapper/data-lv rw\n9 1 9:0 / /srv rw - ext4 /dev/md0 rw\n"
                   "10 1 8:33 / /backup rw - ext4 /dev/sdc1 rw\n11 1 0:40 / /net rw - nfs4 filer:/x rw\n12 1 0:41 / /tmp rw - tmpfs tmpfs rw,nosuid\n"
                   "13 1 8:2 /sub /opt/bound rw - ext4 /dev/sda2 rw\n14 1 7:0 / /snap/x ro - squashfs /dev/loop0 ro\n"
                   "15 8 8:16 / /data/inner rw - ext4 /dev/sdb rw\n16 1 0:50 / /var/lib/containers/merged rw - overlay overlay rw\n17 1 0:51 / /auto rw - autofs systemd-1 rw\n"
                   "18 1 0:52 / /srv/scratch rw - tmpfs tmpfs rw,mode=0750\n");
    }
    std::vector<MountEntry> mounts() const { return parse_mountinfo(sysfs.root().read("/proc/self/mountinfo")); }
    void mounted(const std::string& more) { sysfs.file("/proc/self/mountinfo", sysfs.root().read("/proc/self/mountinfo") + more); }

    std::pair<std::vector<std::string>, std::map<std::string, layout::MountPointDirectory>> classify(const ScanOptions& options = {}) const {
        const BlockDevices devices(sysfs.root());
        const auto result = classify_mounts(sysfs.root(), devices, mounts(), options);
        std::pair<std::vector<std::string>, std::map<std::string, layout::MountPointDirectory>> out;
        for (const auto& kept : result.kept) {
            out.first.push_back(kept.entry.mount_point);
        }
        for (const auto& directory : result.directories) {
            out.second[directory.path] = directory;
        }
        return out;
    }
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("local file systems on fixed disks come back, the rest leaves its mount point") {
    const Host host;
    const auto [kept, directories] = host.classify();
    CHECK(kept == Paths{"/", "/data", "/home", "/srv", "/data/inner"});
    CHECK(directories.at("/backup").reason == "removable disk");
    CHECK(directories.at("/net").reason == "network file system");
    CHECK(directories.at("/auto").reason == "mounted on demand");
    CHECK(directories.at("/snap/x").reason == "an image file");
    CHECK(directories.at("/opt/bound").reason == "another view of a file system that is mounted elsewhere");
    CHECK(directories.at("/tmp").mode == 01777);
    CHECK(directories.at("/srv/scratch").mode == 0750);
    CHECK(directories.at("/proc").mode == 0555);
    CHECK_FALSE(directories.contains("/run/user/0"));
    CHECK_FALSE(directories.contains("/var/lib/containers/merged"));
}

TEST_CASE("EXCLUDE_MOUNTPOINTS takes what is mounted inside with it") {
    const Host host;
    const auto [kept, directories] = host.classify({.exclude_mountpoints = {"/data"}});
    CHECK(kept == Paths{"/", "/home", "/srv"});
    CHECK(directories.at("/data").reason == "left out by EXCLUDE_MOUNTPOINTS");
    CHECK(directories.at("/data/inner").reason == "left out, as /data is");
}

TEST_CASE("components, volume groups and arrays are left out with all that is on them") {
    const Host host;
    CHECK(host.classify({.exclude_components = {"/dev/sdb"}}).first == Paths{"/", "/home", "/srv"});
    CHECK(host.classify({.exclude_components = {"fs:/home"}}).first == Paths{"/", "/data", "/srv", "/data/inner"});
    CHECK(host.classify({.exclude_components = {"/dev/data"}}).second.at("/data").reason == "left out by EXCLUDE_COMPONENTS");
    CHECK(host.classify({.exclude_volume_groups = {"data"}}).second.at("/data").reason == "left out by EXCLUDE_VG");
    CHECK(host.classify({.only_include_volume_groups = {"system"}}).second.at("/data").reason == "left out by ONLY_INCLUDE_VG");
    CHECK(host.classify({.exclude_md = {"md0"}}).second.at("/srv").reason == "left out by EXCLUDE_MD");
}

TEST_CASE("AUTOEXCLUDE_PATH is about what is below, not exactly there") {
    const Host host;
    CHECK(host.classify({.autoexclude_paths = {"/data"}}).first == Paths{"/", "/data", "/home", "/srv"});
    CHECK(host.classify({.autoexclude_paths = {"/srv", "/dat"}}).first == Paths{"/", "/data", "/home", "/srv", "/data/inner"});
}

TEST_CASE("btrfs: subvolumes are kept, one seen twice and directories bound elsewhere are not") {
    Host host;
    host.sysfs.disk("vda", "254:0", 1000);
    host.mounted("30 1 0:60 /@srv /pool rw - btrfs /dev/vda rw,subvolid=257,subvol=/@srv\n31 1 0:60 /@a,b /pool/other rw - btrfs /dev/vda rw,subvolid=258,subvol=/@a,b\n"
                 "32 1 0:60 /@srv /pool/again rw - btrfs /dev/vda rw,subvolid=257,subvol=/@srv\n33 1 0:60 /@srv/dir /bound rw - btrfs /dev/vda rw,subvolid=257,subvol=/@srv\n");
    const auto [kept, directories] = host.classify();
    CHECK(kept == Paths{"/", "/data", "/home", "/pool", "/srv", "/data/inner", "/pool/other"});
    CHECK(directories.at("/pool/again").reason == "another view of a file system that is mounted elsewhere");
    CHECK(directories.at("/bound").reason == "another view of a file system that is mounted elsewhere");
}

TEST_CASE("a directory that is bound from a file system which does not come back is told about") {
    Host host;
    host.sysfs.disk("sdd", "8:48", 1000);
    host.mounted("30 1 8:48 / /mnt/pool rw - ext4 /dev/sdd rw\n31 1 8:48 /db /var/db rw - ext4 /dev/sdd rw\n");
    const BlockDevices devices(host.sysfs.root());
    const auto result = classify_mounts(host.sysfs.root(), devices, host.mounts(), {});
    CHECK(result.warnings.size() == 1);
    CHECK_THAT(result.warnings.at(0), Catch::Contains("/var/db is a directory of /dev/sdd"));
    // The one around it being kept, there is nothing to tell.
    CHECK(classify_mounts(host.sysfs.root(), devices, host.mounts(), {.autoexclude_paths = {}}).warnings.empty());
}

TEST_CASE("a config-drive, Ceph OSDs and images are left alone") {
    Host host;
    host.sysfs.disk("sdd", "8:48", 1000);
    host.sysfs.disk("sde", "8:64", 1000);
    host.sysfs.disk("sdf", "8:80", 1000);
    host.sysfs.file("/dev/sdd", "");
    host.sysfs.link("/dev/disk/by-label/CONFIG-2", "../../sdd");
    host.mounted("30 1 8:48 / /config ro - vfat /dev/sdd ro\n31 1 8:64 / /var/lib/ceph/osd/ceph-3 rw - xfs /dev/sde rw\n32 1 8:80 / /srv/cd ro - iso9660 /dev/sdf ro\n");
    const auto [kept, directories] = host.classify();
    CHECK(kept == Paths{"/", "/data", "/home", "/srv", "/data/inner"});
    CHECK(directories.at("/config").reason == "a config-drive");
    CHECK(directories.at("/var/lib/ceph/osd/ceph-3").reason == "a Ceph OSD");
    CHECK(directories.at("/srv/cd").reason == "a read-only image");
}

TEST_CASE("what an automounter mounts leaves no trace, a disk that it has mounted at its own place does") {
    Host host;
    host.mounted("30 17 0:70 / /auto/share rw - nfs4 filer:/y rw\n31 1 0:71 / /lazy rw - autofs systemd-1 rw\n32 31 8:3 / /lazy rw - ext4 /dev/sda3 rw\n");
    const auto [kept, directories] = host.classify();
    CHECK(kept == Paths{"/", "/data", "/home", "/lazy", "/srv", "/data/inner"});
    CHECK_FALSE(directories.contains("/auto/share"));
    CHECK(directories.at("/auto").reason == "mounted on demand");
}

TEST_CASE("mount points with odd characters are what the kernel means") {
    Host host;
    host.mounted("30 1 8:3 / /srv/a\\040b\\134c\\012d\\303\\244 rw - ext4 /dev/sda3 rw\n");
    CHECK(host.classify().first.back() == "/srv/a b\\c\nd\xc3\xa4");
}

}  // namespace nrear::scan
