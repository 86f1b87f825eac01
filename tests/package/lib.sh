# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # here, tmp and skip are common.sh's
# Other systems, as small as they can be, from a mirror of Debian. Behind common.sh.

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# debian SUITE DIRECTORY [OPTION...]: a fresh one there; or one SKIP line. Packages are fetched once.
debian() {
	local suite=$1 dir=$2 cache=$here/.output/debootstrap

	shift 2
	command -v debootstrap >/dev/null || "$here/scripts/packages" install debootstrap ||
		{ skip all 'no debootstrap'; exit 0; }
	mkdir -p "$cache"
	debootstrap --variant=minbase --cache-dir="$cache" "$@" "$suite" "$dir" "$mirror" >"$tmp/debootstrap" 2>&1 ||
		{ skip all "debootstrap of $suite: $(tail -n 1 "$tmp/debootstrap")"; exit 0; }
}
