# SPDX-License-Identifier: GPL-3.0-or-later
# What the stacks share. Sourced by build. A stack defines `storage` (make everything, mount it below $T), `configure` (fstab and the
# like, below $T) and `release` (take down what is not a mount), and may set the variables below. No two stacks use the same identities.

T=/run/node                 # the node's root
NEEDS_INITRAMFS=false       # true: the initramfs needs this row's crypttab or mdadm.conf
BIOS_DISKS=("${DISKS[0]}")  # the disks that get GRUB for BIOS
D=${DISKS[0]}

GUID_BIOS_BOOT=21686148-6449-6E6F-744E-656564454649
GUID_ESP=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
GUID_XBOOTLDR=BC13C2FF-59E6-4262-A352-B275FD6F7172
GUID_LVM=E6D6D379-F507-44C2-A23C-238F2A3DF928
GUID_RAID=A19D880F-05FC-4D3B-A006-743F0F84911E
GUID_ROOT=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
GUID_LINUX=0FC63DAF-8483-4772-8E79-3D69D8477DE4
GUID_SWAP=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F
GUID_LUKS=CA7D7CCB-63ED-4C53-861C-1742536059CC

# uuid STACK NUMBER: an identity that is recognised when it is seen where it should not be.
uuid() { printf '%08x-3c4f-4f0a-9d5a-7a0c11e0%04x\n' $((0x10000000 + $1)) "$2"; }

# USB disks take their time.
await_disks() {
    local disk tries=0
    for disk in "${DISKS[@]}"; do
        until [ -b "$disk" ]; do
            tries=$((tries + 1))
            [ $tries -lt 600 ] || { echo "build: $disk does not appear"; return 1; }
            sleep 0.1
        done
    done
    udevadm settle
}

# part DISK: a table by the script of sfdisk on standard input.
part() {
    sfdisk --quiet --wipe always "$1"
    udevadm settle
}

# on DEVICE DIRECTORY [OPTIONS [MODE-BELOW]]: mounts below $T; the directory underneath gets a mode of its own.
on() {
    mkdir -p "$T$2"
    [ "$2" = / ] || chmod "${4:-0711}" "$T$2"
    mount -o "${3:-defaults}" "$1" "$T$2"
}

copy_tree() {
    mkdir -p /run/source
    mount --bind / /run/source
    cp -a /run/source/. "$T/"
    umount /run/source
    rm -rf "${T:?}/lab"
    [ "$(stat -f -c %T "$T")" = ext2/ext3 ] || rmdir "$T/lost+found"
}

enter_chroot() {
    local place
    for place in dev proc sys run; do
        mount --rbind "/$place" "$T/$place"
        mount --make-rslave "$T/$place"
    done
}

inside() { chroot "$T" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

make_initramfs() { inside update-initramfs -u; }

# GRUB for every firmware that the layout has room for; the entry in the board's memory only where there is one.
make_bootable() {
    local disk memory=--no-nvram
    for disk in "${BIOS_DISKS[@]}"; do
        inside grub-install --target=i386-pc --no-floppy "$disk"
    done
    if mountpoint -q "$T/boot/efi"; then
        [ ! -d /sys/firmware/efi ] || memory=
        inside grub-install --target=x86_64-efi --efi-directory=/boot/efi $memory
    fi
    inside grub-mkconfig -o /boot/grub/grub.cfg
    cat "$T/etc/fstab"
}

# The files that backup programs get wrong, and some bulk.
make_files() {
    cp odd_files.py "$T/run/odd_files.py"
    inside python3 -B /run/odd_files.py
    mkdir -p "$T/var/lib/bulk"
    head -c 6000000 /dev/urandom >"$T/var/lib/bulk/random"
    head -c 24000000 /dev/zero | tr '\0' 'z' >"$T/var/lib/bulk/letters"
}

leave_chroot() {
    local place
    sync
    for place in run sys proc dev; do
        umount --recursive "$T/$place"
    done
    swapoff -a
    umount --recursive "$T"
}

release() { :; }

# Nothing may still be held when the guest powers off: arrays and pools have to be found clean.
verify_released() {
    udevadm settle
    dmsetup ls | grep -q '^No devices' || { dmsetup ls; echo "build: device-mapper devices are left"; return 1; }
    ! grep -q '^md' /proc/mdstat || { cat /proc/mdstat; echo "build: arrays are left"; return 1; }
}
