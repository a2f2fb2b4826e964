# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the scripts: where the tree is, which Debian packages each purpose needs, and installing them. Sourced, never run.

NREAR_TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

nrear_build_packages=(
    g++ cmake ninja-build lld make
    # libmount, libfdisk and ISA-L from source
    dpkg-dev nasm autoconf automake libtool pkg-config
    # libraries; libmount-dev, libfdisk-dev and libisal-dev for dynamic builds, and to know which version the suite has
    libarchive-dev libssh-dev libssl-dev libblkid-dev libmount-dev libfdisk-dev uuid-dev libisal-dev libisofs-dev libjte-dev
    libdeflate-dev zlib1g-dev libzstd-dev liblzma-dev libbz2-dev liblz4-dev libacl1-dev libattr1-dev nlohmann-json3-dev catch2
    # built into the program
    isolinux syslinux-common grub-efi-amd64-bin grub-common
)

nrear_test_packages=(
    # both sides of every format and protocol
    openssh-server openssh-client libarchive-tools tar gzip bzip2 xz-utils zstd lz4 cpio xorriso isolinux file
    # filesystems and disks on loop devices and plain files
    e2fsprogs util-linux mount fdisk attr acl libcap2-bin kmod udev parted
    # the rescue ISO: what others say of it, UEFI firmware, and what Debian signed for Secure Boot
    dosfstools mtools gdisk ovmf shim-signed grub-efi-amd64-signed
    # processes, networks
    procps psmisc iproute2 strace python3
    # packaging
    rpm dpkg-dev
    # the man page
    groff-base
)

nrear_drill_packages=(
    qemu-system-x86 ovmf mmdebstrap openssh-server openssh-client e2fsprogs fdisk util-linux mount python3 tar gzip
)

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

say() { printf '\n== %s\n' "$*"; }

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
    done
}

# install_packages NAME...: quick when nothing is missing; needs root only when something is.
install_packages() {
    local missing
    missing=$(missing_packages "$@") # no <(...): it needs /proc, and a bare chroot has none
    read -r -d '' -a missing <<<"$missing" || true
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "these packages are missing, and there is no apt-get to install them: ${missing[*]}"
    [ "$(id -u)" = 0 ] || die "these packages are missing; run this once as root, or install them: ${missing[*]}"
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    # No daemon of a package may start here: a build is no reason to run a server.
    local policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made_policy=yes
    fi
    local result=0
    # A foreign archive that cannot be read is no reason to stop: installing tells whether anything is missing.
    apt_get update || true
    apt_get install "${missing[@]}" || result=$?
    [ -z "$made_policy" ] || rm -f "$policy"
    [ $result = 0 ] || die "apt-get could not install: ${missing[*]}"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        --no-install-recommends "$@"
}
