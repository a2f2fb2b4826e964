# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by build-rpm and build-deb: finds the program, makes a work directory, puts the package in its place. Sourced, never run.
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/common.sh"

# prepare BUILD_DIR: sets build, version, work, SOURCE_DATE_EPOCH; refuses anything but the static program.
prepare() {
    build=$(cd "${1:-$NREAR_TREE/build}" 2>/dev/null && pwd) || die "there is no build directory: run scripts/build first"
    [ -x "$build/nrear" ] || die "there is no $build/nrear: run scripts/build first"
    if readelf --program-headers "$build/nrear" | grep -q INTERP; then
        die "$build/nrear needs shared libraries; packages hold the static program only (NREAR_LINK=static)"
    fi
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
    [ -n "$version" ] || die "$build/CMakeCache.txt does not say the version"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # The time of the last change, so that the same sources make the same package.
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$NREAR_TREE" log -1 --format=%ct 2>/dev/null || stat -c %Y "$NREAR_TREE/CHANGELOG.md")}
    export SOURCE_DATE_EPOCH
}

# deliver FILE: into build/packages, whole or not at all.
deliver() {
    local name
    name=$(basename "$1")
    mkdir -p "$build/packages"
    cp "$1" "$build/packages/.$name"
    mv "$build/packages/.$name" "$build/packages/$name"
    echo "$build/packages/$name"
}
