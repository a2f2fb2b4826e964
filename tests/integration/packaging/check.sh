# SPDX-License-Identifier: GPL-3.0-or-later
# What both checks do. Sourced, never run.
export LC_ALL=C

failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# expect WHAT WANTED GOT: the two texts must be equal.
expect() {
    [ "$2" = "$3" ] || fail "$1:"$'\n'"$(diff -u --label wanted --label got <(echo "$2") <(echo "$3"))"
}

# runs_in ROOT: the installed program starts in a root that holds nothing but the package.
runs_in() {
    local said
    said=$(chroot "$1" /usr/sbin/nrear --version 2>&1) || fail "nrear --version in an empty root: exit code $?: $said"
    case $said in
        "nrear $version"*) ;;
        *) fail "nrear --version said '$said', not 'nrear $version'" ;;
    esac
}

finish() {
    [ $failures = 0 ] || exit 1
    echo "all checks passed"
}
